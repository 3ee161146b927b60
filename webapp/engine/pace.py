"""How the engine's thread paces itself: when it reads on at once, and when it rests first."""

from __future__ import annotations

import time

TICK = 0.1
"""Seconds between looks at the clock: for runs that nobody follows and for deadlocks."""

REST = 0.001
"""Seconds for which it rests between two reads, to read together what comes meanwhile: a reader
that waits for each event is woken for each, by the program's thread, which takes as long as to
report it. It does not rest while a run has yet to print its first line."""

BURST = 300
"""Reads within a TICK, times the runs that go on, after which it rests nevertheless: of a class,
there is always one that has yet to begin."""


class Pace:
    """The pace of one loop of reads."""

    def __init__(self) -> None:
        self._looked = time.monotonic()
        self._reads = 0
        self._hurries = False

    def hurry(self) -> None:
        """Have the next read follow at once."""
        self._hurries = True

    def keep(self, running: int) -> bool:
        """Rest after a read, if that is right while so many runs go on; say whether it is TICK
        since the clock was looked at.
        """
        hurries, self._hurries = self._hurries, False
        self._reads += 1
        now = time.monotonic()
        if now - self._looked >= TICK:
            self._looked, self._reads = now, 0
            return True
        if running and (not hurries or self._reads * running > BURST):
            time.sleep(REST)
        return False
