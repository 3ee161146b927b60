"""Reports which worker of a pool does which task, and who waits for a result.

A task of a process pool is wrapped where it is handed in. What runs it in the worker is put into
the package's own module, where every process of the run can unpickle it from.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
from concurrent.futures import process as process_pool
from concurrent.futures import thread as thread_pool
from functools import partial, wraps
from multiprocessing import pool
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.waiting import reporting_wait

TEXT_LENGTH = 100


def observe() -> None:
    """Report the tasks of pools and executors."""
    _report_pool_tasks()
    _report_pool_results()
    _report_thread_executors()
    _report_process_executors()
    _report_futures()


def run_task(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Run one task of a pool, reporting its beginning and its end."""
    name = getattr(function, "__name__", type(function).__name__)
    emit(Kind.BEGAN, name, ", ".join(map(repr, args))[:TEXT_LENGTH])
    try:
        return function(*args, **options)
    finally:
        emit(Kind.DONE, name)


def _public(function: Callable[..., Any], module: Any, name: str) -> None:
    """Give a function a name in a module of the standard library, by which it is pickled."""
    function.__module__, function.__qualname__ = module.__name__, name
    setattr(module, name, function)


def _report_pool_tasks() -> None:
    mapstar, starmapstar = pool.mapstar, pool.starmapstar  # type: ignore[attr-defined]

    @wraps(mapstar)
    def recorded_mapstar(args: Any) -> list[Any]:
        function, *rest = args
        return list(mapstar((partial(run_task, function), *rest)))

    @wraps(starmapstar)
    def recorded_starmapstar(args: Any) -> list[Any]:
        return list(starmapstar((partial(run_task, args[0]), args[1])))

    pool.mapstar, pool.starmapstar = recorded_mapstar, recorded_starmapstar  # type: ignore[attr-defined]

    def recorded_task(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return run_task(function, *args, **options)

    _public(recorded_task, pool, "_recorded_task")
    _wrap_single_tasks(recorded_task)


def _wrap_single_tasks(recorded_task: Callable[..., Any]) -> None:
    """apply() and the two imaps hand the function itself to a worker, without a map around it."""
    apply_async, imap, unordered = pool.Pool.apply_async, pool.Pool.imap, pool.Pool.imap_unordered

    @wraps(apply_async)
    def recorded_apply(self: Any, func: Any, args: Any = (), *rest: Any, **options: Any) -> Any:
        return apply_async(self, partial(recorded_task, func), args, *rest, **options)

    pool.Pool.apply_async = recorded_apply  # type: ignore[method-assign]
    for name, original in (("imap", imap), ("imap_unordered", unordered)):
        setattr(pool.Pool, name, _wrapping_imap(original, recorded_task))


def _wrapping_imap(original: Any, recorded_task: Callable[..., Any]) -> Any:
    @wraps(original)
    def recorded_imap(self: Any, func: Any, iterable: Any, chunksize: int = 1) -> Any:
        # With chunks a map goes around each, which reports the tasks.
        task = partial(recorded_task, func) if chunksize == 1 else func
        return original(self, task, iterable, chunksize)

    return recorded_imap


def _report_pool_results() -> None:
    wait = pool.ApplyResult.wait

    @wraps(wait)
    def recorded_wait(self: Any, timeout: float | None = None) -> None:
        if self.ready():
            return
        reporting_wait("result", How.RESULT, timeout, lambda: wait(self, timeout), self.ready)
        if self.ready():
            emit(Kind.PASSED, "result")

    pool.ApplyResult.wait = recorded_wait  # type: ignore[method-assign]


def _report_thread_executors() -> None:
    item: Any = thread_pool._WorkItem
    run = item.run

    @wraps(run)
    def recorded_run(self: Any, *args: Any) -> None:
        if hasattr(self, "fn"):
            self.fn = partial(run_task, self.fn)
        run(self, *args)

    item.run = recorded_run


def _report_process_executors() -> None:
    submit: Any = process_pool.ProcessPoolExecutor.submit

    def recorded_task(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return run_task(function, *args, **options)

    _public(recorded_task, process_pool, "_recorded_task")

    @wraps(submit)
    def recorded_submit(self: Any, fn: Any, /, *args: Any, **options: Any) -> Any:
        return submit(self, recorded_task, fn, *args, **options)

    process_pool.ProcessPoolExecutor.submit = recorded_submit  # type: ignore[method-assign]


def _report_futures() -> None:
    result = futures.Future.result

    @wraps(result)
    def recorded_result(self: Any, timeout: float | None = None) -> Any:
        if self.done() or is_standard_library():
            return result(self, timeout)
        try:
            return reporting_wait(
                "future", How.RESULT, timeout, lambda: result(self, timeout), self.done
            )
        finally:
            if self.done():
                emit(Kind.PASSED, "future")

    futures.Future.result = recorded_result  # type: ignore[method-assign]
