"""Reports what the program writes to its standard output and error, and its sleeps.

The streams are of the interpreter's own classes, and only the buffer below the text is ours. So
text is kept back, torn and joined exactly as without the recorder, and each write that would reach
the descriptor is one event. What reaches the descriptors 1 and 2 by any other way, as from another
program, is caught by the run's other two FIFOs.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import time
from functools import wraps
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder import signals
from webapp.engine.recorder.callers import is_standard_library, module_name
from webapp.engine.recorder.channel import emit

# They call what the program hands them, which may be sleep() itself.
HANDED_ON = ("multiprocessing.process", "sched", "threading")

_sleep = time.sleep


class BufferedWriter(io.BufferedWriter):
    """The buffer below a standard stream: it reports at once what is written to it.

    The original takes a lock while it writes, and runs no signal handler meanwhile. Here there is
    no lock, and handlers are put off instead (`signals`): one that raises must not lose a line.
    """

    __module__ = "_io"

    def __init__(self, descriptor: int, stream: str, encoding: str) -> None:
        file = io.FileIO(descriptor, "w", closefd=False)
        file.name = f"<{stream}>"  # as the interpreter names its own
        super().__init__(file)
        self._descriptor, self._stream, self._encoding = descriptor, stream, encoding
        self._fifo = _identity(descriptor)
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def write(self, data: Any, /) -> int:
        """Report `data`. Raises what the original would: TypeError, ValueError, OSError."""
        _reported = False  # `signals` looks at it
        if isinstance(data, str) or self.closed or _identity(self._descriptor) != self._fifo:
            # It raises, or writes to what the program has put in the FIFO's place by os.dup2().
            return super().write(data)
        try:
            text = str(data, self._encoding)
        except UnicodeDecodeError:
            text = self._decoder.decode(bytes(data))  # a letter may come in two writes
        if text:
            emit(Kind.PRINTED, self._stream, text)
        _reported = True
        signals.run_put_off()
        return data.nbytes if isinstance(data, memoryview) else len(data)


def take_streams() -> None:
    """Take the place of the standard streams of this process."""
    signals.put_off_in(BufferedWriter.write.__code__)
    sys.stdout = _stream(1, "stdout", sys.__stdout__, "strict")
    sys.stderr = _stream(2, "stderr", sys.__stderr__, "backslashreplace")
    vars(sys).update(__stdout__=sys.stdout, __stderr__=sys.stderr)


def observe() -> None:
    """Take the place of `time.sleep`."""
    time.sleep = recorded_sleep  # type: ignore[assignment]


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


def _stream(
    descriptor: int, name: str, original: io.TextIOWrapper | None, errors: str
) -> io.TextIOWrapper:
    """A standard stream as the original is, but line-buffered wherever it goes."""
    encoding, write_through = "utf-8", False
    if original is not None:  # as the locale and PYTHONIOENCODING have it
        encoding, errors = original.encoding, original.errors or errors
        # As -u has it. Of errors, each mark of a traceback would be a write then.
        write_through = original.write_through and name == "stdout"
    stream = io.TextIOWrapper(
        BufferedWriter(descriptor, name, encoding),
        encoding,
        errors,
        line_buffering=True,
        write_through=write_through,
    )
    stream.mode = "w"  # type: ignore[misc]
    return stream


def _identity(descriptor: int) -> tuple[int, int]:
    """Which file a descriptor is open on. Raises OSError."""
    file = os.fstat(descriptor)
    return file.st_dev, file.st_ino
