"""Keeps in order what the program prints and what does not pass its streams' buffers.

What another program writes, or os.write(), goes into the FIFOs of the descriptors 1 and 2. The
engine reads these beside the events, so an event that is reported before they are read would come
first. The engine reads within a millisecond or two, or later on a machine with much to do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from webapp.engine.recorder import channel
from webapp.engine.told import READS, READS_OF

SOON = 200_000
"""Nanoseconds after a line in which no other program can have begun to write and ended."""

LOOK_AGAIN, PATIENCE = 0.0005, 2.0
"""Seconds between two looks, and for how long to look."""

ENOUGH = 4
"""Reads of the engine after which it has read what stood, though a program writes without a pause:
one of each stream may have begun before, and the next of each takes the rest."""

_sleep, _now = time.sleep, time.monotonic_ns

_last = 0
"""When it was last known that nothing stood in a FIFO."""

_waits = True


def install() -> None:
    """Notice what the program writes by `os.write`."""
    write = os.write

    @wraps(write)
    def recorded_write(fd: int, data: Any, /) -> int:
        global _last  # noqa: PLW0603  (a process has one such moment, and no object for it)
        written = write(fd, data)
        if fd in (1, 2):
            _last = 0
        return written

    os.write = recorded_write


def ignore() -> None:
    """From now on, wait for nothing of others: nobody reads it."""
    global _waits  # noqa: PLW0603  (likewise)
    _waits = False


def let_by(stands: Callable[[], bool]) -> None:
    """Wait until nothing of others `stands` in the FIFOs any more: all has been read."""
    global _last  # noqa: PLW0603  (likewise)
    if not _waits:
        return
    now = _now()
    if now - _last > SOON:
        ends, before = now + PATIENCE * 1e9, channel.told()[READS]
        while stands() and (channel.told()[READS] - before) % READS_OF < ENOUGH and _now() < ends:
            _sleep(LOOK_AGAIN)
    _last = now
