"""Finds the steps of a program's own file that touch what threads can share.

`Points` compiles a table for each of the program's code objects: from the offset of an instruction
to a probe, which returns the instruction's footprint in a frame. The footprint of an instruction
is empty if it turns out to touch nothing that threads can share, such as a number.

    global names and cells   only those that a function assigns to
    attributes               only those that are assigned to outside of an `__init__`
    containers               their items are one place: `values` knows which are read or written
    calls                    of what waits or signals, of print, and of what takes a container
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

from webapp.engine.directed import values
from webapp.engine.directed.footprints import (
    ANY,
    ATTRIBUTE,
    CELL,
    GLOBAL,
    READ,
    WRITE,
    Access,
)
from webapp.engine.directed.lookup import UNKNOWN, reader

Probe = Callable[[FrameType], list[Access]]
Table = dict[int, Probe]
Place = tuple[int | None, int | None, int | None, int | None]

DYNAMIC = {"globals", "vars", "setattr", "delattr", "exec", "eval", "__dict__"}
"""Names that can assign to any other name or attribute."""

STARTS = {"start", "submit", "map"}
"""Methods that start threads."""

SILENT = {
    "CACHE", "COPY", "EXTENDED_ARG", "KW_NAMES", "LOAD_CONST", "LOAD_FAST", "MAKE_CELL", "NOP",
    "POP_TOP", "PRECALL", "PUSH_NULL", "RESUME", "RETURN_CONST", "RETURN_VALUE", "STORE_FAST",
    "SWAP", "COPY_FREE_VARS", "PUSH_EXC_INFO", "POP_EXCEPT", "RERAISE", "JUMP_BACKWARD",
    "JUMP_FORWARD", "LOAD_BUILD_CLASS", "MAKE_FUNCTION", "LOAD_CLOSURE", "RETURN_GENERATOR",
}  # fmt: skip
"""Instructions that touch no shared object."""

TESTS = ("POP_JUMP", "JUMP_IF", "TO_BOOL", "UNARY_NOT")


def compiled(text: str | bytes, path: str) -> tuple[CodeType, ast.Module]:
    """Return a program's code, and the tree that it is compiled from. Raises SyntaxError."""
    tree = ast.parse(text, path)
    return compile(tree, path, "exec", dont_inherit=True), tree


