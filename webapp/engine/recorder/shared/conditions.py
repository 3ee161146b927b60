"""Reports the conditions and events of `multiprocessing`.

Its Barrier is a threading.Barrier, and is reported as one.
"""

from __future__ import annotations

from functools import wraps
from multiprocessing import synchronize
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.shared.locks import attach_lock
from webapp.engine.recorder.shared.names import carry_label, label_made
from webapp.engine.recorder.waiting import LABEL, label_of, reporting_wait


def observe() -> None:
    """Report the waits for them, and the signals."""
    label_made("Condition", synchronize.Condition, _attach)
    label_made("Event", synchronize.Event)
    label_made("Barrier", synchronize.Barrier)
    carry_label(synchronize.Barrier)
    _report_conditions()
    _report_events()


def _attach(condition: Any, label: str) -> None:
    """Label the lock of a condition like the condition, unless it has a label already."""
    if label_of(condition._lock) is None:
        setattr(condition._lock, LABEL, label)
        attach_lock(condition._lock, label)
    condition.acquire, condition.release = condition._lock.acquire, condition._lock.release


def _report_conditions() -> None:
    condition: Any = synchronize.Condition
    wait, notify = condition.wait, condition.notify
    carry_label(condition, _attach)

    @wraps(wait)
    def recorded_wait(self: Any, timeout: float | None = None) -> bool:
        label = label_of(self)
        if label is None:
            return bool(wait(self, timeout))
        passed = bool(reporting_wait(label, How.SIGNAL, timeout, lambda: wait(self, timeout)))
        if passed:
            emit(Kind.PASSED, label)
        return passed

    @wraps(notify)
    def recorded_notify(self: Any, n: int = 1) -> None:
        if label := label_of(self):
            emit(Kind.SIGNALLED, label)
        notify(self, n)

    condition.wait, condition.notify = recorded_wait, recorded_notify


def _report_events() -> None:
    event: Any = synchronize.Event
    wait, set_ = event.wait, event.set

    @wraps(wait)
    def recorded_wait(self: Any, timeout: float | None = None) -> bool:
        label = label_of(self)
        if label is None:
            return bool(wait(self, timeout))
        passed = bool(
            self.is_set() or reporting_wait(label, How.SIGNAL, timeout, lambda: wait(self, timeout))
        )
        if passed:
            emit(Kind.PASSED, label)
        return passed

    @wraps(set_)
    def recorded_set(self: Any) -> None:
        if label := label_of(self):
            emit(Kind.SIGNALLED, label)
        set_(self)

    event.wait, event.set = recorded_wait, recorded_set
