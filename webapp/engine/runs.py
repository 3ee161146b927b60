"""The runs that an engine knows, and the queue of waiting ones. Thread-safe."""

from __future__ import annotations

import heapq
import itertools
import threading

from webapp.engine.fair import FairQueue
from webapp.engine.limits import Limits
from webapp.engine.live_run import LiveRun
from webapp.engine.runner import Busy, Phase, UnknownRun


class Runs:
    """All runs by their ids, until they are forgotten."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()  # guards everything below
        self._going: dict[str, LiveRun] = {}
        self._finished: dict[str, LiveRun] = {}
        self._oldest: list[tuple[int, str]] = []  # heap of finished runs, by number
        self._weight = 0  # of the finished runs, in events
        self._numbers = itertools.count()
        self._line = FairQueue()
        self._draining = False

    def put(self, run: LiveRun, visitor: str) -> None:
        """Put a new run in line. Raises Busy if the line is full or draining."""
        with self._lock:
            if self._draining or len(self._line) >= self._limits.in_line:
                raise Busy
            self._line.put(run.id, visitor)
            run.number = next(self._numbers)
            self._going[run.id] = run

    def find(self, id: str) -> LiveRun:
        """Return the run of that id. Raises UnknownRun."""
        with self._lock:
            found = self._going.get(id) or self._finished.get(id)
        if found is None:
            raise UnknownRun(id)
        return found

    def place(self, id: str) -> int:
        """Return the place of a run in line, from 1; 0 if it is not in line."""
        with self._lock:
            return self._line.place(id)

    @property
    def waiting(self) -> int:
        """The number of runs in line."""
        with self._lock:
            return len(self._line)

    @property
    def ids(self) -> list[str]:
        """The ids of all known runs."""
        with self._lock:
            return [*self._finished, *self._going]

    def not_over(self) -> list[LiveRun]:
        """Return the runs that wait or run."""
        with self._lock:
            return [*self._going.values()]

    def next(self) -> LiveRun | None:
        """Take the next run out of line; None if the line is empty."""
        with self._lock:
            return self._going[self._line.get()] if self._line else None

    def leave_line(self, run: LiveRun) -> None:
        """Take a run out of line, if it is in it."""
        with self._lock:
            self._line.remove(run.id)

    def drain(self) -> list[LiveRun]:
        """Accept no more runs; return those in line."""
        with self._lock:
            self._draining = True
            return [run for run in self._going.values() if run.phase is Phase.QUEUED]

    def finish(self, run: LiveRun) -> None:
        """Note that a run is over, and forget the oldest finished runs beyond the limits.

        Runs with followers are kept, and so is the newest one.
        """
        with self._lock:
            self._finished[run.id] = self._going.pop(run.id)
            self._weight += run.weight
            heapq.heappush(self._oldest, (run.number, run.id))
            followed: list[tuple[int, str]] = []
            while len(self._oldest) > 1 and self._are_too_many():
                number, id = heapq.heappop(self._oldest)
                if self._finished[id].followers:
                    followed.append((number, id))
                else:
                    self._weight -= self._finished.pop(id).weight
            for entry in followed:
                heapq.heappush(self._oldest, entry)

    def _are_too_many(self) -> bool:
        limits = self._limits
        return len(self._finished) > limits.finished or self._weight > limits.kept
