"""Reports the lifetimes of threads, and their joins.

The methods of `threading.Thread` are wrapped, so subclasses are reported too. A thread that is
started by `_thread` has no name. It is named `thread#1` here.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from multiprocessing.dummy import DummyProcess
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder import tracebacks
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new
from webapp.engine.recorder.waiting import reporting_wait
from webapp.engine.recorder.workers import bare_threads, current_key, worker_name

Thread = threading.Thread

OWNERS = ("concurrent.futures.process", "asyncio.base_events")
"""Modules that run threads for themselves."""

_SHUTDOWN = ThreadPoolExecutor.shutdown.__code__

# The worker that started a thread that has not begun yet, by id() of the thread.
_starters: dict[int, str] = {}


def install() -> None:
    """Report the lifetimes of threads."""
    _report_lives()
    _report_bare_lives()


def observe() -> None:
    """Report joins."""
    _report_joins()


def _report_lives() -> None:
    thread: Any = Thread
    start, begin, end = thread.start, thread._set_native_id, thread._delete

    @wraps(start)
    def recorded_start(self: Any) -> None:
        startable = getattr(self, "_initialized", False) and not self._started.is_set()
        if startable and not _is_internal(self):
            _starters[id(self)] = current_key()
            emit(Kind.STARTS, worker_name(self))
        start(self)

    # These two are the first and the last steps of a new thread. Around its whole life a frame of
    # ours would be on its stack. In both `threading` does not know it, so its name is passed.
    @wraps(begin)
    def recorded_begin(self: Any) -> None:
        begin(self)
        if starter := _starters.pop(id(self), ""):
            self._recorded = True
            emit(Kind.STARTED, "thread", starter, worker=worker_name(self))

    @wraps(end)
    def recorded_end(self: Any) -> None:
        end(self)
        if getattr(self, "_recorded", False):
            emit(Kind.ENDED, worker=worker_name(self))

    thread.start, thread._set_native_id, thread._delete = (
        recorded_start,
        recorded_begin,
        recorded_end,
    )


class _Bare:
    """The function of a thread that is started by `_thread`."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self._name = name
        self._function = function
        self._starter = current_key()

    def __call__(self, *args: Any, **options: Any) -> None:
        bare_threads[_thread.get_ident()] = self._name
        emit(Kind.STARTED, "thread", self._starter)
        try:
            self._function(*args, **options)
        except SystemExit:
            pass  # as in the original
        except BaseException as error:
            tracebacks.report(error)
            tracebacks.ignore_in_thread(error, self._function)
        finally:
            emit(Kind.ENDED)
            del bare_threads[_thread.get_ident()]


def _report_bare_lives() -> None:
    start = _thread.start_new_thread

    @wraps(start)
    def recorded_start(
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any] | None = None,
        /,
    ) -> int:
        options = () if kwargs is None else (kwargs,)
        if is_standard_library() or not callable(function):
            return start(function, args, *options)
        name = name_new("thread", None)
        emit(Kind.STARTS, name)
        return start(_Bare(name, function), args, *options)

    _thread.start_new_thread = _thread.start_new = recorded_start


def _report_joins() -> None:
    join = Thread.join

    @wraps(join)
    def recorded_join(self: threading.Thread, timeout: float | None = None) -> None:
        # An executor that shuts down joins its threads.
        own = is_standard_library() and sys._getframe(1).f_code is not _SHUTDOWN
        own = own or _is_internal(threading.current_thread())
        if own or not self.ident or self is threading.current_thread():
            join(self, timeout)
            return
        name = worker_name(self)
        if self.is_alive():
            reporting_wait(
                name, How.JOIN, timeout, lambda: join(self, timeout), lambda: not self.is_alive()
            )
        if not self.is_alive():
            emit(Kind.JOINED, name, f"{os.getpid()}.{self.native_id}")

    Thread.join = recorded_join  # type: ignore[method-assign]


def _is_internal(thread: threading.Thread) -> bool:
    """Return whether the standard library runs the thread for itself, as a queue's feeder."""
    if isinstance(thread, DummyProcess):
        return False
    module = getattr(getattr(thread, "_target", None), "__module__", None) or ""
    owners = (module, type(thread).__module__)
    return any(owner.startswith("multiprocessing.") or owner in OWNERS for owner in owners)
