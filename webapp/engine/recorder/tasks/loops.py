"""Reports when a thread's event loop has nothing to do, and names the futures that it makes."""

from __future__ import annotations

import sys
from functools import wraps
from selectors import BaseSelector
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new
from webapp.engine.recorder.pools import called_name
from webapp.engine.recorder.tasks.steps import HOW, steps_of
from webapp.engine.recorder.unasked import FORGOTTEN, shown
from webapp.engine.recorder.waiting import LABEL
from webapp.engine.recorder.workers import in_process

LOOP = "loop"
"""The object of these waits."""


def observe(asyncio: Any) -> None:
    """Report the waits of every loop that is made from now on."""
    _report_selects(asyncio.selector_events.BaseSelectorEventLoop)
    _label_futures(asyncio.base_events.BaseEventLoop)
    _report_forgotten(asyncio.base_events.BaseEventLoop)


def _report_selects(kind: Any) -> None:
    init = kind.__init__

    @wraps(init)
    def recorded_init(self: Any, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        selector: Any = self._selector
        if not isinstance(selector, BaseSelector):
            return  # the program's own, which need not have these methods
        select = selector.select
        own = len(selector.get_map() or ())  # the pipe that wakes it

        @wraps(select)
        def recorded_select(timeout: float | None = None) -> Any:
            if timeout is not None and timeout <= 0:
                return select(timeout)
            handled = getattr(self, "_signal_handlers", None)  # of loops for Unix
            outside = handled or len(selector.get_map()) > own
            how = How.POLL if outside else How.LOOP
            emit(Kind.WAITS, LOOP, how if timeout is None else f"{how} {timeout:.6f}")
            try:
                return select(timeout)
            finally:
                emit(Kind.RESUMED, LOOP)

        selector.select = recorded_select  # type: ignore[method-assign]

    kind.__init__ = recorded_init


def _label_futures(kind: Any) -> None:
    create, run = kind.create_future, kind.run_in_executor

    @wraps(create)
    def recorded_create(self: Any) -> Any:
        future = create(self)
        if not is_standard_library():
            setattr(future, LABEL, name_new("future", sys._getframe(1)))
        return future

    @wraps(run)
    def recorded_run(self: Any, executor: Any, func: Any, *args: Any) -> Any:
        future = run(self, executor, func, *args)
        setattr(future, LABEL, called_name(func, args))
        setattr(future, HOW, How.RESULT)
        return future

    kind.create_future, kind.run_in_executor = recorded_create, recorded_run


def _report_forgotten(kind: Any) -> None:
    """Report the exceptions that nobody has asked a task or a future for until it is deleted."""
    handle = kind.call_exception_handler

    @wraps(handle)
    def recorded_handle(self: Any, context: dict[str, Any]) -> None:
        if str(context.get("message")).endswith(FORGOTTEN):
            future = context.get("future")
            steps = steps_of(future)
            label = in_process(steps.name) if steps else getattr(future, LABEL, "future")
            emit(Kind.THREW, label, shown(context["exception"]))
        handle(self, context)

    kind.call_exception_handler = recorded_handle
