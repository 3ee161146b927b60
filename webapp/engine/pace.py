"""The pace of the engine's thread: pauses after reads, so that it reads events in batches."""

from __future__ import annotations

import time

TICK = 0.1
"""Seconds between two periodic checks (deadlines, runs without followers, deadlocks)."""

REST = 0.001
"""Seconds of pause after a read. Without it, each event wakes the reader, and the wake-up costs the
program's thread as much as the report. While a run has not yet printed, there is no pause."""

BURST = 300
"""Reads per TICK × running runs after which the pause comes all the same: in a class, some run is
always about to begin."""


class Pace:
    """The pace of one loop of reads."""

    def __init__(self) -> None:
        self._checked = time.monotonic()
        self._reads = 0
        self._hurries = False

    def hurry(self) -> None:
        """Do not pause before the next read."""
        self._hurries = True

    def keep(self, running: int) -> bool:
        """Pause after a read if the pace allows it; return whether a periodic check is due.

        `running` is the number of running runs.
        """
        hurries, self._hurries = self._hurries, False
        self._reads += 1
        now = time.monotonic()
        if now - self._checked >= TICK:
            self._checked, self._reads = now, 0
            return True
        if running and (not hurries or self._reads * running > BURST):
            time.sleep(REST)
        return False
