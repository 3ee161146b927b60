"""Passes a recorded program's output on to the command's own standard output and error."""

from __future__ import annotations

import errno
import os
import select
import sys

from webapp.engine.raw_bytes import encoded
from webapp.engine.told import LEFT

DESCRIPTORS = {"stdout": 1, "stderr": 2}
PATIENCE = 0.1
"""Seconds between two checks whether to give up on a reader that does not read."""


def inform(text: str) -> None:
    """Print to standard error, if that is possible: the exit code is the program's in any case."""
    if sys.stderr is None:
        return  # closed; print() would take standard output
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = None  # or it would be tried again at the end


class Terminal:
    """Passes on what a program prints. The program waits for a slow reader, as without us."""

    def __init__(self) -> None:
        self._gone = {
            number: errno.EBADF
            for name, number in DESCRIPTORS.items()
            if getattr(sys, name) is None
        }
        self._taken: set[int] = set()
        self._given_up = False
        self._in_line = False

    def write(self, stream: str, text: str) -> int:
        """Write to "stdout" or "stderr"; return the error that it has met (see `told`), or 0."""
        descriptor = DESCRIPTORS[stream]
        self._in_line = not text.endswith("\n")
        rest = memoryview(encoded(text))
        while rest and descriptor not in self._gone and not self._given_up:
            try:
                written = _write_some(descriptor, rest)
            except BlockingIOError:
                continue
            except OSError as error:  # its reader has gone, the disk is full, …
                self._gone[descriptor] = self._number(descriptor, error)
                break
            if written:
                self._taken.add(descriptor)
                rest = rest[written:]
        return self._gone.get(descriptor, 0)

    def _number(self, descriptor: int, error: OSError) -> int:
        if error.errno == errno.EPIPE and descriptor in self._taken:
            return LEFT
        return error.errno or errno.EIO

    def end_line(self) -> None:
        """Begin a new line if the program has not ended its last one on a terminal."""
        if self._in_line and os.isatty(DESCRIPTORS["stderr"]):
            self.write("stderr", "\n")

    def give_up(self) -> None:
        """Do not wait for readers any more. Any thread may call it."""
        self._given_up = True


def _write_some(descriptor: int, rest: memoryview) -> int:
    """Write as much as possible without waiting; return the number of bytes."""
    _, writable, _ = select.select([], [descriptor], [], PATIENCE)
    # A pipe that is ready takes so much without blocking: see pipe(7).
    return os.write(descriptor, rest[: select.PIPE_BUF]) if writable else 0
