"""Reports the sleeps of tasks, their waits for groups of tasks, their time-outs, and queues."""

from __future__ import annotations

from _thread import get_ident
from functools import wraps
from typing import Any

from webapp.engine.events import ASLEEP, How, Kind
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.queues import item_text
from webapp.engine.recorder.tasks.steps import Awaiting, Steps
from webapp.engine.recorder.waiting import label_new, label_of, label_when_made
from webapp.engine.recorder.workers import tasks


def observe(asyncio: Any) -> None:
    """Report them from now on."""
    _report_sleeps(asyncio)
    _report_groups(asyncio)
    _note_deadlines(asyncio.Timeout)
    _report_queue(asyncio.Queue)
    for kind in (asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue):
        _report_items(kind)


def _report_sleeps(asyncio: Any) -> None:
    sleep = asyncio.tasks.sleep

    @wraps(sleep)
    async def recorded_sleep(delay: float, *args: Any, **options: Any) -> Any:
        if not delay > 0:
            return await sleep(delay, *args, **options)
        emit(Kind.SLEPT, ASLEEP, str(delay))
        try:
            with Awaiting("", None):
                return await sleep(delay, *args, **options)
        finally:
            emit(Kind.WOKE)

    asyncio.sleep = asyncio.tasks.sleep = recorded_sleep


def _report_groups(asyncio: Any) -> None:
    label_when_made(asyncio.TaskGroup, "TaskGroup")
    leave, wait = asyncio.TaskGroup.__aexit__, asyncio.tasks.wait

    @wraps(leave)
    async def recorded_leave(self: Any, *error: Any) -> Any:
        label = label_of(self)
        if label is None:
            return await leave(self, *error)
        with Awaiting(label, How.JOIN, lambda: self._tasks) as reason:
            result = await leave(self, *error)
        if reason.waited:
            emit(Kind.RESUMED, label)
        return result

    @wraps(wait)
    async def recorded_wait(fs: Any, **options: Any) -> Any:
        all_ = options.get("return_when", asyncio.ALL_COMPLETED) == asyncio.ALL_COMPLETED
        if options.get("timeout") is not None or not all_ or not isinstance(fs, list | set | tuple):
            return await wait(fs, **options)
        with Awaiting("wait", How.JOIN, lambda: fs) as reason:
            result = await wait(fs, **options)
        if reason.waited:
            emit(Kind.RESUMED, "wait")
        return result

    asyncio.TaskGroup.__aexit__ = recorded_leave
    asyncio.wait = asyncio.tasks.wait = recorded_wait


def _note_deadlines(kind: Any) -> None:
    """Note which time-outs are around the steps of a task."""
    enter, leave = kind.__aenter__, kind.__aexit__

    @wraps(enter)
    async def recorded_enter(self: Any) -> Any:
        entered = await enter(self)
        steps = tasks.get(get_ident())
        if isinstance(steps, Steps):
            steps.deadlines.append(self)
        return entered

    @wraps(leave)
    async def recorded_leave(self: Any, *error: Any) -> Any:
        steps = tasks.get(get_ident())
        if isinstance(steps, Steps) and self in steps.deadlines:
            steps.deadlines.remove(self)
        return await leave(self, *error)

    kind.__aenter__, kind.__aexit__ = recorded_enter, recorded_leave


def _report_queue(kind: Any) -> None:
    init = kind.__init__

    @wraps(init)
    def recorded_init(self: Any, *args: Any, **options: Any) -> None:
        label_new(self, type(self).__name__)
        init(self, *args, **options)

    kind.__init__ = recorded_init
    for name, how in (("put", How.PUT), ("get", How.GET), ("join", How.SIGNAL)):
        setattr(kind, name, _awaited(getattr(kind, name), how))


def _awaited(method: Any, how: How) -> Any:
    @wraps(method)
    async def recorded(self: Any, *args: Any) -> Any:
        label = label_of(self)
        if label is None:
            return await method(self, *args)
        with Awaiting(label, how) as reason:
            result = await method(self, *args)
        if reason.waited and how is How.SIGNAL:
            emit(Kind.PASSED, label)
        return result

    return recorded


def _report_items(kind: Any) -> None:
    put, get = kind._put, kind._get

    @wraps(put)
    def recorded_put(self: Any, item: object) -> None:
        put(self, item)
        if label := label_of(self):
            emit(Kind.PUT, label, item_text(self.qsize(), item))

    @wraps(get)
    def recorded_get(self: Any) -> object:
        item: object = get(self)
        if label := label_of(self):
            emit(Kind.TOOK, label, item_text(self.qsize(), item))
        return item

    kind._put, kind._get = recorded_put, recorded_get
