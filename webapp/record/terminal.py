"""Where a recorded program's output goes on to: the command's own standard output and error."""

from __future__ import annotations

import os
import select
import sys

DESCRIPTORS = {"stdout": 1, "stderr": 2}
PATIENCE = 0.1
"""Seconds after which a reader that takes nothing is given another look, or given up."""


class Terminal:
    """Passes on what a program prints, however slow the reader is.

    The program waits for that reader, as it would without us.
    """

    def __init__(self) -> None:
        closed = (number for name, number in DESCRIPTORS.items() if getattr(sys, name) is None)
        self._gone = set(closed)
        self._given_up = False
        self._in_line = False

    def write(self, stream: str, text: str) -> None:
        """Write to "stdout" or "stderr", unless its reader is gone."""
        descriptor = DESCRIPTORS[stream]
        self._in_line = not text.endswith("\n")
        rest = memoryview(text.encode("utf-8", "backslashreplace"))
        while rest and descriptor not in self._gone and not self._given_up:
            try:
                rest = rest[_write_some(descriptor, rest) :]
            except BlockingIOError:
                continue
            except (OSError, ValueError):  # its reader has left, or it was never open
                self._gone.add(descriptor)

    def end_line(self) -> None:
        """Begin a line of our own, where the program has left one open on a person's terminal."""
        if self._in_line and os.isatty(DESCRIPTORS["stderr"]):
            self.write("stderr", "\n")

    def give_up(self) -> None:
        """Wait for no reader any more, from any thread."""
        self._given_up = True


def _write_some(descriptor: int, rest: memoryview) -> int:
    """Write what can be written without waiting; give how much that was."""
    _, writable, _ = select.select([], [descriptor], [], PATIENCE)
    # A pipe that is ready takes so much without blocking: see pipe(7).
    return os.write(descriptor, rest[: select.PIPE_BUF]) if writable else 0