class Points:
    """The tables of one program, by id() of its code objects; those without any probe are left out.

    `globals`, `attributes` and `cells` are the names that can be shared and change (None: any
    name). `tries` is whether it acquires locks without waiting for ever.
    """

    def __init__(self, code: CodeType, tree: ast.AST) -> None:
        """`code` is the program's, compiled from `tree`."""
        self._file = code.co_filename
        self._nodes = _by_place(tree)
        self.codes = list(_all_codes(code))
        dynamic = any(DYNAMIC & set(one.co_names) for one in self.codes)
        self.globals = None if dynamic else self._assigned_globals(code)
        self.attributes = None if dynamic else self._assigned_attributes()
        self.cells = self._assigned_cells()
        self.tries = any(map(_is_try, ast.walk(tree)))
        self.tables = {id(one): table for one in self.codes if (table := self._table(one))}

    def add(self, other: Points) -> None:
        """Add the points of another program, to be run by the same scheduler."""
        self.codes += other.codes
        self.tables.update(other.tables)

    def is_own(self, code: CodeType) -> bool:
        """Return whether a code object is the program's."""
        return code.co_filename == self._file

    def is_shared(self, name: str) -> bool:
        """Return whether a function assigns to the global name."""
        return self.globals is not None and name in self.globals

    def _table(self, code: CodeType) -> Table:
        table: Table = {}
        for step in dis.get_instructions(code):
            if step.opname not in SILENT and (probe := self._probe(code, step)):
                table[step.offset] = probe
        return table

    def _probe(self, code: CodeType, step: dis.Instruction) -> Probe | None:
        name, verb = step.argval, step.opname.partition("_")[0]
        mode = READ if verb == "LOAD" else WRITE
        if step.opname.endswith(("_GLOBAL", "_NAME")):
            return self._global(name, mode)
        if step.opname.endswith(("_DEREF", "_CLASSDEREF")):
            return _fixed([((CELL, ANY, name), mode)]) if name in self.cells else None
        node = self.node(step, ast.Attribute)
        if step.opname.endswith("_ATTR") or step.opname == "LOAD_METHOD":
            return self._attribute(node, str(name), mode)
        return self._other(step)

    def _global(self, name: str, mode: str) -> Probe | None:
        if self.globals is not None and name not in self.globals:
            return None
        access = [((GLOBAL, ANY, name), mode)]

        def probe(frame: FrameType) -> list[Access]:
            return access if name in frame.f_globals or mode == WRITE else []

        return probe

    def _attribute(self, node: Any, name: str, mode: str) -> Probe | None:
        base = reader(node.value) if node is not None else None
        known = self.attributes is None or name in self.attributes

        def probe(frame: FrameType) -> list[Access]:
            value = base(frame) if base else UNKNOWN
            if values.is_signalling(value) and mode == READ:
                return values.signal_read(value, name)
            if not known or values.is_module(value):
                return []
            number = ANY if value is UNKNOWN else id(value)
            return [((ATTRIBUTE, number, name), mode)]

        return probe

    def _other(self, step: dis.Instruction) -> Probe | None:
        if step.opname == "CALL" or step.opname.startswith("CALL_"):
            call = self.node(step, ast.Call)
            if call is not None:
                return values.call_probe(call, self._file)
            return values.exit_probe(self.node(step, ast.withitem, ast.With))
        if step.opname in ("BEFORE_WITH", "LOAD_SPECIAL"):
            return values.exit_probe(self.node(step, ast.withitem, ast.With))
        subscript = self.node(step, ast.Subscript)
        if subscript is not None and "SUBSCR" in step.opname + step.argrepr.replace("[]", "SUBSCR"):
            mode = WRITE if step.opname.startswith(("STORE", "DELETE")) else READ
            return values.items_probe([subscript.value], mode)
        if subscript is not None and step.opname.endswith("_SLICE"):
            mode = WRITE if step.opname.startswith("STORE") else READ
            return values.items_probe([subscript.value], mode)
        return self._operands(step)

    def _operands(self, step: dis.Instruction) -> Probe | None:
        """Return the probe of an instruction that reads whole objects, such as a loop or a test."""
        place = _place(step)
        nodes = self._nodes.get(place, []) if place else []
        if step.opname.startswith(TESTS):
            return values.items_probe([node for node in nodes if isinstance(node, ast.expr)], READ)
        operands = [operand for node in nodes for operand in _operands(node)]
        if step.opname == "BINARY_OP" and step.argrepr.endswith("=") and operands:
            return values.items_probe(operands[:1], WRITE)
        if step.opname in ("GET_ITER", "FOR_ITER", "UNPACK_SEQUENCE", "UNPACK_EX"):
            operands += [node for node in nodes if isinstance(node, ast.expr)]
        return values.items_probe(operands, READ)

    def node(self, step: dis.Instruction, *kinds: type[ast.AST]) -> Any:
        """Return the node of one of these kinds that an instruction was compiled from, or None."""
        place = _place(step)
        for node in self._nodes.get(place, ()) if place else ():
            if isinstance(node, kinds):
                return node
        return None

    def _assigned_globals(self, module: CodeType) -> set[str]:
        found: set[str] = set()
        for code in self.codes:
            for step in dis.get_instructions(code):
                if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
                    found.add(str(step.argval))
        if STARTS & set(module.co_names):
            steps = dis.get_instructions(module)
            found |= {str(step.argval) for step in steps if step.opname == "STORE_NAME"}
        return found

    def _assigned_attributes(self) -> set[str]:
        found: set[str] = set()
        for code in self.codes:
            for step in dis.get_instructions(code):
                if step.opname not in ("STORE_ATTR", "DELETE_ATTR"):
                    continue
                node = self.node(step, ast.Attribute)
                own = code.co_name == "__init__" and code.co_argcount > 0
                base = node.value if node is not None else None
                if own and isinstance(base, ast.Name) and base.id == code.co_varnames[0]:
                    continue
                found.add(str(step.argval))
        return found

    def _assigned_cells(self) -> set[str]:
        found: set[str] = set()
        for code in self.codes:
            stored = [
                str(step.argval)
                for step in dis.get_instructions(code)
                if step.opname in ("STORE_DEREF", "DELETE_DEREF")
            ]
            found |= {name for name in stored if name in code.co_freevars or stored.count(name) > 1}
        return found


def _fixed(accesses: list[Access]) -> Probe:
    return lambda frame: accesses


def _all_codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all_codes(constant)


def _by_place(tree: ast.AST) -> dict[Place, list[ast.AST]]:
    found: dict[Place, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.withitem):
            found.setdefault(_span(node.context_expr), []).append(node)
        elif isinstance(node, ast.stmt | ast.expr):
            found.setdefault(_span(node), []).append(node)
    return found


def _span(node: Any) -> Place:
    return (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)


def _place(step: dis.Instruction) -> Place | None:
    at = step.positions
    if at is None or at.lineno is None:
        return None
    return (at.lineno, at.end_lineno, at.col_offset, at.end_col_offset)


def _operands(node: ast.AST) -> list[ast.expr]:  # noqa: PLR0911  (one for each kind)
    """Return the expressions whose values an operation on `node` reads as a whole."""
    match node:
        case ast.BinOp():
            return [node.left, node.right]
        case ast.AugAssign():
            return [node.target, node.value]
        case ast.Compare():
            return [node.left, *node.comparators]
        case ast.For() | ast.comprehension():
            return [node.iter]
        case ast.FormattedValue() | ast.Starred() | ast.YieldFrom():
            return [node.value]
        case ast.JoinedStr():
            return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        case ast.UnaryOp():
            return [node.operand]
        case ast.Assign():
            return [node.value]
        case ast.List() | ast.Tuple() | ast.Set():
            return [each.value for each in node.elts if isinstance(each, ast.Starred)]
    return []


def _is_try(node: ast.AST) -> bool:
    """Return whether an expression may acquire a lock without waiting for ever."""
    if not isinstance(node, ast.Attribute):
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and (node.func.attr == "acquire" and bool(node.args or node.keywords))
        )
    return node.attr == "locked"
