"""Reports which worker of a pool runs which task, and who waits for a result.

A task of a process pool is wrapped when it is submitted. The function that runs it in the worker is
put into the package's own module, from which every process of the run can unpickle it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
from concurrent.futures import _base
from concurrent.futures import process as process_pool
from concurrent.futures import thread as thread_pool
from contextvars import Context
from functools import partial, wraps
from multiprocessing import pool
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.channel import emit, program
from webapp.engine.recorder.processes import is_recorded
from webapp.engine.recorder.shared.names import label_made, renew_package
from webapp.engine.recorder.waiting import LABEL, label_new, label_of, report_wait, reporting_wait

TEXT_LENGTH = 100


def observe() -> None:
    """Report the tasks of pools and executors."""
    _report_pool_tasks()
    _report_pool_results()
    _report_thread_executors()
    _report_process_executors()
    _report_futures()
    _report_ends()


def run_task(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Run one task of a pool; report its beginning and its end."""
    own, given = _unwrapped(function, args)
    name = getattr(own, "__name__", type(own).__name__)
    # Its caller is the pool. In a forked worker, the program's frames are the parent's.
    line = _first_line(own)
    emit(Kind.BEGAN, name, ", ".join(map(repr, given))[:TEXT_LENGTH], line=line)
    try:
        return function(*args, **options)
    finally:
        emit(Kind.DONE, name, line=line)


def _unwrapped(function: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """Return the function that the program submitted, and its arguments.

    asyncio.to_thread() submits Context.run with the function as its first argument.
    """
    while True:
        if isinstance(function, partial):
            function, args = function.func, (*function.args, *args)
        elif isinstance(getattr(function, "__self__", None), Context) and args:
            function, *rest = args
            args = tuple(rest)
        else:
            return function, args


def _first_line(function: Any) -> int:
    code = getattr(function, "__code__", None)
    return code.co_firstlineno if code is not None and code.co_filename == program() else 0


def _public(function: Callable[..., Any], module: Any, name: str) -> None:
    """Put a function into a module of the standard library, so that it can be pickled."""
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
    """Wrap the tasks of apply() and the two imaps, which no map runs in the worker."""
    apply_async, imap, unordered = pool.Pool.apply_async, pool.Pool.imap, pool.Pool.imap_unordered

    @wraps(apply_async)
    def recorded_apply(self: Any, func: Any, args: Any = (), *rest: Any, **options: Any) -> Any:
        task = partial(recorded_task, func) if is_recorded(self._pool) else func
        return apply_async(self, task, args, *rest, **options)

    pool.Pool.apply_async = recorded_apply  # type: ignore[method-assign]
    for name, original in (("imap", imap), ("imap_unordered", unordered)):
        setattr(pool.Pool, name, _wrapping_imap(original, recorded_task))


def _wrapping_imap(original: Any, recorded_task: Callable[..., Any]) -> Any:
    @wraps(original)
    def recorded_imap(self: Any, func: Any, iterable: Any, chunksize: int = 1) -> Any:
        # With chunks each task is run by a map, which reports it.
        wraps_it = chunksize == 1 and is_recorded(self._pool)
        task = partial(recorded_task, func) if wraps_it else func
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
    process_chunk = process_pool._process_chunk

    def recorded_task(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        return run_task(function, *args, **options)

    def recorded_chunk(fn: Any, chunk: Any) -> list[Any]:
        return list(process_chunk(partial(run_task, fn), chunk))

    _public(recorded_task, process_pool, "_recorded_task")
    _public(recorded_chunk, process_pool, "_process_chunk")

    @wraps(submit)
    def recorded_submit(self: Any, fn: Any, /, *args: Any, **options: Any) -> Any:
        # map() reports each. Workers from before a recorded part know no `recorded_task`.
        chunk = isinstance(fn, partial) and fn.func is recorded_chunk
        if chunk or not is_recorded((self._processes or {}).values()):
            return submit(self, fn, *args, **options)
        return submit(self, recorded_task, fn, *args, **options)

    process_pool.ProcessPoolExecutor.submit = recorded_submit  # type: ignore[method-assign]


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
            return result(self, timeout)
        report_wait("future", How.RESULT, timeout)
        try:
            return result(self, timeout)
        finally:
            # An exception is a result, too.
            emit(Kind.PASSED if self.done() else Kind.GAVE_UP, "future")

    return recorded_result


def _report_ends() -> None:
    """Report the wait for all workers of a pool or executor, as at the end of a `with`.

    A thread pool executor joins its threads, which is reported as that.
    """
    label_made("Pool", pool.Pool)
    renew_package()
    for kind in (pool.ThreadPool, futures.ProcessPoolExecutor):
        _label_executor(kind)
    _report_pool_join()
    _report_shutdown()


def _label_executor(kind: Any) -> None:
    init = kind.__init__

    @wraps(init)
    def recorded_init(self: Any, *args: Any, **options: Any) -> None:
        label_new(self, kind.__name__)
        init(self, *args, **options)

    kind.__init__ = recorded_init


def _report_pool_join() -> None:
    join = pool.Pool.join

    @wraps(join)
    def recorded_join(self: Any) -> None:
        _wait_for_end(self, lambda: join(self))

    pool.Pool.join = recorded_join  # type: ignore[method-assign]


def _report_shutdown() -> None:
    executor: Any = futures.ProcessPoolExecutor
    shutdown = executor.shutdown

    @wraps(shutdown)
    def recorded_shutdown(self: Any, wait: bool = True, *, cancel_futures: bool = False) -> None:
        def end() -> None:
            shutdown(self, wait, cancel_futures=cancel_futures)

        if wait:
            _wait_for_end(self, end)
        else:
            end()

    executor.shutdown = recorded_shutdown


def _wait_for_end(workers: Any, wait: Callable[[], None]) -> None:
    label = label_of(workers)
    if label is None:
        wait()
        return
    reporting_wait(label, How.JOIN, None, wait, lambda: True)
    emit(Kind.PASSED, label)
