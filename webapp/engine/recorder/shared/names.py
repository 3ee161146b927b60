"""Names what a program makes by a context of `multiprocessing`, wherever it is pickled to."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from functools import wraps
from multiprocessing import context
from typing import Any

from webapp.engine.recorder.waiting import LABEL, label_new, label_of

Attach = Callable[[Any, str], None]
"""Reports an object, by its name, whose methods are its own attributes: they are bound when it is
made or unpickled. What it puts there must not hold the object itself: its semaphore goes as soon as
nobody holds it."""


def label_made(name: str, kind: type, attach: Attach | None = None) -> None:
    """Have what a context's method `name` makes named by the program, if it is of this kind.

    `attach` reports an object whose methods are its own attributes, by its name.
    """
    make: Callable[..., Any] = getattr(context.BaseContext, name)

    @wraps(make)
    def recorded_make(self: Any, *args: Any, **options: Any) -> Any:
        made = make(self, *args, **options)
        # A shared value is reported by its lock; a bare one has none.
        shared = made.get_lock() if hasattr(made, "get_lock") else made
        if isinstance(shared, kind) and label_of(shared) is None:
            label_new(shared, name)
            attach_label(shared, attach)
        return made

    setattr(context.BaseContext, name, recorded_make)


def renew_package() -> None:
    """Have `multiprocessing.Lock` and its like be the methods as they are now.

    The package's own names were bound to its default context's methods when it was imported.
    """
    for name in multiprocessing.__all__:
        if hasattr(context.BaseContext, name):
            setattr(multiprocessing, name, getattr(context._default_context, name))


def carry_label(kind: Any, attach: Attach | None = None) -> None:
    """Have the name go along when an object is pickled for a spawned child; `attach` likewise."""
    getstate, setstate = kind.__getstate__, kind.__setstate__

    @wraps(getstate)
    def recorded_getstate(self: Any) -> Any:
        label = label_of(self)
        return (LABEL, label, getstate(self)) if label else getstate(self)

    @wraps(setstate)
    def recorded_setstate(self: Any, state: Any) -> None:
        if state[0] != LABEL:
            setstate(self, state)
            return
        setstate(self, state[2])
        setattr(self, LABEL, state[1])
        attach_label(self, attach)

    kind.__getstate__, kind.__setstate__ = recorded_getstate, recorded_setstate


def attach_label(thing: Any, attach: Attach | None) -> None:
    """Report an object by `attach`, if it has a name."""
    label = label_of(thing)
    if attach and label is not None:
        attach(thing, label)
