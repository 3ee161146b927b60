"""Removes the wrappers that observe, for a run that is not observed, or after a part of a program.

The launcher installs them once for all runs. They replace attributes of modules and of their
classes, which are compared before and after.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, Protocol

NOTHING = object()


class Observer(Protocol):
    """A module of the recorder that installs wrappers."""

    def observe(self) -> None:
        """Install them."""
        ...


_replaced: list[tuple[Any, str, Any, Any]] = []
"""Owner, name, original and wrapper of each attribute that a wrapper has replaced."""


def begin(observers: Iterable[Observer]) -> None:
    """Have all observers install their wrappers."""
    before = [(owner, dict(vars(owner))) for owner in _owners()]
    for observer in observers:
        observer.observe()
    _replaced.extend(
        (owner, name, attributes.get(name, NOTHING), value)
        for owner, attributes in before
        for name, value in vars(owner).items()
        if attributes.get(name, NOTHING) is not value
    )


def begin_in(modules: Iterable[ModuleType]) -> None:
    """Replace what modules have imported by name, as by `from threading import Lock`."""
    wrappers = {
        id(original): (original, value) for _, _, original, value in _replaced if callable(original)
    }
    for module in modules:
        for name, value in list(vars(module).items()):
            original, wrapper = wrappers.get(id(value), (NOTHING, None))
            if original is value:
                setattr(module, name, wrapper)
                _replaced.append((module, name, original, wrapper))


def end() -> None:
    """Restore the originals, but for what the program has replaced by something else meanwhile."""
    for owner, name, original, wrapper in _replaced:
        if vars(owner).get(name, NOTHING) is not wrapper:
            continue
        if original is NOTHING:
            delattr(owner, name)
        else:
            setattr(owner, name, original)
    _replaced.clear()


def _owners() -> Iterator[ModuleType | type]:
    """Yield the modules of the standard library, and the classes that they define."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in sys.stdlib_module_names:
            yield module
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__ == name:
                    yield value
