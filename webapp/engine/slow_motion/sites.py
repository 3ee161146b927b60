"""Finds the points of a program at which slow motion stops: once for each code object.

A point is where a line begins, where a function ends, or an instruction that reads or writes what
workers can share. `Site.find` says in a frame which place that is, and runs nothing of the program.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import CodeType, FrameType, ModuleType
from typing import Any, NamedTuple

from webapp.engine.directed.lookup import UNKNOWN, class_names, reader
from webapp.engine.directed.points import Points
from webapp.engine.directed.values import READERS, READING
from webapp.engine.slow_motion import between
from webapp.engine.slow_motion.labels import OWN, Labels, is_own
from webapp.engine.slow_motion.shown import CHANGING, shown

KEYS = {int, str, bytes, float, bool, type(None)}
"""Types of keys that can be looked up without running code of the program."""

BEFORE_LINES = {
    "RESUME", "COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "CACHE", "EXTENDED_ARG",
}  # fmt: skip
"""Instructions that belong to no line of a function's body."""

ENDS = ("RETURN_VALUE", "RETURN_CONST", "YIELD_VALUE")

LOOPS = (ast.For, ast.AsyncFor, ast.While)


class Form(Enum):
    """How the value of a place is looked up."""

    ITEM = "item"  # in a dictionary or list, by its key: globals, attributes, items
    CELL = "cell"  # in the frame's local names
    WHOLE = "whole"  # a container with all of its items
    BETWEEN = "between"  # in memory that processes share


class Starts(Enum):
    """Whether a point begins a step."""

    NO = "no"
    NEW_LINE = "new line"  # if the worker was on another line
    AGAIN = "again"  # likewise, or if it has jumped back to here: a loop of one line
    ALWAYS = "always"


class Found(NamedTuple):
    """A place: the object `box` that holds it, its key there, what identifies it, and its name."""

    box: Any
    key: Any
    place: tuple[object, ...]
    name: str
    form: Form


Find = Callable[[FrameType], Found | None]


@dataclass(slots=True)
class Site:
    """An access of an instruction. `find` returns None if it touches nothing that is shared."""

    find: Find
    writes: bool


@dataclass(slots=True)
class Point:
    """Where slow motion stops."""

    line: int
    starts: Starts = Starts.NO
    site: Site | None = None


Table = dict[int, Point]
"""The points of a code object, by the offset of their instruction."""


