"""Names an object after the variable or attribute that the program assigns it to.

`lock = Lock()` makes `lock`; `self.lock = Lock()` makes `lock` too; `locks = [Lock() for …]` makes
`locks[0]`, `locks[1]` …; `ours, theirs = Pipe()` names both ends, and `with Pool() as pool` a pool;
a second object of the same name is `lock#2`; one without a name is `Lock#1`. If a program makes
several accounts with a lock each, they are `ali.lock` and `sara.lock`, or `accounts[0].lock`.
"""

from __future__ import annotations

import ast
import linecache
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FrameType

Position = tuple[int, int]
"""The position of a call in its file: line from 1, column in bytes from 0."""

Target = tuple[tuple[str, ...], bool, str]
"""The names that a call's result is assigned to, whether it is one of many, and for an attribute
the name before the dot."""

NOWHERE: Target = (("",), False, "")

_REPEATED = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
_SEVERAL = (ast.Tuple, ast.List)
_MANY = (ast.List, ast.Tuple, ast.ListComp, ast.DictComp)

_given: Counter[str] = Counter()
_reads = True


def name_new(kind: str, frame: FrameType | None) -> str:
    """Return a name for the object that the current call of `frame` makes.

    Without an assignment it is named after its `kind`.
    """
    if frame is None or not _reads:
        return f"{kind}#{_count(kind)}"
    path, position = _place(frame)
    names, many, base = _targets(path).get(position, NOWHERE) if position else NOWHERE
    # If one call makes several objects, its targets take them in turn.
    name = names[_count(f"{path}:{position}") % len(names) - 1] if len(names) > 1 else names[0]
    if base:
        name = _owned(frame, base, name)
    if many:
        at = _count(f"{name}[]")
        return f"{name}[{at - 1}]"
    if not name:
        return f"{kind}#{_count(kind)}"
    count = _count(name)
    return name if count == 1 else f"{name}#{count}"


def name_pair(kind: str, frame: FrameType) -> tuple[str, str]:
    """Return names for the two objects that the current call of `frame` returns.

    `ours, theirs = Pipe()` names each, `pipe = Pipe()` makes `pipe[0]` and `pipe[1]`.
    """
    path, position = _place(frame)
    names, _, _ = _targets(path).get(position, NOWHERE) if position else NOWHERE
    first = name_new(kind, frame)
    if len(names) > 1 or not names[0]:
        return first, name_new(kind, frame)
    return f"{first}[0]", f"{first}[1]"


def read_nothing() -> None:
    """From now on, name all objects after their kinds: nobody reads their names."""
    global _reads  # noqa: PLW0603  (a process has one recorder, and no object for it)
    _reads = False


def forget_names() -> None:
    """Give the next objects the names of the first, and read the program's files again."""
    _given.clear()
    _targets.cache_clear()
    _instances.cache_clear()


def _owned(frame: FrameType, base: str, name: str) -> str:
    """Return the name of an attribute that is made in an `__init__`, with its owner's if needed."""
    if _first_argument(frame) != base:
        return name
    owner = frame.f_locals.get(base)
    caller = frame.f_back
    while caller is not None and (first := _first_argument(caller)):
        if caller.f_locals.get(first) is not owner:
            break
        caller = caller.f_back  # the `__init__` of a subclass
    if caller is None:
        return name
    path, position = _place(caller)
    if position is None or not _are_several(frame.f_code, type(owner), path):
        return name
    names, many, _ = _targets(path).get(position, NOWHERE)
    if len(names) > 1 or not names[0]:
        return name
    at = f"[{_count(f'{names[0]}[].{name}') - 1}]" if many else ""
    return f"{names[0]}{at}.{name}"


def _are_several(init: CodeType, kind: type, path: str) -> bool:
    """Return whether the file makes several objects by the `__init__` of `kind` or of its base."""
    inits = ((one, getattr(vars(one).get("__init__"), "__code__", None)) for one in kind.__mro__)
    kinds: set[type] = {next((one for one, code in inits if code is init), kind)}
    todo = [*kinds]
    while todo:
        below: list[type] = type.__subclasses__(todo.pop())
        todo += set(below) - kinds
        kinds.update(below)
    return sum(_instances(path)[one.__name__] for one in kinds) > 1


def _first_argument(frame: FrameType) -> str:
    """Return the name of the first argument of an `__init__`; "" of any other function."""
    code = frame.f_code
    return code.co_varnames[0] if code.co_name == "__init__" and code.co_argcount else ""


def _place(frame: FrameType) -> tuple[str, Position | None]:
    """Return the file and the position of the current call of a frame."""
    code = frame.f_code
    return code.co_filename, _call_positions(code)[frame.f_lasti // 2]


def _count(name: str) -> int:
    _given[name] += 1
    return _given[name]


@lru_cache(maxsize=256)
def _call_positions(code: CodeType) -> list[Position | None]:
    return [
        (line, column) if line is not None and column is not None else None
        for line, _, column, _ in code.co_positions()
    ]


@lru_cache(maxsize=64)
def _targets(path: str) -> dict[Position, Target]:
    """Return the targets of each call whose result is assigned."""
    found: dict[Position, Target] = {}
    for target, value in _assignments(_parsed(path)):
        if names := _names(target):
            many = isinstance(value, _MANY) or isinstance(target, ast.Subscript)
            many = many and len(names) == 1
            for call in _calls(value):
                found[call.lineno, call.col_offset] = (names, many, _base(target))
    return found


@lru_cache(maxsize=64)
def _instances(path: str) -> Counter[str]:
    """Return how often each name is called in a file; a call that may be repeated counts twice."""
    found: Counter[str] = Counter()
    todo: list[tuple[ast.AST, int]] = [(_parsed(path), 1)]
    while todo:
        node, times = todo.pop()
        if isinstance(node, ast.Call):
            found.update(dict.fromkeys(_names(node.func), times))
        times = 2 if isinstance(node, _REPEATED) else times
        todo += [(child, times) for child in ast.iter_child_nodes(node)]
    return found


def _parsed(path: str) -> ast.AST:
    try:
        return ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _base(target: ast.expr) -> str:
    """Return `self` of `self.lock` and of `self.locks[0]`."""
    if isinstance(target, ast.Subscript):
        return _base(target.value)
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        return target.value.id
    return ""


def _assignments(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield every target with its value; `a, b = x, y` is two of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            if isinstance(target, _SEVERAL) and isinstance(value, _SEVERAL):
                yield from zip(target.elts, value.elts, strict=False)
            else:
                yield target, value
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield node.target, node.value
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield node.optional_vars, node.context_expr


def _names(target: ast.expr) -> tuple[str, ...]:
    if isinstance(target, ast.Name):
        return (target.id,)
    if isinstance(target, ast.Attribute):
        return (target.attr,)
    if isinstance(target, ast.Subscript):
        return _names(target.value)
    if isinstance(target, _SEVERAL):
        each = [_names(element) for element in target.elts]
        return tuple(names[0] for names in each) if all(each) else ()
    return ()


def _calls(value: ast.expr) -> list[ast.Call]:
    """Return the calls whose results are assigned, not passed to another call."""
    if isinstance(value, ast.Call):
        return [value]
    if isinstance(value, ast.List | ast.Tuple):
        return [element for element in value.elts if isinstance(element, ast.Call)]
    if isinstance(value, ast.ListComp):
        return _calls(value.elt)
    if isinstance(value, ast.DictComp):
        return _calls(value.value)
    return []
