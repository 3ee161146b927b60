"""Reports the queues of `multiprocessing`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial, wraps
from multiprocessing import queues
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.queues import item_text
from webapp.engine.recorder.shared.names import carry_label, label_made
from webapp.engine.recorder.waiting import LABEL, label_of, reporting_wait

WRITTEN = 0.02
"""Seconds within which a queue's thread has written all if there is room: no wait is reported."""

# The item of the put that acquires a queue's semaphore.
_putting = threading.local()

_join_thread = threading.Thread.join


def observe() -> None:
    """Report puts and gets, and the waits for them."""
    label_made("Queue", queues.Queue, _attach)
    label_made("JoinableQueue", queues.Queue, _attach)
    label_made("SimpleQueue", queues.SimpleQueue)
    for kind in (queues.Queue, queues.JoinableQueue):
        carry_label(kind, _attach)
        _report_puts(kind)
    carry_label(queues.SimpleQueue)
    _report_gets(queues.Queue)
    _report_flush()
    _report_simple_queue()
    _report_queue_joins()


def _attach(queue: Any, label: str) -> None:
    """Report the puts, each of which acquires the semaphore of free slots."""
    slots = queue._sem
    slots.acquire = partial(_acquire_slot, label, slots._semlock, queue._maxsize)


def _report_puts(kind: Any) -> None:
    if "put" not in vars(kind):
        return
    put = kind.put

    @wraps(put)
    def recorded_put(self: Any, obj: object, *args: Any, **options: Any) -> None:
        _putting.item = obj
        try:
            put(self, obj, *args, **options)
        finally:
            _putting.item = None  # or it would be kept alive

    kind.put = recorded_put


def _acquire_slot(
    label: str, semaphore: Any, maxsize: int, block: bool = True, timeout: float | None = None
) -> bool:
    """Acquire a slot for an item, and report the put: so it is reported before its get."""
    acquire: Callable[..., bool] = semaphore.acquire
    got = acquire(False)
    if not got and block:
        got = bool(reporting_wait(label, How.PUT, timeout, lambda: acquire(True, timeout)))
    if got:
        size = maxsize - semaphore._get_value()
        emit(Kind.PUT, label, item_text(size, _putting.item))
    return got


def _report_gets(kind: Any) -> None:
    get = kind.get

    @wraps(get)
    def recorded_get(self: Any, block: bool = True, timeout: float | None = None) -> Any:
        label = label_of(self)
        if label is None:
            return get(self, block, timeout)
        if block and not self._poll():
            item = reporting_wait(
                label, How.GET, timeout, lambda: get(self, True, timeout), lambda: True
            )
        else:
            item = get(self, block, timeout)
        size = self._maxsize - self._sem._semlock._get_value()
        emit(Kind.TOOK, label, item_text(size, item))
        return item

    kind.get = recorded_get


def _report_flush() -> None:
    """Report that a process cannot end because its queue's pipe is full.

    At its end a process joins the queue's feeder thread, which writes the items into the pipe.
    """
    kind: Any = queues.Queue
    start, join = kind._start_thread, kind._finalize_join

    @wraps(start)
    def recorded_start(self: Any) -> None:
        start(self)
        if label := label_of(self):
            setattr(self._thread, LABEL, label)

    @wraps(join)
    def recorded_join(twr: Any) -> None:
        feeder = twr()
        label = label_of(feeder)
        if label is not None:
            _join_thread(feeder, WRITTEN)
            if feeder.is_alive():
                reporting_wait(label, How.PUT, None, partial(_join_thread, feeder), lambda: True)
                emit(Kind.PASSED, label)
        join(twr)

    kind._start_thread, kind._finalize_join = recorded_start, staticmethod(recorded_join)


def _report_simple_queue() -> None:
    kind: Any = queues.SimpleQueue
    put, get = kind.put, kind.get

    @wraps(put)
    def recorded_put(self: Any, obj: object) -> None:
        if label := label_of(self):
            emit(Kind.PUT, label, item_text(None, obj))
        put(self, obj)

    @wraps(get)
    def recorded_get(self: Any) -> Any:
        label = label_of(self)
        if label is None:
            return get(self)
        item = get(self) if not self.empty() else reporting_get(label, partial(get, self))
        emit(Kind.TOOK, label, item_text(None, item))
        return item

    kind.put, kind.get = recorded_put, recorded_get


def reporting_get(label: str, get: Callable[[], Any], how: str = How.GET) -> Any:
    """Wait for an item, and report the wait."""
    return reporting_wait(label, how, None, get, lambda: True)


def _report_queue_joins() -> None:
    kind: Any = queues.JoinableQueue
    join, done = kind.join, kind.task_done

    @wraps(join)
    def recorded_join(self: Any) -> None:
        label = label_of(self)
        if label is None or self._unfinished_tasks._semlock._is_zero():
            join(self)
            return
        reporting_wait(label, How.SIGNAL, None, lambda: join(self), lambda: True)
        emit(Kind.PASSED, label)

    @wraps(done)
    def recorded_done(self: Any) -> None:
        label, left = label_of(self), self._unfinished_tasks._semlock._get_value() - 1
        if label is not None and left >= 0:
            emit(Kind.SIGNALLED, label, str(left))
        done(self)

    kind.join, kind.task_done = recorded_join, recorded_done
