"""Reports what the program writes to its standard output and error, and its sleeps.

Of each stream only the buffer below the text is ours. So lines are buffered, torn and joined
exactly as without the recorder, and each write to the descriptor is one event. Output that does not
pass the buffer, such as another program's, goes to the descriptors 1 and 2: FIFOs of the run.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Mapping, Sequence
from functools import wraps
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder import others, signals
from webapp.engine.recorder.callers import is_standard_library, module_name
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.outlets import Outlet
from webapp.engine.recorder.workers import blocked_thread
from webapp.engine.unread import unread

# These call functions that the program passes to them, which may be sleep() itself.
HANDED_ON = ("multiprocessing.process", "sched", "threading")

_sleep = time.sleep

PRINTED = Kind.PRINTED  # until Python 3.12 it takes long to find it

Size = tuple[int, int]
"""Columns and lines of a terminal."""

_terminals: dict[tuple[int, int], Size] = {}
"""The FIFOs, by device and inode, whose text is passed on to a terminal, with its size."""


_buffers: list[BufferedWriter] = []
"""Those of this process's standard streams."""


class BufferedWriter(io.BufferedWriter):
    """The buffer of a standard stream: it reports at once what is written to it.

    The original runs no signal handler while it writes. Here handlers are postponed (`signals`),
    since an exception in the middle would lose or repeat a line.
    """

    __module__ = "_io"

    def __init__(self, descriptor: int, stream: str, encoding: str) -> None:
        file = io.FileIO(descriptor, "w", closefd=False)
        file.name = f"<{stream}>"  # as the interpreter names its own
        super().__init__(file)
        self.descriptor, self.stream, self._encoding = descriptor, stream, encoding
        self.unbuffered = False  # by plain Python
        self._outlet: Outlet | None = None
        self._ended_line = False
        fifo = os.fstat(descriptor)
        self._device, self._inode = fifo.st_dev, fifo.st_ino

    def write(self, data: Any, /) -> int:
        """Report `data`. Raises what the original would: TypeError, ValueError, OSError."""
        _reported = False  # `signals` looks at it
        try:
            if isinstance(data, str) or self.closed or self._is_replaced():
                # It raises, or the program has replaced the FIFO by os.dup2().
                return super().write(data)
            if text := self._decode(data):
                others.let_by(_others_stand)
                emit(PRINTED, self.stream, text)
                if self._outlet is not None:
                    self._ended_line = "\n" in text or "\r" in text
                    self._outlet.write(data)
            return data.nbytes if isinstance(data, memoryview) else len(data)
        finally:
            _reported = True
            if signals.put_off:
                signals.run_put_off()

    def pass_on(self) -> None:
        """From now on, raise what plain Python would."""
        by_line = self.stream == "stderr" or self.isatty()
        self._outlet = Outlet(
            self.stream, self.descriptor, by_line=by_line, unbuffered=self.unbuffered
        )
        vars(self)["flush"] = self._flush  # a method would be called for each line of any run

    def _flush(self) -> None:
        """Flush the outlet, unless it is only a line that has ended."""
        super().flush()
        ended_line, self._ended_line = self._ended_line, False
        if self._outlet is not None and not ended_line and self._is_ours():
            self._outlet.flush()

    def isatty(self) -> bool:
        """Return whether what is written comes out on a terminal. Raises ValueError if closed."""
        return os.isatty(self.fileno())

    def has_others(self) -> bool:
        """Return whether something stands in the FIFO, which only others write into."""
        return self._is_ours() and bool(unread(self.descriptor))

    def _decode(self, data: Any) -> str:
        try:
            return str(data, self._encoding)
        except UnicodeDecodeError:
            return bytes(data).decode("utf-8", "surrogateescape")  # see `raw_bytes`

    def _is_ours(self) -> bool:
        try:
            return not self._is_replaced()
        except OSError:  # the program has closed it
            return False

    def _is_replaced(self) -> bool:
        """Return whether the descriptor is open on another file. Raises OSError."""
        file = os.fstat(self.descriptor)
        return bool(file.st_ino != self._inode or file.st_dev != self._device)


