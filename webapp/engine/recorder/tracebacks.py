"""Removes the engine's frames from tracebacks and stacks, and reports uncaught exceptions."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from types import FrameType, TracebackType
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder.callers import ENTRIES, is_engine_file
from webapp.engine.recorder.channel import emit, program


def _unraisable_type() -> Any:
    """Return the type of the argument of sys.unraisablehook(), which has no public name."""

    class Failing:
        def __del__(self) -> None:
            raise RuntimeError

    seen: list[type] = []
    # The argument itself has a traceback, whose frames must not be kept alive.
    usual, sys.unraisablehook = sys.unraisablehook, lambda given: seen.append(type(given))
    Failing()
    sys.unraisablehook = usual
    return seen[0]


_Unraisable = _unraisable_type()


def install() -> None:
    """Clean the tracebacks and stacks of this process, and report exceptions that end a worker."""
    _clean_formatted()
    _clean_stacks()
    _report_from_threads()


def report(error: BaseException) -> None:
    """Report that an exception ended the calling worker, and clean it."""
    clean(error)
    emit(Kind.RAISED, type(error).__name__, str(error), line=_line(error.__traceback__))


def clean(error: BaseException | None) -> None:
    """Remove the engine's frames from the tracebacks of an exception and all that it is made of.

    These are its causes, contexts, and the exceptions of a group.
    """
    seen: set[int] = set()
    left = [error]
    while left:
        error = left.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        error.__traceback__ = _without_ours(error.__traceback__)
        left += (error.__cause__, error.__context__)
        if isinstance(error, BaseExceptionGroup):
            left += error.exceptions


def ignore_in_thread(error: BaseException, function: object) -> None:
    """Print the exception that ended a thread of `_thread`, as the interpreter does.

    The interpreter itself would show our frame, and our function for the program's.
    """
    message, subject = "Exception ignored in thread started by", function
    if sys.version_info >= (3, 13):
        message, subject = f"{message} {function!r}", None
    ignore(error, message, subject)


def ignore(error: BaseException, message: str | None, subject: object) -> None:
    """Print an exception as the interpreter does if it cannot raise it."""
    clean(error)
    sys.unraisablehook(_Unraisable((type(error), error, error.__traceback__, message, subject)))


def _without_ours(first: TracebackType | None) -> TracebackType | None:
    while first is not None and _is_ours(first):
        first = first.tb_next
    step = first
    while step is not None:
        while step.tb_next is not None and _is_ours(step.tb_next):
            step.tb_next = step.tb_next.tb_next
        step = step.tb_next
    return first


def _line(step: TracebackType | None) -> int:
    """Return the last line of the program's own file in a traceback."""
    line = 0
    while step is not None:
        if step.tb_frame.f_code.co_filename == program():
            line = step.tb_lineno
        step = step.tb_next
    return line


def _is_ours(step: TracebackType) -> bool:
    return is_engine_file(step.tb_frame.f_code.co_filename)


def _clean_formatted() -> None:
    original = traceback.TracebackException.__init__

    @wraps(original)
    def __init__(
        self: Any, exc_type: Any, exc_value: Any, exc_traceback: Any, **options: Any
    ) -> None:
        clean(exc_value)
        original(self, exc_type, exc_value, _without_ours(exc_traceback), **options)

    traceback.TracebackException.__init__ = __init__  # type: ignore[method-assign]


def _clean_stacks() -> None:
    """Remove the engine's frames from the stacks that `traceback` and `inspect` show."""
    walk = traceback.walk_stack

    @wraps(walk)
    def walk_stack(f: FrameType | None) -> Iterator[tuple[FrameType, int]]:
        # Without a frame the original counts frames from its own, so none may be added.
        return walk(f) if f is None else _without_ours_below(walk(f))

    traceback.walk_stack = walk_stack
    if inspect := sys.modules.get("inspect"):  # to import it takes longer than all the rest
        outer = inspect.getouterframes

        @wraps(outer)
        def getouterframes(frame: FrameType, context: int = 1) -> list[Any]:
            found = outer(frame, context)
            kept = [kept for kept, _ in _without_ours_below((one.frame, 0) for one in found)]
            return [one for one in found if one.frame in kept]

        inspect.getouterframes = getouterframes  # type: ignore[attr-defined]


def _without_ours_below(
    frames: Iterable[tuple[FrameType, int]],
) -> Iterator[tuple[FrameType, int]]:
    """Yield the frames of a stack, innermost first, without the engine's.

    Below the program there are only the engine's, such as the launcher's `-c`.
    """
    for frame, line in frames:
        path = frame.f_code.co_filename
        if path in ENTRIES:
            return
        if not is_engine_file(path):
            yield frame, line


def _report_from_threads() -> None:
    original = threading._make_invoke_excepthook  # type: ignore[attr-defined]

    @wraps(original)
    def make() -> Callable[[threading.Thread], None]:
        invoke = original()

        def invoke_excepthook(thread: threading.Thread) -> None:
            error = sys.exc_info()[1]
            if error is not None and not isinstance(error, SystemExit):
                report(error)
            invoke(thread)

        return invoke_excepthook

    threading._make_invoke_excepthook = make  # type: ignore[attr-defined]
