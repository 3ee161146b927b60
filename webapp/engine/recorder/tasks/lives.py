"""Reports the lives of tasks, and who cancels them."""

from __future__ import annotations

import sys
import weakref
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.tasks.steps import Steps, steps_of
from webapp.engine.recorder.workers import in_process

OWN = ("shutdown_asyncgens", "shutdown_default_executor")
"""The coroutines that asyncio runs as tasks for itself, at the end of a run."""


def observe(asyncio: Any) -> None:
    """Have asyncio make tasks of ours."""
    tasks = asyncio.tasks
    task = _reported(tasks.Task, asyncio)
    tasks.Task = asyncio.Task = task
    if sys.version_info >= (3, 12):
        # It was made for the original.
        eager = tasks.create_eager_task_factory(task)
        tasks.eager_task_factory = asyncio.eager_task_factory = eager


def _reported(original: Any, asyncio: Any) -> Any:
    namers = (asyncio.tasks.create_task.__code__, asyncio.TaskGroup.create_task.__code__)

    class Task(original):  # type: ignore[misc]
        """The original, whose coroutine reports its steps."""

        def __init__(self, coro: Any, **options: Any) -> None:
            if not asyncio.iscoroutine(coro) or getattr(coro, "__name__", "") in OWN:
                super().__init__(coro, **options)  # raises what it must
                return
            steps = Steps(coro)
            steps.task = weakref.ref(self)
            self._recorded_steps = steps
            super().__init__(steps, **options)
            steps.announce(_name(options))

        def get_coro(self) -> Any:
            coro = super().get_coro()
            return coro.original if isinstance(coro, Steps) else coro

        def cancel(self, *args: Any, **options: Any) -> bool:
            steps = steps_of(self)
            if steps is not None and not self.done():
                emit(Kind.CANCELS, in_process(steps.name))
            return bool(super().cancel(*args, **options))

    def _name(options: dict[str, Any]) -> str | None:
        """Return the name that the program gives.

        Until Python 3.12 it is set after the task is made.
        """
        name = options.get("name")
        caller = sys._getframe(3)
        if name is None and caller.f_code in namers:
            name = caller.f_locals.get("name")
        return None if name is None else str(name)

    Task.__module__, Task.__qualname__ = original.__module__, original.__qualname__
    return Task
