"""Runs the steps of a task, and reports each of them.

A task drives its coroutine by `send` and `throw`: each call is one step, up to the next await that
has to wait. The coroutine of each task is put into a `Steps`, which passes the calls on.
"""

from __future__ import annotations

import itertools
import sys
from _thread import get_ident
from collections.abc import Callable, Coroutine, Generator, Iterator
from types import FrameType
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder import channel, tracebacks
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.waiting import LABEL
from webapp.engine.recorder.workers import current_key, in_process, task_key, tasks

HOW = "_recorded_how"
"""The attribute of a labelled future that says how a task waits for it."""

_numbers = itertools.count(1)


class Awaiting:
    """The reason of all waits inside a `with`: what the current task waits for, and how.

    It is reported only if the task has to wait; `waited` says whether it had to. A wait that ends
    with an exception is reported here, any other by the caller. Without `how` the caller reports
    both.
    """

    __slots__ = ("_outer", "_steps", "group", "how", "object", "waited")

    def __init__(
        self, object: str, how: How | None, group: Callable[[], Any] | None = None
    ) -> None:
        self.object, self.how, self.group = object, how, group
        self.waited = False

    def __enter__(self) -> Awaiting:
        steps = tasks.get(get_ident())
        self._steps = steps if isinstance(steps, Steps) else None
        if self._steps is not None:
            self._outer, self._steps.reason = self._steps.reason, self
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._steps is not None:
            self._steps.reason = self._outer
            if kind is not None and self.waited:
                emit(Kind.GAVE_UP, self.object)


class Steps(Coroutine[Any, Any, Any]):
    """The coroutine of a task; all but its steps is the original's."""

    __slots__ = (
        "__weakref__",
        "_coroutine",
        "_joined",
        "_line",
        "_resumes",
        "deadlines",
        "name",
        "number",
        "reason",
        "task",
    )
    reason: Awaiting | None

    def __init__(self, coroutine: Any) -> None:
        self._coroutine = coroutine
        self._line = _first_line(coroutine)
        self._resumes: str | None = ""  # the object of the wait whose end is to be reported here
        self._joined: Steps | None = None
        self.reason = None
        self.deadlines: list[Any] = []
        self.name, self.number = "", 0
        # The task holds its steps: a reference back would keep it until the next collection.
        self.task: Callable[[], Any] = lambda: None

    def announce(self, name: str | None) -> None:
        """Report that the calling worker creates the task, unless that is reported already."""
        if self.number:
            return
        self.number = next(_numbers)
        own = getattr(self._coroutine, "__name__", type(self._coroutine).__name__)
        # As threads are named: `Task-3 (fetch)`.
        self.name = name or f"{self.task().get_name()} ({own})"
        emit(Kind.STARTS, in_process(self.name))
        emit(Kind.STARTED, "task", current_key(), line=self._line, task=self)

    def send(self, value: Any, /) -> Any:
        """Run a step."""
        return self._step(self._coroutine.send, value)

    def throw(self, *error: Any) -> Any:
        """Run a step that begins with an exception."""
        return self._step(self._coroutine.throw, *error)

    def close(self) -> None:
        """Close the original."""
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        yield from self._coroutine.__await__()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)

    @property
    def original(self) -> Any:
        """The program's coroutine."""
        return self._coroutine

    def _step(self, go: Callable[..., Any], *given: Any) -> Any:
        ident = get_ident()
        outer = tasks.get(ident)
        if not self.number:
            self.announce(None)  # it was started eagerly
        tasks[ident] = self
        try:
            self._report_resumed()
            awaited = go(*given)
            self._report_wait(awaited)
            return awaited
        except BaseException as error:
            self._report_end(error)
            raise
        finally:
            if outer is None:
                tasks.pop(ident, None)  # a child that was forked in this step has cleared them
            else:
                tasks[ident] = outer

    def _report_resumed(self) -> None:
        if self._resumes is None:
            return
        joined, self._joined = self._joined, None
        task = joined.task() if joined is not None else None
        if joined is not None and (task is None or task.done()):
            key = f"{current_key().partition('.')[0]}.{task_key(joined)}"
            emit(Kind.JOINED, in_process(joined.name), key, line=self._line)
        else:
            emit(Kind.RESUMED, self._resumes, line=self._line)

    def _report_wait(self, awaited: Any) -> None:
        self._line, called = _place(self._coroutine)
        reason = self.reason
        if reason is None:
            self._resumes, how, group = self._cause(awaited, called)
            emit(Kind.WAITS, self._resumes, self._told(how, group), line=self._line)
            return
        self._resumes = None
        if reason.how is not None:
            reason.waited = True
            group = numbered(reason.group()) if reason.group else ""
            emit(Kind.WAITS, reason.object, self._told(reason.how, group), line=self._line)

    def _cause(self, awaited: Any, called: str) -> tuple[str, How, str]:
        """Return what a task waits for, how, and for which group of tasks.

        `called` is what the program has called.
        """
        if awaited is None:
            return "", How.TURN, ""
        steps = steps_of(awaited)
        if steps is not None:
            self._joined = steps
            return in_process(steps.name), How.JOIN, ""
        label = getattr(awaited, LABEL, None)
        if label is not None:
            return label, getattr(awaited, HOW, How.AWAIT), ""
        children = getattr(awaited, "_children", None)
        if children is not None:
            return "gather", How.JOIN, numbered(children)
        return called, How.AWAIT, ""

    def _told(self, how: How, group: str) -> str:
        """Return the text of a wait. An asyncio.timeout() around it is its time-out."""
        times = [when for one in self.deadlines if (when := one.when()) is not None]
        seconds = ""
        if times and how is not How.TURN:
            seconds = f"{max(0.0, min(times) - self.task().get_loop().time()):.6f}"
        return f"{how} {seconds} {group}".rstrip()

    def _report_end(self, error: BaseException) -> None:
        if isinstance(error, StopIteration):
            pass
        elif type(error).__name__ == "CancelledError":
            emit(Kind.CANCELLED, line=self._line)
        else:
            tracebacks.report(error)
        emit(Kind.ENDED, line=self._line)


# Set after the class: a frame below a step is the event loop's.
channel.task_step = Steps._step.__code__


def steps_of(task: Any) -> Steps | None:
    """Return the steps of a task; None if it is not reported, or no task."""
    steps = getattr(task, "_recorded_steps", None)
    return steps if isinstance(steps, Steps) else None


def numbered(group: Any) -> str:
    """Return the numbers of the tasks of a group that are not done, such as `3,5-9`."""
    pending = (steps for task in group if not task.done() and (steps := steps_of(task)))
    numbers = sorted(steps.number for steps in pending)
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges)


def _place(coroutine: Any) -> tuple[int, str]:
    """Return the program's line that awaits, and the name of what it calls there."""
    program = channel.program()
    line, called = 0, ""
    for frame in _frames(coroutine):
        code = frame.f_code
        if code.co_filename == program:
            line, called = frame.f_lineno, ""
        elif not called and _is_standard_library(frame):
            called = code.co_qualname.partition(".<locals>")[0]
    return line, called or "future"


def _frames(coroutine: Any) -> Iterator[FrameType]:
    """Yield the frames of a coroutine that waits, and of those that it awaits."""
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is None:
            return
        yield frame
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)


def _is_standard_library(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__", "")
    return name.partition(".")[0] in sys.stdlib_module_names


def _first_line(coroutine: Any) -> int:
    code = getattr(coroutine, "cr_code", None)
    return code.co_firstlineno if code and code.co_filename == channel.program() else 0
