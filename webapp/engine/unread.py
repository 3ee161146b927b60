"""Asks the kernel how much stands in a pipe that nobody has read yet."""

from __future__ import annotations

import sys
from typing import Any

fcntl: Any
termios: Any
try:
    import fcntl
    import termios
except ImportError:  # on Windows, where nothing asks
    fcntl = termios = None


def unread(descriptor: int) -> int:
    """Return the number of bytes in a pipe, by either of its ends. Raises OSError."""
    told: bytes = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
    return int.from_bytes(told, sys.byteorder)
