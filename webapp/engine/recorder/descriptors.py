"""Keeps the recorder's own descriptors open when a program closes all of its own, as daemons do."""

from __future__ import annotations

import errno
import os
from functools import wraps

from webapp.engine.recorder import channel


def install() -> None:
    """Replace `os.close` and `os.closerange`."""
    close, close_range = os.close, os.closerange

    @wraps(close)
    def recorded_close(fd: int) -> None:
        if fd in channel.descriptors():
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))  # for the program it is not open
        close(fd)

    @wraps(close_range)
    def recorded_close_range(fd_low: int, fd_high: int, /) -> None:
        low = fd_low
        for own in sorted(channel.descriptors()):
            if low <= own < fd_high:
                close_range(low, own)
                low = own + 1
        close_range(low, fd_high)

    os.close, os.closerange = recorded_close, recorded_close_range
