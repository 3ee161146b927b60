"""Lets a program meet, where plain Python would, that its output cannot be written any more.

The engine passes on at once what is printed, and tells which error that has met (`told`). Plain
Python meets it only when its buffers are full or flushed. So an outlet has the same buffers, of the
interpreter's own classes, with nothing behind them but a look at what the engine has told.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import time
from typing import Any

from webapp.engine.recorder import channel
from webapp.engine.told import LEFT, OUTLETS, READING

LOOK_AGAIN, PATIENCE = 0.0005, 2.0
"""Seconds between two looks, and for how long to look: a reader may be slow."""

_sleep, _now = time.sleep, time.monotonic

_leaving = False


class Outlet:
    """The buffers of a standard stream that is passed on."""

    def __init__(self, stream: str, descriptor: int, *, by_line: bool, unbuffered: bool) -> None:
        """`by_line` and `unbuffered` say how plain Python would write it."""
        self._end = end = _End(stream, waits=not os.isatty(descriptor))
        # Latin-1 has a letter for each byte.
        self._text = io.TextIOWrapper(
            end if unbuffered else io.BufferedWriter(end, _size(descriptor)),  # type: ignore[type-var]
            "latin-1",
            newline="",
            line_buffering=by_line,
            write_through=unbuffered,
        )

    def write(self, data: Any) -> None:
        """Take what the stream writes. Raises OSError."""
        self._end.begin()
        text = str(data, "latin-1")
        body = text.removesuffix("\n")
        self._text.write(body)
        if body is not text:
            self._text.write("\n")  # print() writes it by itself, which may make a buffer full

    def flush(self) -> None:
        """Flush the buffers. Raises OSError."""
        self._text.flush()


def _size(descriptor: int) -> int:
    """Return the size of the buffer that open() makes for a file like that."""
    size = os.fstat(descriptor).st_blksize
    return size if sys.version_info < (3, 14) else max(size, io.DEFAULT_BUFFER_SIZE)


class _End(io.RawIOBase):
    """Takes everything, until it is told that it cannot be written. `waits`: for being told."""

    def __init__(self, stream: str, *, waits: bool) -> None:
        self._place, self._waits = OUTLETS[stream], waits
        self._has_begun, self._is_first, self._spared = False, True, False

    def begin(self) -> None:
        """Note, before anything is written, whether the reader is there."""
        if not self._has_begun:
            self._has_begun, self._spared = True, not channel.told()[self._place]

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        is_first, self._is_first = self._is_first, False
        if self._waits and (is_first or _leaving):
            _wait_until_read()
        error = channel.told()[self._place]
        # A reader that has had enough has read what plain Python would write only now.
        if error and not (is_first and self._spared and error == LEFT):
            number = errno.EPIPE if error == LEFT else error
            raise OSError(number, os.strerror(number))
        return len(data)


def leave() -> None:
    """From now on, learn of each error at once: the process ends."""
    global _leaving  # noqa: PLW0603  (a process ends once)
    _leaving = True


def _wait_until_read() -> None:
    """Wait until what was reported so far is passed on."""
    ends = _now() + PATIENCE
    while _now() < ends and (channel.stands() or channel.told()[READING]):
        _sleep(LOOK_AGAIN)
