"""Reports what the program writes: `print`, `sys.stdout`, `sys.stderr`.

What goes to the descriptors 1 and 2 past these is caught by the run's other two FIFOs.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import sys
import time
from collections import deque
from functools import wraps
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder.callers import is_standard_library, module_name
from webapp.engine.recorder.channel import emit

# They call what the program hands them, which may be sleep() itself.
HANDED_ON = ("multiprocessing.process", "sched", "threading")

_print = builtins.print
_sleep = time.sleep


class RecordedStream(io.TextIOWrapper):
    """Standard output or error, line-buffered as in a terminal: reports whole lines."""

    def __init__(self, descriptor: int, stream: str, errors: str) -> None:
        raw = open(descriptor, "wb", closefd=False)  # noqa: SIM115  (a descriptor, kept)
        super().__init__(raw, encoding="utf-8", errors=errors, line_buffering=True)
        self._stream = stream
        self._pending: deque[str] = deque()

    @property
    def name(self) -> str:
        """As the interpreter names its own."""
        return f"<{self._stream}>"

    def write(self, text: str) -> int:
        """Take `text`. Raises what the original would: TypeError, UnicodeEncodeError."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if not text.isascii():
            text.encode(self.encoding, self.errors or "strict")
        if "\n" in text and not self._pending:
            # The usual case goes past the shared buffer, so that a line is always its own worker's.
            emit(Kind.PRINTED, self._stream, text)
        elif text:
            self._pending.append(text)
            if "\n" in text:
                self._report_pending()
        return len(text)

    def flush(self) -> None:
        """Report what waits for its line to end."""
        self._report_pending()
        super().flush()

    def _report_pending(self) -> None:
        parts = []
        with contextlib.suppress(IndexError):
            while True:  # other threads may add and take at the same time
                parts.append(self._pending.popleft())
        if parts:
            emit(Kind.PRINTED, self._stream, "".join(parts))


def install() -> None:
    """Take the place of `print`."""
    builtins.print = recorded_print


def take_streams() -> None:
    """Take the place of the standard streams of this process."""
    sys.stdout = RecordedStream(1, "stdout", "strict")
    sys.stderr = RecordedStream(2, "stderr", "backslashreplace")


def observe() -> None:
    """Take the place of `time.sleep`."""
    time.sleep = recorded_sleep  # type: ignore[assignment]


@wraps(_print)
def recorded_print(
    *values: object,
    sep: str | None = " ",
    end: str | None = "\n",
    file: Any = None,
    flush: bool = False,
) -> None:
    """Print as one event what the original writes in pieces."""
    stream = sys.stdout if file is None else file
    plain = isinstance(sep, str | None) and isinstance(end, str | None)
    if type(stream) is not RecordedStream or not plain:
        _print(*values, sep=sep, end=end, file=file, flush=flush)
        return
    text = (" " if sep is None else sep).join(map(str, values))
    stream.write(text + ("\n" if end is None else end))
    if flush:
        stream.flush()


@wraps(_sleep)
def recorded_sleep(seconds: float, /) -> None:
    """Sleep, and report its beginning and end.

    A sleep of zero gives the processor away and is no rest: to report it would take longer than
    it lasts, so it is not reported.
    """
    own = is_standard_library() and module_name() not in HANDED_ON
    if own or not isinstance(seconds, int | float) or not seconds > 0:
        _sleep(seconds)
        return
    emit(Kind.SLEPT, text=str(seconds))
    try:
        _sleep(seconds)
    finally:
        emit(Kind.WOKE)
