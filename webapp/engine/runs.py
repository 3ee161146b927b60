"""The runs that an engine knows, and the line of those that wait. Any thread may use them."""

from __future__ import annotations

import threading
from collections import OrderedDict

from webapp.engine.fair import FairQueue
from webapp.engine.limits import Limits
from webapp.engine.live_run import LiveRun
from webapp.engine.runner import Busy, Phase, UnknownRun


class Runs:
    """All runs by their ids, in the order of asking, until they are forgotten."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()  # of all below
        self._runs: OrderedDict[str, LiveRun] = OrderedDict()
        self._line = FairQueue()
        self._draining = False

    def put(self, run: LiveRun, visitor: str) -> None:
        """Put a new run in line. Raises Busy."""
        with self._lock:
            if self._draining or len(self._line) >= self._limits.in_line:
                raise Busy
            self._line.put(run.id, visitor)
            self._runs[run.id] = run

    def find(self, id: str) -> LiveRun:
        """The run of that id. Raises UnknownRun."""
        with self._lock:
            found = self._runs.get(id)
        if found is None:
            raise UnknownRun(id)
        return found

    def place(self, id: str) -> int:
        """The place of a run in line, from 1; 0 if it is not in line."""
        with self._lock:
            return self._line.place(id)

    @property
    def waiting(self) -> int:
        """How many are in line."""
        with self._lock:
            return len(self._line)

    @property
    def ids(self) -> list[str]:
        """The ids of all that are known."""
        with self._lock:
            return [*self._runs]

    def not_over(self) -> list[LiveRun]:
        """Those that wait or run."""
        with self._lock:
            return [run for run in self._runs.values() if run.phase is not Phase.OVER]

    def next(self) -> LiveRun | None:
        """Take the run out of line whose turn it is, if there is one."""
        with self._lock:
            return self._runs[self._line.get()] if self._line else None

    def leave_line(self, run: LiveRun) -> None:
        """Take a run out of line, if it is in it."""
        with self._lock:
            self._line.remove(run.id)

    def drain(self) -> list[LiveRun]:
        """Take no run any more; give those that are in line."""
        with self._lock:
            self._draining = True
            return [run for run in self._runs.values() if run.phase is Phase.QUEUED]

    def forget(self) -> None:
        """Forget the oldest finished runs beyond what is kept; the last one always stays."""
        with self._lock:
            finished = [run for run in self._runs.values() if run.phase is Phase.OVER]
            total, count = sum(run.weight for run in finished), len(finished)
            for run in finished[:-1]:
                if total <= self._limits.kept and count <= self._limits.finished:
                    break
                if not run.followers:
                    total, count = total - run.weight, count - 1
                    del self._runs[run.id]
