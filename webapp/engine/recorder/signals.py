"""Wraps the program's signal handlers: reports them, and postpones them if necessary.

The interpreter runs a handler between any two bytecodes of the main thread, but never inside a C
function. Some of our functions replace C functions. A handler that raised an exception in them
would lose the event that they report, so it is postponed until the event is written.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable
from functools import wraps
from types import CodeType, FrameType
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder.callers import is_engine, is_engine_file, is_standard_library
from webapp.engine.recorder.channel import emit

_codes: set[CodeType] = set()

put_off: deque[int] = deque()
"""The numbers of the signals whose handlers are postponed."""


class _Handler:
    """The wrapper of a handler."""

    def __init__(self, handler: Callable[[int, FrameType | None], Any]) -> None:
        self.handler = handler

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if _is_reporting(frame):
            put_off.append(number)
            return
        while frame is not None and is_engine_file(frame.f_code.co_filename):
            frame = frame.f_back
        self._run(number, frame)

    def _run(self, number: int, frame: FrameType | None) -> None:
        self.handler(number, frame)


class _Reported(_Handler):
    """A wrapper that reports the beginning and the end of the handler."""

    def _run(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        emit(Kind.CAUGHT, name)
        try:
            self.handler(number, frame)
        finally:
            emit(Kind.HANDLED, name)


def install() -> None:
    """Replace `signal.signal` and `signal.getsignal`."""
    set_, get = signal.signal, signal.getsignal

    @wraps(set_)
    def recorded_signal(signalnum: Any, handler: Any) -> Any:
        ours = callable(handler) and not isinstance(handler, _Handler)
        return _given(set_(signalnum, _Handler(handler) if ours else handler))

    @wraps(get)
    def recorded_getsignal(signalnum: Any) -> Any:
        return _given(get(signalnum))

    signal.signal, signal.getsignal = recorded_signal, recorded_getsignal
    if get(signal.SIGINT) is signal.default_int_handler:
        recorded_signal(signal.SIGINT, signal.default_int_handler)


def observe() -> None:
    """Report the handlers that the program sets from now on, and their calls."""
    set_ = signal.signal

    @wraps(set_)
    def recorded_signal(signalnum: Any, handler: Any) -> Any:
        if not callable(handler) or is_standard_library() or is_engine():
            return set_(signalnum, handler)
        before = set_(signalnum, _Reported(handler))
        name = getattr(handler, "__name__", type(handler).__name__)
        emit(Kind.HANDLES, signal.Signals(signalnum).name, name)
        return before

    signal.signal = recorded_signal


def put_off_in(code: CodeType) -> None:
    """Postpone handlers in the function of that code, until its variable `_reported` is true."""
    _codes.add(code)


def run_put_off() -> None:
    """Run the postponed handlers."""
    while put_off:
        signal.raise_signal(put_off.popleft())


def _given(handler: Any) -> Any:
    """Return the handler that the program has set."""
    return handler.handler if isinstance(handler, _Handler) else handler


def _is_reporting(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code in _codes and not frame.f_locals.get("_reported"):
            return True
        frame = frame.f_back
    return False
