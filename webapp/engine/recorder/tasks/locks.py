"""Reports the locks and semaphores of asyncio, its conditions, events and barriers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.tasks.steps import Awaiting
from webapp.engine.recorder.waiting import LABEL, label_new, label_of, label_when_made


def observe(asyncio: Any) -> None:
    """Report those that the program makes from now on."""
    for name in ("Lock", "Event", "Semaphore", "BoundedSemaphore", "Barrier"):
        label_when_made(getattr(asyncio, name), name)
    _report_lock(asyncio.Lock)
    _report_semaphore(asyncio.Semaphore)
    _report_condition(asyncio.Condition)
    _report_event(asyncio.Event)
    _report_barrier(asyncio.Barrier)


def _report_lock(kind: Any) -> None:
    _report_acquire(kind, lambda self: "")
    release = kind.release

    @wraps(release)
    def recorded_release(self: Any) -> None:
        label = label_of(self)
        if label is not None and self.locked():
            emit(Kind.RELEASED, label)
        release(self)

    kind.release = recorded_release


def _report_semaphore(kind: Any) -> None:
    _report_acquire(kind, lambda self: str(self._value))
    release = kind.release

    @wraps(release)
    def recorded_release(self: Any) -> None:
        if label := label_of(self):
            emit(Kind.RELEASED, label, str(self._value + 1))
        release(self)

    kind.release = recorded_release


def _report_acquire(kind: Any, count: Any) -> None:
    acquire = kind.acquire

    @wraps(acquire)
    async def recorded_acquire(self: Any) -> Any:
        label = label_of(self)
        if label is None:
            return await acquire(self)
        with Awaiting(label, How.ACQUIRE):
            got = await acquire(self)
        emit(Kind.GOT, label, count(self))
        return got

    kind.acquire = recorded_acquire


def _report_condition(kind: Any) -> None:
    init, notify = kind.__init__, kind.notify

    @wraps(init)
    def recorded_init(self: Any, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        label_new(self, "Condition")
        label = label_of(self)
        # A lock that it has made has its name; a lock that it was given has one already.
        if label is not None and label_of(self._lock) is None:
            setattr(self._lock, LABEL, label)

    @wraps(notify)
    def recorded_notify(self: Any, n: int = 1) -> None:
        label = label_of(self)
        if label is not None and self.locked():
            emit(Kind.SIGNALLED, label, str(min(n, len(self._waiters))))
        notify(self, n)

    kind.__init__, kind.notify = recorded_init, recorded_notify
    kind.wait = _reporting_signal(kind.wait)


def _reporting_signal(wait: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
    """Return the wait for a signal of a condition or an event, reported."""

    @wraps(wait)
    async def recorded_wait(self: Any) -> Any:
        label = label_of(self)
        if label is None:
            return await wait(self)
        with Awaiting(label, How.SIGNAL):
            passed = await wait(self)
        emit(Kind.PASSED, label)
        return passed

    return recorded_wait


def _report_event(kind: Any) -> None:
    set_ = kind.set

    @wraps(set_)
    def recorded_set(self: Any) -> None:
        if label := label_of(self):
            emit(Kind.SIGNALLED, label)
        set_(self)

    kind.wait, kind.set = _reporting_signal(kind.wait), recorded_set


def _report_barrier(kind: Any) -> None:
    block, wait = kind._block, kind.wait

    @wraps(block)
    async def recorded_block(self: Any) -> None:
        await block(self)  # it has ended as soon as there is a place at the barrier
        if label := label_of(self):
            emit(Kind.ARRIVED, label, f"{self.n_waiting + 1} of {self.parties}")

    @wraps(wait)
    async def recorded_wait(self: Any) -> Any:
        label = label_of(self)
        if label is None:
            return await wait(self)
        with Awaiting(label, How.BARRIER):
            place = await wait(self)
        emit(Kind.PASSED, label, str(place))
        return place

    kind._block, kind.wait = recorded_block, recorded_wait
