"""Reports the locks and semaphores of `threading`: who holds them and who waits for them.

Lock and RLock are built-in types, which cannot be changed. So a program gets a `lock` or `rlock` of
ours around the original. Semaphores are Python classes, whose methods are wrapped.
"""

from __future__ import annotations

import os
import sys
import threading
from _thread import LockType, allocate_lock
from _thread import RLock as RawRLock
from functools import wraps
from types import TracebackType
from typing import Any, NoReturn

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new
from webapp.engine.recorder.waiting import label_of, label_when_made, reporting_wait

GOT, RELEASED = Kind.GOT, Kind.RELEASED  # until Python 3.12 it takes long to find them

Semaphore, BoundedSemaphore = threading.Semaphore, threading.BoundedSemaphore


def observe() -> None:
    """Report every lock and semaphore from now on."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_note_fork)
    threading.Lock = lock
    threading.RLock = rlock
    _report_semaphores()


_forks = 0
"""How many forks there are between the program's main process and this one."""


def _note_fork() -> None:
    global _forks  # noqa: PLW0603  (a process has one such number, and no object for it)
    _forks += 1


class _Recorded:
    """The base of `lock` and `rlock`: `_raw` is the original, `_name` its name in the program.

    `_forks` is the number of forks when it was last acquired.
    """

    __slots__ = ("__weakref__", "_forks", "_name", "_raw")
    _raw: Any
    _name: str
    _forks: int

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire; report a wait only if it has to wait."""
        if timeout != -1 and not (blocking and 0 <= timeout <= threading.TIMEOUT_MAX):
            return bool(self._raw.acquire(blocking, timeout))  # raises what it must
        if self._raw.acquire(False):
            self._report(GOT)
            return True
        if not blocking or timeout == 0:
            return False
        limit = None if timeout == -1 else timeout
        # If it was held when this process was forked, its holder is in the parent, and no thread
        # here can release this copy.
        how = How.ACQUIRE if self._forks == _forks else How.COPIED
        got = bool(reporting_wait(self._name, how, limit, lambda: self._raw.acquire(True, timeout)))
        if got:
            self._report(GOT)
        return got

    __enter__ = acquire

    def release(self) -> None:
        """Report first, then release: so the next holder is always reported later."""
        if self._may_release():
            self._report(RELEASED)
        self._raw.release()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def __repr__(self) -> str:
        return repr(self._raw)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"cannot pickle '{type(self._raw).__module__}.{type(self).__name__}' object"
        )

    def _at_fork_reinit(self) -> None:
        self._raw._at_fork_reinit()

    # Not an ABC: isinstance() takes long for one, and a search asks it at each step.
    def _may_release(self) -> bool:
        raise NotImplementedError

    def _report(self, kind: Kind) -> None:
        raise NotImplementedError


class lock(_Recorded):
    """The wrapper of `threading.Lock()`."""

    __module__ = "_thread"
    __slots__ = ()
    _raw: LockType

    def __new__(cls) -> Any:
        """Make a wrapper for the program, and an original for the standard library."""
        if is_standard_library():
            return allocate_lock()
        self = super().__new__(cls)
        self._raw, self._forks = allocate_lock(), _forks
        self._name = name_new("Lock", sys._getframe(1))
        return self

    def locked(self) -> bool:
        """Return whether it is held."""
        return self._raw.locked()

    acquire_lock = _Recorded.acquire
    release_lock = _Recorded.release
    locked_lock = locked

    def _may_release(self) -> bool:
        return self._raw.locked()

    def _report(self, kind: Kind) -> None:
        self._forks = _forks
        emit(kind, self._name)


class rlock(_Recorded):
    """The wrapper of `threading.RLock()`."""

    __module__ = "_thread"
    __slots__ = ("_depth",)
    _depth: int

    def __new__(cls, name: str = "") -> Any:
        """Make a wrapper for the program, and an original for the standard library."""
        if not name and is_standard_library():
            return RawRLock()
        self = super().__new__(cls)
        self._raw, self._forks = RawRLock(), _forks
        self._name = name or name_new("RLock", sys._getframe(1))
        self._depth = 0  # changed by the holder only
        return self

    if hasattr(RawRLock, "locked"):  # since Python 3.14

        def locked(self) -> bool:
            """Return whether it is held."""
            return bool(self._raw.locked())

    def _may_release(self) -> bool:
        return bool(self._raw._is_owned())

    def _report(self, kind: Kind) -> None:
        self._forks = _forks
        self._depth += 1 if kind is GOT else -1
        emit(kind, self._name, str(self._depth))

    # What Condition calls.

    def _is_owned(self) -> bool:
        return bool(self._raw._is_owned())

    def _recursion_count(self) -> int:
        return self._depth if self._is_owned() else 0

    def _release_save(self) -> Any:
        depth, self._depth = self._depth, 0
        emit(RELEASED, self._name, "0")
        return depth, self._raw._release_save()

    def _acquire_restore(self, saved: Any) -> None:
        self._depth, state = saved
        self._raw._acquire_restore(state)
        self._forks = _forks
        emit(GOT, self._name, str(self._depth))


rlock.__name__ = rlock.__qualname__ = "RLock"


def _report_semaphores() -> None:
    acquire = Semaphore.acquire
    label_when_made(Semaphore, "Semaphore")
    label_when_made(BoundedSemaphore, "BoundedSemaphore")

    @wraps(acquire)
    def recorded_acquire(self: Any, blocking: bool = True, timeout: float | None = None) -> bool:
        label = label_of(self)
        if label is None or (not blocking and timeout is not None):
            return acquire(self, blocking, timeout)
        got = acquire(self, False)
        if not got and blocking:
            got = bool(
                reporting_wait(label, How.ACQUIRE, timeout, lambda: acquire(self, True, timeout))
            )
        if got:
            emit(GOT, label, str(self._value))
        return got

    Semaphore.acquire = recorded_acquire  # type: ignore[method-assign]
    Semaphore.__enter__ = recorded_acquire  # type: ignore[method-assign]
    for kind in (Semaphore, BoundedSemaphore):
        _report_semaphore_releases(kind)


def _report_semaphore_releases(kind: type[threading.Semaphore]) -> None:
    release = kind.release

    @wraps(release)
    def recorded_release(self: Any, n: int = 1) -> None:
        label = label_of(self)
        after = self._value + n
        if label is not None and n >= 1 and after <= getattr(self, "_initial_value", after):
            emit(RELEASED, label, str(after))
        release(self, n)

    kind.release = recorded_release  # type: ignore[method-assign]
