"""Takes back what stands in for the observation of a program, where it is not to be observed.

The launcher is armed once for all runs, and few are not observed. What the observers change are
attributes of modules and of their classes: they are compared before and after.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, Protocol

NOTHING = object()


class Observer(Protocol):
    """A module of the recorder that puts stand-ins in place."""

    def observe(self) -> None:
        """Do so."""
        ...


_replaced: list[tuple[Any, str, Any]] = []
"""Owner, name and original of each attribute that a stand-in has taken the place of."""


def begin(observers: Iterable[Observer]) -> None:
    """Have all observers put their stand-ins in place."""
    before = [(owner, dict(vars(owner))) for owner in _owners()]
    for observer in observers:
        observer.observe()
    _replaced.extend(
        (owner, name, attributes.get(name, NOTHING))
        for owner, attributes in before
        for name, value in vars(owner).items()
        if attributes.get(name, NOTHING) is not value
    )


def end() -> None:
    """Put the originals back."""
    for owner, name, original in _replaced:
        if original is NOTHING:
            delattr(owner, name)
        else:
            setattr(owner, name, original)
    _replaced.clear()


def _owners() -> Iterator[ModuleType | type]:
    """The modules of the standard library, and their own classes."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in sys.stdlib_module_names:
            yield module
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__ == name:
                    yield value
