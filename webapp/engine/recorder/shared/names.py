"""Labels what a program makes by a context of `multiprocessing`, also after pickling."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from functools import wraps
from multiprocessing import context
from typing import Any

from webapp.engine.recorder.waiting import LABEL, label_new, label_of

Attach = Callable[[Any, str], None]
"""Wraps the methods of an object that are its own attributes, bound when it is made or unpickled.
The wrappers must not refer to the object: its semaphore is removed with its last reference."""


def label_made(name: str, kind: type, attach: Attach | None = None) -> None:
    """Label what a context's method `name` makes for the program, if it is of this kind.

    `attach` is called with the object and its label.
    """
    make: Callable[..., Any] = getattr(context.BaseContext, name)

    @wraps(make)
    def recorded_make(self: Any, *args: Any, **options: Any) -> Any:
        made = make(self, *args, **options)
        # Of a shared value its lock is reported; a raw one has none.
        shared = made.get_lock() if hasattr(made, "get_lock") else made
        if isinstance(shared, kind) and label_of(shared) is None:
            label_new(shared, name)
            attach_label(shared, attach)
        return made

    setattr(context.BaseContext, name, recorded_make)


def renew_package() -> None:
    """Bind `multiprocessing.Lock` and the others to the wrapped methods.

    The package bound its names to its default context's methods when it was imported.
    """
    for name in multiprocessing.__all__:
        if hasattr(context.BaseContext, name):
            setattr(multiprocessing, name, getattr(context._default_context, name))


def carry_label(kind: Any, attach: Attach | None = None) -> None:
    """Pickle the label with an object of this kind; `attach` as above."""
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
    """Call `attach` with an object and its label, if it has one."""
    label = label_of(thing)
    if attach and label is not None:
        attach(thing, label)
