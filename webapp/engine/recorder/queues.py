"""Reports the puts and gets of `queue.Queue` and its subclasses, and of `queue.SimpleQueue`.

An item is reported while the queue's lock is held, so a put is always reported before its get.
SimpleQueue is a built-in type, which cannot be changed: a program gets a wrapper of ours.
"""

from __future__ import annotations

import queue
import sys
from functools import partial, wraps
from types import GenericAlias
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new
from webapp.engine.recorder.waiting import label_new, label_of, reporting_wait

_SimpleQueue = queue.SimpleQueue

ITEM_LENGTH = 100
"""Characters of an item that are reported."""


def observe() -> None:
    """Report every queue that the program makes from now on."""
    _label_queues()
    for kind in (queue.Queue, queue.LifoQueue, queue.PriorityQueue):
        _report_items(kind)
    _report_waits()
    _report_joins()
    queue.SimpleQueue = SimpleQueue  # type: ignore[misc]


def item_text(size: int | None, item: object) -> str:
    """Return the text of an event: the number of items in the queue, and the item."""
    text = repr(item)
    if len(text) > ITEM_LENGTH:
        text = text[:ITEM_LENGTH] + "…"
    return f"{'?' if size is None else size}: {text}"


def _label_queues() -> None:
    init = queue.Queue.__init__

    @wraps(init)
    def recorded_init(self: Any, maxsize: int = 0) -> None:
        label_new(self, type(self).__name__)
        init(self, maxsize)

    queue.Queue.__init__ = recorded_init  # type: ignore[method-assign]


def _report_items(kind: Any) -> None:
    put, get = kind._put, kind._get

    @wraps(put)
    def recorded_put(self: Any, item: object) -> None:
        put(self, item)
        if label := label_of(self):
            emit(Kind.PUT, label, item_text(self._qsize(), item))

    @wraps(get)
    def recorded_get(self: Any) -> object:
        item: object = get(self)
        if label := label_of(self):
            emit(Kind.TOOK, label, item_text(self._qsize(), item))
        return item

    kind._put, kind._get = recorded_put, recorded_get


def _report_waits() -> None:
    put, get = queue.Queue.put, queue.Queue.get

    @wraps(put)
    def recorded_put(
        self: Any, item: object, block: bool = True, timeout: float | None = None
    ) -> None:
        label = label_of(self)
        if label is None or not block or not self.full():
            put(self, item, block, timeout)
            return
        reporting_wait(
            label, How.PUT, timeout, lambda: put(self, item, True, timeout), lambda: True
        )

    @wraps(get)
    def recorded_get(self: Any, block: bool = True, timeout: float | None = None) -> Any:
        label = label_of(self)
        if label is None or not block or not self.empty():
            return get(self, block, timeout)
        return reporting_wait(
            label, How.GET, timeout, lambda: get(self, True, timeout), lambda: True
        )

    queue.Queue.put = recorded_put  # type: ignore[method-assign]
    queue.Queue.get = recorded_get  # type: ignore[method-assign]


def _report_joins() -> None:
    join, done = queue.Queue.join, queue.Queue.task_done

    @wraps(join)
    def recorded_join(self: Any) -> None:
        label = label_of(self)
        if label is None or not self.unfinished_tasks:
            join(self)
            return
        reporting_wait(label, How.SIGNAL, None, lambda: join(self), lambda: True)
        emit(Kind.PASSED, label)

    @wraps(done)
    def recorded_done(self: Any) -> None:
        label, left = label_of(self), self.unfinished_tasks - 1
        if label is not None and left >= 0:
            emit(Kind.SIGNALLED, label, str(left))
        done(self)

    queue.Queue.join = recorded_join  # type: ignore[method-assign]
    queue.Queue.task_done = recorded_done  # type: ignore[method-assign]


class SimpleQueue:
    """The wrapper of `queue.SimpleQueue()`. The number of items in it is not reported."""

    __module__ = "_queue"
    __slots__ = ("__weakref__", "_name", "_raw")
    _raw: Any
    _name: str

    __class_getitem__: Any = classmethod(GenericAlias)

    def __new__(cls) -> Any:
        """Make a wrapper for the program, and an original for the standard library."""
        if is_standard_library():
            return _SimpleQueue()
        self = super().__new__(cls)
        self._raw = _SimpleQueue()
        self._name = name_new("SimpleQueue", sys._getframe(1))
        return self

    def put(self, item: object, block: bool = True, timeout: float | None = None) -> None:
        """Report first, then put: so a put is reported before its get."""
        emit(Kind.PUT, self._name, item_text(None, item))
        self._raw.put(item, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Get an item. Raises what the original would: Empty, ValueError."""
        get = partial(self._raw.get, block, timeout)
        valid = timeout is None or (isinstance(timeout, int | float) and timeout >= 0)
        waits = block and valid and self._raw.empty()
        item = reporting_wait(self._name, How.GET, timeout, get, lambda: True) if waits else get()
        emit(Kind.TOOK, self._name, item_text(None, item))
        return item

    def put_nowait(self, item: object) -> None:
        """Put an item without waiting."""
        self.put(item)

    def get_nowait(self) -> Any:
        """Get an item without waiting. Raises Empty."""
        return self.get(block=False)

    def empty(self) -> bool:
        """Return whether it is empty now."""
        return bool(self._raw.empty())

    def qsize(self) -> int:
        """Return the number of items in it now."""
        return int(self._raw.qsize())
