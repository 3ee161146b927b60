"""Reports the lives of threads, their joins, and who holds which lock.

Threads are reported through methods of `threading.Thread` itself, so that the class stays the one
that everybody knows, subclasses included. A lock's type is built in and cannot be changed, so the
program gets a `lock` of ours around the original.
"""

from __future__ import annotations

import os
import sys
import threading
from _thread import LockType, allocate_lock
from collections.abc import Callable
from functools import wraps
from multiprocessing.dummy import DummyProcess
from types import TracebackType
from typing import Any, NoReturn

from webapp.engine.events import Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import current_key, emit, worker_name
from webapp.engine.recorder.names import name_new

Thread = threading.Thread

# Who started a thread that has not begun yet, by id() of the thread.
_starters: dict[int, str] = {}


def install() -> None:
    """Report the lives of threads."""
    _report_lives()


def observe() -> None:
    """Report joins and locks."""
    _report_joins()
    threading.Lock = lock


def reporting_wait(
    object: str, timeout: float | None, wait: Callable[[], Any], succeeded: Callable[[], bool]
) -> Any:
    """Wait, reporting that it begins and, where it fails or is interrupted, that it ends."""
    emit(Kind.WAITS, object, "" if timeout is None else str(timeout))
    done = False
    try:
        result = wait()
        done = succeeded()
        return result
    finally:
        if not done:
            emit(Kind.GAVE_UP, object)


class lock:
    """`threading.Lock()` as the program sees it."""

    __module__ = "_thread"
    __slots__ = ("__weakref__", "_lock", "_name")
    _lock: LockType
    _name: str

    def __new__(cls) -> Any:
        """Make a lock of ours for a program, and an original for the standard library itself."""
        if is_standard_library():
            return allocate_lock()
        self = super().__new__(cls)
        self._lock = allocate_lock()
        self._name = name_new("Lock", sys._getframe(1))
        return self

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire, reporting a wait only where there is one."""
        if (not blocking and timeout != -1) or (timeout < 0 and timeout != -1):
            return self._lock.acquire(blocking, timeout)  # raises what it must
        if self._lock.acquire(False):
            emit(Kind.GOT, self._name)
            return True
        if not blocking or timeout == 0:
            return False
        limit = None if timeout == -1 else timeout
        got = False

        def wait() -> bool:
            nonlocal got
            got = self._lock.acquire(True, timeout)
            return got

        reporting_wait(self._name, limit, wait, lambda: got)
        if got:
            emit(Kind.GOT, self._name)
        return got

    def release(self) -> None:
        """Report first, then release: nobody can be seen to hold it before."""
        if self._lock.locked():
            emit(Kind.RELEASED, self._name)
        self._lock.release()

    def locked(self) -> bool:
        """Whether somebody holds it."""
        return self._lock.locked()

    acquire_lock = acquire
    release_lock = release
    locked_lock = locked

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def __repr__(self) -> str:
        return repr(self._lock)

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle '_thread.lock' object")

    def _at_fork_reinit(self) -> None:
        self._lock._at_fork_reinit()  # type: ignore[attr-defined]


def _report_lives() -> None:
    start, bootstrap = Thread.start, Thread._bootstrap_inner  # type: ignore[attr-defined]

    @wraps(start)
    def recorded_start(self: threading.Thread) -> None:
        startable = getattr(self, "_initialized", False) and not self._started.is_set()  # type: ignore[attr-defined]
        if startable and not _is_internal(self):
            _starters[id(self)] = current_key()
            emit(Kind.STARTS, worker_name(self))
        start(self)

    @wraps(bootstrap)
    def recorded_bootstrap(self: threading.Thread) -> None:
        if _is_internal(self):
            bootstrap(self)
            return
        # The thread is not known to threading before, nor after: it cannot tell its own name.
        emit(Kind.STARTED, "thread", _starters.pop(id(self), ""), worker=worker_name(self))
        try:
            bootstrap(self)
        finally:
            emit(Kind.ENDED, worker=worker_name(self))

    Thread.start = recorded_start  # type: ignore[method-assign]
    Thread._bootstrap_inner = recorded_bootstrap  # type: ignore[attr-defined]


def _report_joins() -> None:
    join = Thread.join

    @wraps(join)
    def recorded_join(self: threading.Thread, timeout: float | None = None) -> None:
        if is_standard_library() or not self.ident or self is threading.current_thread():
            join(self, timeout)
            return
        name = worker_name(self)
        if self.is_alive():
            reporting_wait(name, timeout, lambda: join(self, timeout), lambda: not self.is_alive())
        if not self.is_alive():
            emit(Kind.JOINED, name, f"{os.getpid()}.{self.native_id}")

    Thread.join = recorded_join  # type: ignore[method-assign]


def _is_internal(thread: threading.Thread) -> bool:
    """Whether the standard library runs the thread for itself, as a queue's feeder is run."""
    if isinstance(thread, DummyProcess):
        return False
    module = getattr(getattr(thread, "_target", None), "__module__", None) or ""
    owners = (module, type(thread).__module__)
    return any(
        owner.startswith("multiprocessing.") or owner == "concurrent.futures.process"
        for owner in owners
    )
