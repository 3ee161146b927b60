"""How a wait is reported, whatever is waited for, and how what is waited for is called.

An object that is reported carries its name in the attribute LABEL. Objects that the standard
library makes for itself have none, and are left alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new

LABEL = "_recorded_as"


def label_of(thing: object) -> str | None:
    """The name under which an object is reported; None where it is not."""
    return getattr(thing, LABEL, None)


def label_new(thing: object, kind: str) -> None:
    """Name an object after what our caller's caller puts it in, if that is a program."""
    if not is_standard_library(depth=2):
        setattr(thing, LABEL, name_new(kind, sys._getframe(2)))


def report_wait(object: str, how: How, timeout: float | None) -> None:
    """Report that a wait begins."""
    emit(Kind.WAITS, object, how if timeout is None else f"{how} {timeout}")


def reporting_wait(
    object: str,
    how: How,
    timeout: float | None,
    wait: Callable[[], Any],
    succeeded: Callable[[], bool] | None = None,
) -> Any:
    """Wait, reporting that it begins and, where it fails or is interrupted, that it ends.

    Without `succeeded`, a true result of `wait` is success.
    """
    report_wait(object, how, timeout)
    done = False
    try:
        result = wait()
        done = succeeded() if succeeded else bool(result)
        return result
    finally:
        if not done:
            emit(Kind.GAVE_UP, object)
