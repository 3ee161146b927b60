"""Writes a value shortly, and runs no code of the program: no `__repr__`, no property, no lock.

A value of a built-in type is written as Python writes it, any other as `<ClassName>`.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Mapping, Sized
from itertools import islice
from types import NoneType

LONGEST = 60
"""Characters of a value, and of each container in it."""

MOST = 12
"""Items of a container that are looked at."""

FEW = 4
"""Those that are shown of a container with more than MOST."""

DEEPEST = 2
"""Containers in containers."""

MOST_BITS = 200
"""Of an int: a larger one takes long to write."""

PLAIN = frozenset({NoneType, bool, float, complex})
TEXTS = frozenset({str, bytes, bytearray})
BRACKETS: Mapping[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("{", "}"),
    deque: ("[", "]"),
    dict: ("{", "}"),
    defaultdict: ("{", "}"),
    OrderedDict: ("{", "}"),
    Counter: ("{", "}"),
}
CHANGING = frozenset({list, set, deque, dict, defaultdict, OrderedDict, Counter})
"""Containers whose items a program can change."""

DATA: frozenset[type] = PLAIN | TEXTS | {int, *BRACKETS}
"""The types of values that show something."""

class_name = vars(type)["__name__"].__get__
"""Returns the name of a class: its metaclass may have a `__name__` of its own."""


def shown(value: object, depth: int = 0) -> str:
    """Return a value as text, of at most about LONGEST characters."""
    kind = type(value)
    if kind in PLAIN:
        return repr(value)
    if kind is int and isinstance(value, int):
        bits = value.bit_length()
        return repr(value) if bits <= MOST_BITS else f"<int of {bits} bits>"
    if kind in TEXTS and isinstance(value, str | bytes | bytearray):
        return _cut(repr(value[: LONGEST + 1]))
    if kind in BRACKETS:
        return _container(value, depth)
    return f"<{class_name(kind)}>"


def _container(value: object, depth: int) -> str:
    first, last = BRACKETS[type(value)]
    if depth == DEEPEST:
        return f"{first}…{last}"
    try:
        parts = _items(value, depth)
    except RuntimeError:  # another thread has just changed its size
        return f"<{class_name(type(value))}>"
    if type(value) is tuple and len(parts) == 1:
        parts = [f"{parts[0]},"]
    if not parts and type(value) in (set, frozenset):
        return f"{class_name(type(value))}()"
    return f"{first}{_cut(', '.join(parts))}{last}"


def _items(value: object, depth: int) -> list[str]:
    if issubclass(type(value), dict):
        assert isinstance(value, dict)
        pairs = list(islice(value.items(), MOST + 1))
        parts = [f"{shown(key, depth + 1)}: {shown(each, depth + 1)}" for key, each in pairs]
    else:
        assert isinstance(value, Iterable)
        parts = [shown(each, depth + 1) for each in islice(iter(value), MOST + 1)]
    if len(parts) <= MOST:
        return parts
    assert isinstance(value, Sized)
    return [*parts[:FEW], f"… {len(value)} items"]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
