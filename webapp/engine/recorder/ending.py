"""Clears the program's modules at the end of a process, as the interpreter does (finalize_modules).

Clearing flushes files that were never closed, closes generators and calls `__del__`. The
interpreter would do it too late: the standard streams refer to the recorder, and the recorder to
the modules that it wraps, so all of these would outlive the program's modules.
"""

from __future__ import annotations

import atexit
import gc
import sys
import threading
import weakref
from multiprocessing import process
from types import ModuleType
from typing import Any

PROGRAM = ("__main__", "__mp_main__")
"""The names of the program's own module; one of that name may have been there before."""


_loaded: Loaded | None = None


class Loaded:
    """The modules that are loaded before the program begins."""

    def __init__(self) -> None:
        self._names = frozenset(sys.modules)
        self._newest = next(reversed(sys.modules))

    def newer(self) -> list[str]:
        """Return the names of the modules that were imported since, and of the program's own."""
        found: list[str] = []
        # From the newest: to look at the name of an old one writes its reference count, and so
        # copies a page that this process shared with the launcher.
        for name in reversed(sys.modules):
            if name == self._newest:
                break
            if name not in self._names:
                found.append(name)
        found.extend(name for name in PROGRAM if name in sys.modules and name not in found)
        return found[::-1]


def note_loaded() -> None:
    """Note the modules that are loaded now, the first time: `clear_modules` leaves them."""
    global _loaded  # noqa: PLW0603  (a process has one set of modules, and no object for it)
    _loaded = _loaded or Loaded()


def clear_at_exit() -> None:
    """At the end of this interpreter, clear the modules that are imported from now on."""
    atexit.register(_end_child)  # called last, for it is registered first


def clear_modules() -> None:
    """Clear the program's modules and those that it imported, after `note_loaded`."""
    assert _loaded is not None
    # A collection sorts the objects by who refers to whom. So the next one finalizes a text file
    # before the buffer below it.
    gc.collect()
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        vars(sys).pop(name, None)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    modules: list[weakref.ref[ModuleType]] = []
    for name in _loaded.newer():
        module = sys.modules.pop(name)
        if isinstance(module, ModuleType):
            modules.append(weakref.ref(module))
        del module
    gc.collect()
    left = [vars(still) for found in reversed(modules) if (still := found()) is not None]
    for names in left:
        _clear(names)
    if left:
        gc.collect()


def _end_child() -> None:
    # Daemon threads run until the interpreter is finalized, and need their modules.
    if threading.active_count() == 1:
        # From 3.13 on, the interpreter leaves what only this function knows as it is, too.
        if sys.version_info < (3, 13):
            _forget_process()
        clear_modules()


def _forget_process() -> None:
    """Replace this process's object, which refers to the program's function."""
    ended = process.BaseProcess(name=process.current_process().name)
    process._current_process = ended  # type: ignore[attr-defined]


def _clear(names: dict[str, Any]) -> None:
    """Set all names of a module to None, those with one underscore in front first."""
    private = [name for name in names if name[:1] == "_" and name[1:2] != "_"]
    for name in (*private, *names):
        if name != "__builtins__":
            names[name] = None
