"""Reports which worker of a `multiprocessing` pool runs which task, and who waits for a result.

A task is wrapped when it is submitted. The function that runs it in the worker is put into the
package's own module, from which every process of the run can unpickle it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from functools import partial, wraps
from multiprocessing import pool
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.channel import emit, program
from webapp.engine.recorder.processes import is_recorded
from webapp.engine.recorder.shared.names import label_made, renew_package
from webapp.engine.recorder.unasked import note_held
from webapp.engine.recorder.waiting import (
    label_new,
    label_of,
    label_when_made,
    report_wait,
    reporting_wait,
)

TEXT_LENGTH = 100

RESULT = "result"
"""What a result is called that the program gives no name."""


def observe() -> None:
    """Report the tasks of pools."""
    _report_pool_tasks()
    _report_pool_results()
    _report_ends()


def run_task(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Run one task of a pool; report its beginning and its end."""
    return report_task(function, args, partial(function, *args, **options))


def report_task(function: Callable[..., Any], args: tuple[Any, ...], run: Callable[[], Any]) -> Any:
    """Report the beginning and the end of a task that calls `function` with `args` in `run`."""
    own, given = _unwrapped(function, args)
    name = _name(own)
    # Its caller is the pool. In a forked worker, the program's frames are the parent's.
    line = _first_line(own)
    emit(Kind.BEGAN, name, ", ".join(map(repr, given))[:TEXT_LENGTH], line=line)
    try:
        return run()
    finally:
        emit(Kind.DONE, name, line=line)


def called_name(function: Any, args: tuple[Any, ...]) -> str:
    """Return the name of the function that a task of a pool calls."""
    return _name(_unwrapped(function, args)[0])


def _name(function: Any) -> str:
    name: str = getattr(function, "__name__", type(function).__name__)
    return name


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


def put_public(function: Callable[..., Any], module: Any, name: str) -> None:
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

    put_public(recorded_task, pool, "_recorded_task")
    _wrap_single_tasks(recorded_task)


def _wrap_single_tasks(recorded_task: Callable[..., Any]) -> None:
    """Wrap the tasks of apply() and the two imaps, which no map runs in the worker."""
    apply_async, imap, unordered = pool.Pool.apply_async, pool.Pool.imap, pool.Pool.imap_unordered

    @wraps(apply_async)
    def recorded_apply(self: Any, func: Any, args: Any = (), *rest: Any, **options: Any) -> Any:
        task = partial(recorded_task, func) if is_recorded(self._pool) else func
        result: Any = apply_async(self, task, args, *rest, **options)
        label_new(result, RESULT)
        if result.ready() and not (result._success or result._error_callback):
            note_held(result, result._value)  # it came before the name
        return result

    pool.Pool.apply_async = recorded_apply  # type: ignore[method-assign]
    for name, original in (("imap", imap), ("imap_unordered", unordered)):
        setattr(pool.Pool, name, _wrapping_imap(original, recorded_task))


def _wrapping_imap(original: Any, recorded_task: Callable[..., Any]) -> Any:
    @wraps(original)
    def recorded_imap(self: Any, func: Any, iterable: Any, chunksize: int = 1) -> Any:
        # With chunks each task is run by a map, which reports it.
        wraps_it = chunksize == 1 and is_recorded(self._pool)
        task = partial(recorded_task, func) if wraps_it else func
        results = original(self, task, iterable, chunksize)
        if isinstance(results, pool.IMapIterator):  # else a generator that uses one
            label_new(results, RESULT)
        return results

    return recorded_imap


def _report_pool_results() -> None:
    wait, next_ = pool.ApplyResult.wait, pool.IMapIterator.next

    @wraps(wait)
    def recorded_wait(self: Any, timeout: float | None = None) -> None:
        if self.ready():
            return
        label = label_of(self) or RESULT
        reporting_wait(label, How.RESULT, timeout, lambda: wait(self, timeout), self.ready)
        if self.ready():
            emit(Kind.PASSED, label)

    @wraps(next_)
    def recorded_next(self: Any, timeout: float | None = None) -> Any:
        if self._items or self._index == self._length:
            return next_(self, timeout)
        label = label_of(self) or RESULT
        report_wait(label, How.RESULT, timeout)
        came = True
        try:
            return next_(self, timeout)
        except TimeoutError:
            came = False
            raise
        finally:
            # The exception of a task is a result, too, and so is the end of all.
            emit(Kind.PASSED if came else Kind.GAVE_UP, label)

    pool.ApplyResult.wait = recorded_wait  # type: ignore[method-assign]
    pool.IMapIterator.next = pool.IMapIterator.__next__ = recorded_next  # type: ignore[method-assign]


def _report_ends() -> None:
    """Report the wait for all workers of a pool, as at the end of a `with`."""
    label_made("Pool", pool.Pool)
    renew_package()
    label_when_made(pool.ThreadPool, "ThreadPool")
    join = pool.Pool.join

    @wraps(join)
    def recorded_join(self: Any) -> None:
        report_end(self, lambda: join(self))

    pool.Pool.join = recorded_join  # type: ignore[method-assign]


def report_end(workers: Any, wait: Callable[[], None]) -> None:
    """Wait for all workers of a pool or an executor, and report the wait."""
    label = label_of(workers)
    if label is None:
        wait()
        return
    reporting_wait(label, How.JOIN, None, wait, lambda: True)
    emit(Kind.PASSED, label)
