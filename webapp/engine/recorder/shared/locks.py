"""Reports the locks and semaphores of `multiprocessing`, and the lock of a shared value."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from multiprocessing import sharedctypes, synchronize
from typing import Any, NamedTuple

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.shared.names import carry_label, label_made
from webapp.engine.recorder.waiting import label_of, reporting_wait

MAKERS = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Value", "Array")


def observe() -> None:
    """Report who holds them."""
    for name in MAKERS:
        label_made(name, synchronize.SemLock, attach_lock)
    _report_with()
    _leave_values_alone()


def attach_lock(lock: Any, label: str) -> None:
    """Report a lock or a semaphore by a label."""
    raw = Raw(label, type(lock), lock._semlock)
    lock.acquire = partial(_acquire, raw)
    lock.release = partial(_release, raw)


def _report_with() -> None:
    semlock: Any = synchronize.SemLock
    enter, leave = semlock.__enter__, semlock.__exit__
    carry_label(semlock, attach_lock)

    @wraps(enter)
    def recorded_enter(self: Any) -> bool:
        return bool(self.acquire() if label_of(self) else enter(self))

    @wraps(leave)
    def recorded_leave(self: Any, *args: Any) -> None:
        if label_of(self):
            self.release()
        else:
            leave(self, *args)

    semlock.__enter__, semlock.__exit__ = recorded_enter, recorded_leave


def _leave_values_alone() -> None:
    """Do not report the lock of a shared value when `.value` or an element is accessed.

    That would be too many events. `with array` and `with get_lock()` of the program are reported.
    """
    base: Any = sharedctypes.SynchronizedBase
    init, enter, leave = base.__init__, base.__enter__, base.__exit__

    @wraps(init)
    def recorded_init(self: Any, obj: Any, lock: Any = None, ctx: Any = None) -> None:
        init(self, obj, lock, ctx)
        if isinstance(self._lock, synchronize.SemLock):
            raw = self._lock._semlock  # type: ignore[attr-defined]
            self.acquire, self.release = raw.acquire, raw.release

    @wraps(enter)
    def recorded_enter(self: Any) -> bool:
        return bool(self.acquire() if is_standard_library() else enter(self))

    @wraps(leave)
    def recorded_leave(self: Any, *args: Any) -> None:
        if is_standard_library():
            self.release()
        else:
            leave(self, *args)

    base.__init__ = recorded_init
    base.__enter__, base.__exit__ = recorded_enter, recorded_leave


class Raw(NamedTuple):
    """The label of a lock or a semaphore, its class, and the semaphore itself."""

    label: str
    kind: type[synchronize.SemLock]
    semaphore: Any


def _acquire(raw: Raw, block: bool = True, timeout: float | None = None) -> bool:
    acquire: Callable[..., bool] = raw.semaphore.acquire
    got = acquire(False)
    if not got and block:
        got = bool(reporting_wait(raw.label, How.ACQUIRE, timeout, lambda: acquire(True, timeout)))
    if got:
        emit(Kind.GOT, raw.label, _count(raw))
    return got


def _release(raw: Raw) -> None:
    if _may_release(raw):
        emit(Kind.RELEASED, raw.label, _count(raw, after_release=True))
    raw.semaphore.release()


def _may_release(raw: Raw) -> bool:
    if issubclass(raw.kind, synchronize.RLock):
        return bool(raw.semaphore._is_mine())
    if raw.kind is synchronize.Semaphore:
        return True
    return bool(raw.semaphore._get_value() < raw.semaphore.maxvalue)


def _count(raw: Raw, *, after_release: bool = False) -> str:
    """Return an RLock's depth or a semaphore's value; "" for a lock."""
    if issubclass(raw.kind, synchronize.RLock):
        return str(raw.semaphore._count() - after_release)
    if issubclass(raw.kind, synchronize.Semaphore):
        return str(raw.semaphore._get_value() + after_release)
    return ""
