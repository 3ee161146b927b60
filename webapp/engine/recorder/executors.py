"""Reports the tasks of `concurrent.futures`: who submits and who runs them, who waits for which.

A future is named when it is submitted. A task that is submitted and one that begins are reported as
an item that is put into the executor and taken out again: `TASK` and the future's name.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import _base
from concurrent.futures import process as process_pool
from concurrent.futures import thread as thread_pool
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, NamedTuple

from webapp.engine.events import TASK, How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new
from webapp.engine.recorder.pools import put_public, report_end, report_task, run_task
from webapp.engine.recorder.processes import is_recorded
from webapp.engine.recorder.unasked import HELD, note_asked
from webapp.engine.recorder.waiting import (
    LABEL,
    label_of,
    label_when_made,
    report_wait,
)

FUTURE = "future"
EXECUTORS = ("InterpreterPoolExecutor", "ThreadPoolExecutor", "ProcessPoolExecutor")
"""The executors by their names; the one of interpreters is new in Python 3.14."""


class Task(NamedTuple):
    """The names of an executor and of a future."""

    executor: str
    future: str


_submitting = threading.local()
"""`task`: the task that this thread is about to submit."""


def observe() -> None:
    """Report the tasks of executors."""
    for name in EXECUTORS:
        if kind := getattr(futures, name, None):
            label_when_made(kind, name)
    for module in (thread_pool, process_pool):
        _report_submissions(module._WorkItem)
    _report_thread_executors()
    _report_process_executors()
    _report_futures()
    _report_shutdown()


def _report_submissions(item: Any) -> None:
    """Report each task that an executor has accepted, before a worker can take it."""
    init = item.__init__

    @wraps(init)
    def recorded_init(self: Any, future: Any, *args: Any) -> None:
        if task := getattr(_submitting, "task", None):
            setattr(future, LABEL, task.future)
            future._recorded_task = task
            emit(Kind.PUT, task.executor, f"{TASK}: {task.future}")
        init(self, future, *args)

    item.__init__ = recorded_init


@contextmanager
def _naming_task(executor: Any) -> Iterator[Task | None]:
    """Name the future that the program submits; None if it did not make the executor."""
    label, task = label_of(executor), None
    if label is not None:
        # The caller of submit(), below contextlib's frames; map() calls it for the program.
        called_by_map = is_standard_library(depth=3)
        frame = None if called_by_map else sys._getframe(3)
        task = Task(label, name_new(FUTURE, frame))
    _submitting.task = task
    try:
        yield task
    finally:
        _submitting.task = None


def _report_thread_executors() -> None:
    submit: Any = futures.ThreadPoolExecutor.submit
    item: Any = thread_pool._WorkItem
    run = item.run

    @wraps(submit)
    def recorded_submit(self: Any, fn: Any, /, *args: Any, **options: Any) -> Any:
        with _naming_task(self):
            return submit(self, fn, *args, **options)

    @wraps(run)
    def recorded_run(self: Any, *args: Any) -> None:
        if not self.future.cancelled() and (task := getattr(self.future, "_recorded_task", None)):
            _report_begin(task)
        if hasattr(self, "fn"):
            self.fn = partial(run_task, self.fn)
            run(self)
        else:  # since Python 3.14
            run(self, *map(_Reporting, args))

    futures.ThreadPoolExecutor.submit = recorded_submit  # type: ignore[method-assign]
    item.run = recorded_run


class _Reporting(NamedTuple):
    """A worker's context, which runs its tasks, and reports them.

    It may run them in another interpreter of the process, where there is no recorder.
    """

    context: Any

    def run(self, task: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]) -> Any:
        function, args, _ = task
        return report_task(function, args, partial(self.context.run, task))


def _report_process_executors() -> None:
    submit: Any = process_pool.ProcessPoolExecutor.submit
    process_chunk = process_pool._process_chunk

    def recorded_task(
        task: Task | None, function: Callable[..., Any], *args: Any, **options: Any
    ) -> Any:
        if task:
            _report_begin(task)
        # map() submits chunks, and reports each task of them.
        is_chunk = isinstance(function, partial) and function.func is recorded_chunk
        return (function if is_chunk else partial(run_task, function))(*args, **options)

    def recorded_chunk(fn: Any, chunk: Any) -> list[Any]:
        return list(process_chunk(partial(run_task, fn), chunk))

    put_public(recorded_task, process_pool, "_recorded_task")
    put_public(recorded_chunk, process_pool, "_process_chunk")

    @wraps(submit)
    def recorded_submit(self: Any, fn: Any, /, *args: Any, **options: Any) -> Any:
        with _naming_task(self) as task:
            # Workers from before a recorded part know no `recorded_task`.
            method = self._mp_context.get_start_method()
            if not is_recorded((self._processes or {}).values(), method):
                return submit(self, fn, *args, **options)
            return submit(self, recorded_task, task and tuple(task), fn, *args, **options)

    process_pool.ProcessPoolExecutor.submit = recorded_submit  # type: ignore[method-assign]


def _report_begin(task: Task | tuple[str, str]) -> None:
    executor, future = task
    emit(Kind.TOOK, executor, f"{TASK}: {future}", line=0)


def _report_futures() -> None:
    for name in ("result", "exception"):
        setattr(futures.Future, name, _reporting_result(getattr(futures.Future, name)))
    waiter: Any = _base._Waiter
    init = waiter.__init__

    @wraps(init)
    def recorded_init(self: Any) -> None:
        init(self)
        # wait() and as_completed() wait for this event, which a completed future sets.
        setattr(self.event, LABEL, "futures")

    waiter.__init__ = recorded_init


def _reporting_result(result: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(result)
    def recorded_result(self: Any, timeout: float | None = None) -> Any:
        if self.done():
            note_asked(self)
            return result(self, timeout)
        label = label_of(self) or FUTURE
        report_wait(label, How.RESULT, timeout)
        try:
            return result(self, timeout)
        finally:
            # An exception is a result, too.
            setattr(self, HELD, False)
            emit(Kind.PASSED if self.done() else Kind.GAVE_UP, label)

    return recorded_result


def _report_shutdown() -> None:
    """Report the wait for the workers; a thread pool joins its threads, which is reported."""
    executor: Any = futures.ProcessPoolExecutor
    shutdown = executor.shutdown

    @wraps(shutdown)
    def recorded_shutdown(self: Any, wait: bool = True, *, cancel_futures: bool = False) -> None:
        def end() -> None:
            shutdown(self, wait, cancel_futures=cancel_futures)

        if wait:
            report_end(self, end)
        else:
            end()

    executor.shutdown = recorded_shutdown
