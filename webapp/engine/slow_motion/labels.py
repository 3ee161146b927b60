"""Names objects as a reader knows them: by the global variable that holds them, if there is one.

An object of a class of the program has one name for the whole run: that of a global variable, else
of the variable by which it was first used, else of its class (`self` says nothing). A second object
of that name is `name#2`.
"""

from __future__ import annotations

import ast
import weakref
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from types import FrameType
from typing import Any

from webapp.engine.directed.lookup import class_names, reader
from webapp.engine.slow_motion.shown import class_name

Namer = Callable[[FrameType, object], str]
"""Returns the name of an expression's value in a frame."""

SAYS_NOTHING = {"self", "cls"}

OWN = {"__main__", "__mp_main__"}
"""The modules of the program's file: in spawned children it has the second name."""


def is_own(value: object) -> bool:
    """Return whether a value is an object of a class of the program."""
    module = class_names(type(value)).get("__module__")
    return isinstance(module, str) and module in OWN


class Labels:
    """The names of objects in this process."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, Callable[[], object]]] = {}
        self._given: Counter[str] = Counter()

    def namer(self, node: ast.expr) -> Namer:
        """Return what names the values of an expression."""
        match node:
            case ast.Name(id=name):
                return lambda frame, value: self.name(value, frame.f_globals, name)
            case ast.Attribute(value=base, attr=name):
                of, owner = reader(base), self.namer(base)
                return lambda frame, value: self.name(
                    value, frame.f_globals, f"{owner(frame, of(frame))}.{name}"
                )
            case ast.Subscript(value=base):
                of, owner = reader(base), self.namer(base)
                return lambda frame, value: f"{owner(frame, of(frame))}[…]"
        return lambda frame, value: class_name(type(value))

    def name(self, value: object, names: Mapping[str, Any], fallback: str) -> str:
        """Return the name of a value; `names` are the program's globals."""
        known = self._known.get(id(value))
        if known is not None and known[1]() is value:
            return known[0]
        for name, each in list(names.items()):
            if each is value:
                return self._keep(value, name, partial(names.get, name))
        if not is_own(value):
            return fallback
        return self._named(value, fallback)

    def _named(self, value: object, fallback: str) -> str:
        base = class_name(type(value)) if fallback in SAYS_NOTHING else fallback
        try:
            still = weakref.ref(value)
        except TypeError:
            return base
        self._given[base] += 1
        count = self._given[base]
        return self._keep(value, base if count == 1 else f"{base}#{count}", still)

    def _keep(self, value: object, name: str, still: Callable[[], object]) -> str:
        self._known[id(value)] = name, still
        return name
