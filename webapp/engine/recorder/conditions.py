"""Reports waits and signals: the conditions, events, barriers and timers of `threading`."""

from __future__ import annotations

import threading
from functools import wraps
from threading import Barrier, Condition, Event
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.locks import rlock
from webapp.engine.recorder.waiting import (
    LABEL,
    label_new,
    label_of,
    label_when_made,
    report_wait,
    reporting_wait,
)


def observe() -> None:
    """Report every condition, event and barrier from now on."""
    _report_conditions()
    _report_events()
    _report_barriers()
    _report_timers()


def _report_conditions() -> None:
    init, wait, notify = Condition.__init__, Condition.wait, Condition.notify

    @wraps(init)
    def recorded_init(self: threading.Condition, lock: Any = None) -> None:
        label_new(self, "Condition")
        label = label_of(self)
        # A lock that it makes itself has its name; a lock that it was given has one already.
        init(self, rlock(label) if lock is None and label else lock)

    @wraps(wait)
    def recorded_wait(self: Any, timeout: float | None = None) -> bool:
        label = label_of(self)
        if label is None or not self._is_owned():
            return wait(self, timeout)
        passed = bool(reporting_wait(label, How.SIGNAL, timeout, lambda: wait(self, timeout)))
        if passed:
            emit(Kind.PASSED, label)
        return passed

    @wraps(notify)
    def recorded_notify(self: Any, n: int = 1) -> None:
        label = label_of(self)
        if label is not None and self._is_owned():
            emit(Kind.SIGNALLED, label, str(min(n, len(self._waiters))))
        notify(self, n)

    Condition.__init__ = recorded_init  # type: ignore[method-assign]
    Condition.wait = recorded_wait  # type: ignore[method-assign]
    Condition.notify = recorded_notify  # type: ignore[method-assign]


def _report_events() -> None:
    wait, set_ = Event.wait, Event.set
    label_when_made(Event, "Event")

    @wraps(wait)
    def recorded_wait(self: threading.Event, timeout: float | None = None) -> bool:
        label = label_of(self)
        if label is None:
            return wait(self, timeout)
        passed = self.is_set() or bool(
            reporting_wait(label, How.SIGNAL, timeout, lambda: wait(self, timeout))
        )
        if passed:
            emit(Kind.PASSED, label)
        return passed

    @wraps(set_)
    def recorded_set(self: threading.Event) -> None:
        if label := label_of(self):
            emit(Kind.SIGNALLED, label)
        set_(self)

    Event.wait = recorded_wait  # type: ignore[method-assign]
    Event.set = recorded_set  # type: ignore[method-assign]


def _report_barriers() -> None:
    barrier: Any = Barrier
    enter, wait_inside, wait = barrier._enter, barrier._wait, barrier.wait
    label_when_made(Barrier, "Barrier")

    @wraps(enter)
    def recorded_enter(self: Any) -> None:
        enter(self)  # under the barrier's lock: no worker can be seen to pass before
        if label := label_of(self):
            emit(Kind.ARRIVED, label, f"{self._count + 1} of {self._parties}")

    @wraps(wait_inside)
    def recorded_wait_inside(self: Any, timeout: float | None) -> None:
        if label := label_of(self):
            report_wait(label, How.BARRIER, timeout)
        wait_inside(self, timeout)

    @wraps(wait)
    def recorded_wait(self: Any, timeout: float | None = None) -> int:
        label = label_of(self)
        place: int | None = None
        try:
            place = wait(self, timeout)
            return place
        finally:
            if label is not None:
                kind = Kind.GAVE_UP if place is None else Kind.PASSED
                emit(kind, label, "" if place is None else str(place))

    barrier._enter, barrier._wait, barrier.wait = (
        recorded_enter,
        recorded_wait_inside,
        recorded_wait,
    )


def _report_timers() -> None:
    init = threading.Timer.__init__

    @wraps(init)
    def recorded_init(self: threading.Timer, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        # Until it fires, a timer waits for its own cancellation.
        setattr(self.finished, LABEL, self.name)

    threading.Timer.__init__ = recorded_init  # type: ignore[method-assign]
