"""Reports waits, and labels the objects that are waited for.

A labelled object has its name in the attribute LABEL. Objects that the standard library makes for
itself have no label, and are not reported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new
from webapp.engine.recorder.workers import blocked_thread

LABEL = "_recorded_as"


def label_of(thing: object) -> str | None:
    """Return the label of an object; None if it is not reported."""
    return getattr(thing, LABEL, None)


def label_new(thing: object, kind: str) -> None:
    """Label an object after the assignment in our caller's caller, if that is the program."""
    if not is_standard_library(depth=2):
        setattr(thing, LABEL, name_new(kind, sys._getframe(2)))


def label_when_made(kind: Any, name: str) -> None:
    """Label every object of a class that the program makes; `name` is its kind."""
    init: Callable[..., None] = kind.__init__

    @wraps(init)
    def recorded_init(self: object, *args: Any, **options: Any) -> None:
        label_new(self, name)
        init(self, *args, **options)

    kind.__init__ = recorded_init


def report_wait(object: str, how: str, timeout: float | None, *, worker: str | None = None) -> None:
    """Report that a wait begins; `how` is a How, and without a time-out what else is told of it."""
    emit(Kind.WAITS, object, how if timeout is None else f"{how} {timeout}", worker=worker)


def reporting_wait(
    object: str,
    how: str,
    timeout: float | None,
    wait: Callable[[], Any],
    succeeded: Callable[[], bool] | None = None,
) -> Any:
    """Wait; report the beginning, and the end if the wait fails or is interrupted.

    Without `succeeded`, a true result of `wait` is success. A task's wait is its thread's, too.
    """
    report_wait(object, how, timeout)
    thread = blocked_thread()
    if thread is not None:
        report_wait(object, how, timeout, worker=thread)
    done = False
    try:
        result = wait()
        done = succeeded() if succeeded else bool(result)
        return result
    finally:
        if thread is not None:
            emit(Kind.RESUMED, object, worker=thread)
        if not done:
            emit(Kind.GAVE_UP, object)