class Sites:
    """The tables of one program, by its code objects."""

    def __init__(self, text: str | bytes, path: str) -> None:
        """`text` is the source of the file at `path`. Raises SyntaxError."""
        tree = ast.parse(text, path)
        self._points = Points(compile(tree, path, "exec", dont_inherit=True), tree)
        self._labels = Labels()
        self._lines = _statements(tree)
        self._loops = {node.lineno for node in ast.walk(tree) if isinstance(node, LOOPS)}
        # What runs are other objects, but equal ones.
        self._tables = {code: self._table(code) for code in self._points.codes}
        self._known: dict[int, tuple[CodeType, Table]] = {}
        self._path = path

    def table(self, code: CodeType) -> Table | None:
        """Return the table of a code object; None if it is not the program's."""
        known = self._known.get(id(code))
        if known is not None and known[0] is code:
            return known[1]
        table = self._tables.get(code) if code.co_filename == self._path else None
        if table is not None:
            self._known[id(code)] = code, table
        return table

    def _table(self, code: CodeType) -> Table:
        table: Table = {}
        labels = dis.findlabels(code.co_code)  # type: ignore[arg-type]
        line, first = 0, not code.co_name.startswith("<")
        extended: int | None = None
        for step in dis.get_instructions(code):
            if step.opname == "EXTENDED_ARG":
                extended = step.offset if extended is None else extended
                continue
            offset, extended = step.offset if extended is None else extended, None
            place = step.positions.lineno if step.positions else None
            if step.opname in BEFORE_LINES or place is None:
                continue
            at = self._lines.get(place, place)
            starts = Starts.NO
            if first:
                starts, first = Starts.ALWAYS, False
            elif step.offset in labels and at in self._loops:
                starts = Starts.AGAIN
            elif at != line or step.offset in labels:
                starts = Starts.NEW_LINE
            line = at
            site = self._site(code, step)
            if site or starts is not Starts.NO or step.opname.startswith(ENDS):
                table[offset] = Point(at, starts, site)
        return table

    def _site(self, code: CodeType, step: dis.Instruction) -> Site | None:
        name, verb = str(step.argval), step.opname.partition("_")[0]
        writes = verb != "LOAD"
        if step.opname.endswith(("_GLOBAL", "_NAME")):
            return self._global(code, name, writes=writes)
        if step.opname.endswith(("_DEREF", "_CLASSDEREF")):
            return self._cell(name, writes=writes) if name in self._points.cells else None
        if step.opname.endswith("_ATTR") or step.opname == "LOAD_METHOD":
            node = self._points.node(step, ast.Attribute)
            return self._attribute(node, name, writes=writes) if node is not None else None
        return self._of_container(code, step)

    def _global(self, code: CodeType, name: str, *, writes: bool) -> Site | None:
        known = self._points.globals
        if known is not None and name not in known:
            return None
        if code.co_name != "<module>" and not code.co_flags & 2:  # the body of a class
            return None

        def find(frame: FrameType) -> Found | None:
            names = frame.f_globals
            if not writes and name not in names:
                return None
            return Found(names, name, ("global", name), name, Form.ITEM)

        return Site(find, writes)

    def _cell(self, name: str, *, writes: bool) -> Site:
        # All cells of one name count as one place: their identity cannot be told from a frame.
        place = "cell", name
        return Site(lambda frame: Found(frame, name, place, name, Form.CELL), writes)

    def _attribute(self, node: ast.Attribute, name: str, *, writes: bool) -> Site:
        base, namer = reader(node.value), self._labels.namer(node.value)
        known = self._points.attributes is None or name in self._points.attributes

        def find(frame: FrameType) -> Found | None:
            owner = base(frame)
            if owner is UNKNOWN or type(owner) is ModuleType:
                return None
            if between.is_between(owner, name):
                key = ("between", id(owner), name)
                return Found(owner, name, key, f"{namer(frame, owner)}.{name}", Form.BETWEEN)
            box = _attributes(owner, name, writes=writes) if known else None
            if box is None:
                return None
            return Found(box, name, (id(owner), name), f"{namer(frame, owner)}.{name}", Form.ITEM)

        return Site(find, writes)

    def _of_container(self, code: CodeType, step: dis.Instruction) -> Site | None:
        subscript = self._points.node(step, ast.Subscript)
        if subscript is not None and (
            "SUBSCR" in step.opname or step.argrepr == "[]" or step.opname.endswith("_SLICE")
        ):
            writes = step.opname.startswith(("STORE", "DELETE"))
            return self._item(code, subscript, writes=writes)
        if step.opname == "CALL" or step.opname.startswith("CALL_"):
            call = self._points.node(step, ast.Call)
            return self._call(code, call) if call is not None else None
        if step.opname == "CONTAINS_OP":
            test = self._points.node(step, ast.Compare)
            return self._whole(code, test.comparators[-1], writes=False) if test else None
        return None

    def _item(self, code: CodeType, node: ast.Subscript, *, writes: bool) -> Site | None:
        if not _is_shared(node.value, code):
            return None
        base, index, namer = (
            reader(node.value),
            reader(node.slice),
            self._labels.namer(node.value),
        )

        def find(frame: FrameType) -> Found | None:
            box = base(frame)
            if between.is_array(box):
                at = index(frame)
                name = f"{namer(frame, box)}[{shown(at)}]"
                return Found(box, at, ("between", id(box), at), name, Form.BETWEEN)
            if type(box) not in CHANGING:
                return None
            key = index(frame)
            name = namer(frame, box)
            if type(box) not in (list, dict) or type(key) not in KEYS:
                return Found(box, None, (id(box),), name, Form.WHOLE)
            return Found(box, key, (id(box), key), f"{name}[{shown(key)}]", Form.ITEM)

        return Site(find, writes)

    def _call(self, code: CodeType, node: ast.Call) -> Site | None:
        if isinstance(node.func, ast.Attribute):
            return self._whole(code, node.func.value, writes=node.func.attr not in READING)
        if isinstance(node.func, ast.Name) and node.func.id in READERS and len(node.args) == 1:
            return self._whole(code, node.args[0], writes=False)
        return None

    def _whole(self, code: CodeType, node: ast.expr, *, writes: bool) -> Site | None:
        if not _is_shared(node, code):
            return None
        base, namer = reader(node), self._labels.namer(node)

        def find(frame: FrameType) -> Found | None:
            box = base(frame)
            if type(box) not in CHANGING:
                return None
            return Found(box, None, (id(box),), namer(frame, box), Form.WHOLE)

        return Site(find, writes)


def _statements(tree: ast.AST) -> dict[int, int]:
    """Return the line on which the statement of each line begins; a body's are statements, too."""
    found: dict[int, int] = {}
    for node in ast.walk(tree):  # the inner ones come after the outer ones
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            last = node.end_lineno or node.lineno
            found.update(dict.fromkeys(range(node.lineno, last + 1), node.lineno))
    return found


def _is_shared(node: ast.expr, code: CodeType) -> bool:
    """Return whether the value of an expression may be more than a local variable of the code."""
    match node:
        case ast.Name(id=name) if name in code.co_varnames:
            return name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        case ast.Name():
            return True
        case ast.Attribute(value=base) | ast.Subscript(value=base):
            return isinstance(base, ast.Name) or _is_shared(base, code)
    return False


def _attributes(owner: object, name: str, *, writes: bool) -> Any:
    """Return the dictionary that holds an attribute of an object of the program, or None."""
    # Not isinstance(): it asks an object for its `__class__`, which may run code of the program.
    if issubclass(type(owner), type):
        names = class_names(owner)
        return names if names.get("__module__") in OWN else None
    if not is_own(owner):
        return None
    try:
        own = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return None
    if type(own) is not dict:
        return None
    if name in own or writes:
        return own
    kinds = map(class_names, type.mro(type(owner)))
    return next((names for names in kinds if name in names), None)
