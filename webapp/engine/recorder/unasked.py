"""Reports the exceptions that futures hold, and when the program asks for them.

An exception in a task of an executor or a pool is told nobody unless its future is asked. asyncio
tells those of its tasks and futures itself, when they are forgotten.
"""

from __future__ import annotations

from concurrent import futures
from functools import wraps
from multiprocessing import pool
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.waiting import label_of

HELD = "_recorded_exception"
"""The attribute of a future whose exception nobody has asked for yet."""

FORGOTTEN = "exception was never retrieved"
"""How a message of asyncio ends about a future that was deleted."""


def observe() -> None:
    """Report the exceptions that futures of executors and results of pools hold."""
    put = futures.Future.set_exception

    @wraps(put)
    def recorded_put(self: Any, exception: BaseException | None) -> None:
        if not self.done():
            note_held(self, exception)
        put(self, exception)

    futures.Future.set_exception = recorded_put  # type: ignore[method-assign]
    _report_results(pool.ApplyResult)


def _report_results(kind: Any) -> None:
    get, take = kind.get, kind._set

    @wraps(get)
    def recorded_get(self: Any, timeout: float | None = None) -> Any:
        if self.ready():
            note_asked(self)
        return get(self, timeout)

    @wraps(take)
    def recorded_take(self: Any, i: int, obj: tuple[bool, Any]) -> None:
        succeeded, value = obj
        if not succeeded and self._error_callback is None:
            note_held(self, value)
        take(self, i, obj)

    kind.get, kind._set = recorded_get, recorded_take


def note_held(future: Any, exception: BaseException | None) -> None:
    """Report that a future has got an exception, if it has a name."""
    label = label_of(future)
    if label is not None and exception is not None:
        setattr(future, HELD, True)
        emit(Kind.THREW, label, shown(exception))


def note_asked(future: Any) -> None:
    """Report, once, that the program has asked for the exception that a future holds."""
    if getattr(future, HELD, False):
        setattr(future, HELD, False)
        emit(Kind.PASSED, label_of(future) or "")


def shown(exception: BaseException) -> str:
    """Return an exception as Python writes it, or its type if that fails."""
    try:
        return repr(exception)
    except Exception:
        return type(exception).__name__
