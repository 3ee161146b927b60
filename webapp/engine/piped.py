"""Printing into a pipe whose reader may leave first, as `head` does."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

GONE = 1
"""The exit code then: that of Flask's commands, too."""


@contextmanager
def ends_with_reader() -> Iterator[None]:
    """Exit quietly, with `GONE`, once nobody reads standard output; also decorates a command."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        if not _reader_is_gone():
            raise  # it is another pipe
        # What is still in the buffer would fail again at Python's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(GONE) from None


def _reader_is_gone() -> bool:
    if sys.stdout is None:
        return False
    output = select.poll()
    output.register(sys.stdout.fileno(), 0)  # POLLERR, which no reader means, needs no asking
    return any(happened & select.POLLERR for _, happened in output.poll(0))