def take_streams() -> None:
    """Replace the standard streams of this process."""
    signals.put_off_in(BufferedWriter.write.__code__)
    _buffers.clear()
    sys.stdout = _stream(1, "stdout", sys.__stdout__, "strict")
    sys.stderr = _stream(2, "stderr", sys.__stderr__, "backslashreplace")
    vars(sys).update(__stdout__=sys.stdout, __stderr__=sys.stderr)


def pass_on(outlets: Sequence[str]) -> None:
    """Let the program meet the errors of the streams that are passed on; the others are closed."""
    for buffer in _buffers[:]:
        name = buffer.stream
        if name in outlets:
            buffer.pass_on()
        else:
            _buffers.remove(buffer)
            vars(sys).update({name: None, f"__{name}__": None})


def _others_stand() -> bool:
    return any(buffer.has_others() for buffer in _buffers)


def install() -> None:
    """Replace `os.isatty` and `os.get_terminal_size`: they would see FIFOs, not the terminal."""
    others.install()
    isatty, get_size = os.isatty, os.get_terminal_size

    @wraps(isatty)
    def recorded_isatty(fd: int, /) -> bool:
        return isatty(fd) or _terminal(fd) is not None

    @wraps(get_size)
    def recorded_size(fd: int = 1, /) -> os.terminal_size:
        size = _terminal(fd)
        return get_size(fd) if size is None else os.terminal_size(size)

    os.isatty, os.get_terminal_size = recorded_isatty, recorded_size


def set_terminals(sizes: Mapping[str, Size]) -> None:
    """Tell the program that these of its streams come out on terminals."""
    for descriptor, stream in ((1, "stdout"), (2, "stderr")):
        if stream in sizes:
            fifo = os.fstat(descriptor)
            columns, lines = sizes[stream]
            _terminals[fifo.st_dev, fifo.st_ino] = columns, lines


def _terminal(fd: int) -> Size | None:
    """Return the size of the terminal that a descriptor leads to, if it is a FIFO of the run."""
    if not _terminals:
        return None
    try:
        file = os.fstat(fd)
    except (OSError, OverflowError, TypeError):
        return None
    return _terminals.get((file.st_dev, file.st_ino))


def observe() -> None:
    """Replace `time.sleep`."""
    time.sleep = recorded_sleep  # type: ignore[assignment]


@wraps(_sleep)
def recorded_sleep(seconds: float, /) -> None:
    """Sleep; report the beginning and the end.

    A sleep of zero only yields the processor. To report it would take longer than it lasts.
    """
    own = is_standard_library() and module_name() not in HANDED_ON
    if own or not isinstance(seconds, int | float) or not seconds > 0:
        _sleep(seconds)
        return
    # The sleep of a task is its thread's, too.
    workers = (None,) if (thread := blocked_thread()) is None else (None, thread)
    for worker in workers:
        emit(Kind.SLEPT, text=str(seconds), worker=worker)
    try:
        _sleep(seconds)
    finally:
        for worker in workers:
            emit(Kind.WOKE, worker=worker)


def _stream(
    descriptor: int, name: str, original: io.TextIOWrapper | None, errors: str
) -> io.TextIOWrapper | None:
    """Return a stream with the settings of the original, but always line-buffered.

    None if the descriptor is closed, as in the interpreter.
    """
    encoding, write_through = "utf-8", False
    if original is not None:  # from the locale and PYTHONIOENCODING
        encoding, errors = original.encoding, original.errors or errors
        # From -u. On stderr each mark of a traceback would be a write of its own.
        write_through = original.write_through and name == "stdout"
    try:
        buffer = BufferedWriter(descriptor, name, encoding)
    except OSError:
        return None  # a child of a program that has it closed
    _buffers.append(buffer)
    if original is not None:
        buffer.unbuffered = original.write_through
    stream = io.TextIOWrapper(
        buffer,
        encoding,
        errors,
        line_buffering=True,
        write_through=write_through,
    )
    stream.mode = "w"  # type: ignore[misc]
    return stream
