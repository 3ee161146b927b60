"""The pace of the engine's thread: it rests after reads, so that it reads events in batches."""

from __future__ import annotations

import time
from collections.abc import Callable

TICK = 0.1
"""Seconds between two periodic checks (deadlines, runs without followers, deadlocks)."""

REST = 0.002
"""Seconds of rest after a read. Without it, each event wakes the reader, and the wake-up costs the
program's thread as much as the report. A longer one would let a program fill its FIFO, which holds
what it reports in 3 ms at least. While a run has not yet printed, there is no rest."""

BURST = 300
"""Reads per TICK × running runs after which the rest comes all the same: in a class, some run is
always about to begin."""


class Pace:
    """The pace of one loop of reads."""

    def __init__(self, rest: Callable[[float], None]) -> None:
        """`rest` is called to rest for so many seconds; it may return early."""
        self._rest = rest
        self._checked = time.monotonic()
        self._reads = 0
        self._hurries = False

    def hurry(self) -> None:
        """Do not rest before the next read."""
        self._hurries = True

    def keep(self, running: int) -> bool:
        """Rest after a read if the pace allows it; return whether a periodic check is due.

        `running` is the number of running runs.
        """
        hurries, self._hurries = self._hurries, False
        self._reads += 1
        now = time.monotonic()
        if now - self._checked >= TICK:
            self._checked, self._reads = now, 0
            return True
        if running and (not hurries or self._reads * running > BURST):
            self._rest(REST)
        return False
