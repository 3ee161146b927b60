"""Names an object after the variable or attribute that the program assigns it to.

`lock = Lock()` makes `lock`; `self.lock = Lock()` makes `lock` too; `locks = [Lock() for …]` makes
`locks[0]`, `locks[1]` …; `ours, theirs = Pipe()` names both ends, and `with Pool() as pool` a pool;
a second object of the same name is `lock#2`; one without a name is `Lock#1`.
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

Target = tuple[tuple[str, ...], bool]
"""The names that a call's result is assigned to, and whether it is one of many."""

NOWHERE: Target = (("",), False)

_SEVERAL = (ast.Tuple, ast.List)
_MANY = (ast.List, ast.Tuple, ast.ListComp, ast.DictComp)

_given: Counter[str] = Counter()


def name_new(kind: str, frame: FrameType | None) -> str:
    """Return a name for the object that the current call of `frame` makes.

    Without an assignment it is named after its `kind`.
    """
    if frame is None:
        return f"{kind}#{_count(kind)}"
    path = frame.f_code.co_filename
    position = _call_positions(frame.f_code)[frame.f_lasti // 2]
    names, many = _targets(path).get(position, NOWHERE) if position else NOWHERE
    # If one call makes several objects, its targets take them in turn.
    name = names[_count(f"{path}:{position}") % len(names) - 1] if len(names) > 1 else names[0]
    if many:
        at = _count(f"{name}[]")
        return f"{name}[{at - 1}]"
    if not name:
        return f"{kind}#{_count(kind)}"
    count = _count(name)
    return name if count == 1 else f"{name}#{count}"


def forget_names() -> None:
    """Give the next objects the names of the first, and read the program's files again."""
    _given.clear()
    _targets.cache_clear()


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
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return {}
    found: dict[Position, Target] = {}
    for target, value in _assignments(tree):
        if names := _names(target):
            many = isinstance(value, _MANY) or isinstance(target, ast.Subscript)
            many = many and len(names) == 1
            for call in _calls(value):
                found[call.lineno, call.col_offset] = (names, many)
    return found


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
