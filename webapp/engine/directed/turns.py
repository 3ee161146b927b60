"""Tells when a worker does not end its turn: it waits for what is not directed, or computes on.

Time for which the machine has no processor for the run does not count.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from time import monotonic

from webapp.engine import tree

LONGEST = 1.0
"""Seconds that a turn may take, asleep or computing."""

LOOK_EVERY = 0.1
"""Seconds between two looks."""

TICKS = os.sysconf("SC_CLK_TCK")


class Patience:
    """Looks at a process whose workers take turns; `count` returns how many turns there were."""

    def __init__(self, pid: int, count: Callable[[], int], but: int = 0) -> None:
        """`but` is a thread that takes no turns."""
        self._pid = pid
        self._count = count
        self._but = but
        self._seen = -1
        self._used = 0.0
        self._at = 0.0
        self._spent = 0.0

    def is_over(self) -> bool:
        """Look; return whether the present turn has taken too long."""
        now, count, used = monotonic(), self._count(), self._processor_time()
        if count != self._seen:
            self._seen, self._spent = count, 0.0
        else:
            passed = now - self._at if self._is_asleep() else used - self._used
            self._spent += min(passed, 2 * LOOK_EVERY)
        self._at, self._used = now, used
        return self._spent >= LONGEST

    def _fields(self, of: str) -> list[str]:
        return tree.read(self._pid, of).rpartition(")")[2].split()

    def _processor_time(self) -> float:
        fields = self._fields("stat")
        return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0

    def _is_asleep(self) -> bool:
        states = [
            self._fields(f"task/{tid}/stat")[:1]
            for tid in tree.threads(self._pid)
            if tid != self._but
        ]
        return all(state in (["S"], ["D"]) for state in states if state)
