"""A queue of runs in which visitors take turns (round-robin)."""

from __future__ import annotations

from collections import deque
from itertools import chain, zip_longest


class FairQueue:
    """Runs in line: one of each visitor in turn; those of one visitor in order of arrival."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[str]] = {}  # in order of whose turn it is
        self._places: dict[str, int] = {}
        self._visitors: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._visitors)

    def put(self, run: str, visitor: str) -> None:
        """Put a run at the end of its visitor's line."""
        self._lines.setdefault(visitor, deque()).append(run)
        self._visitors[run] = visitor
        self._places.clear()

    def get(self) -> str:
        """Remove and return the next run; its visitor goes to the end. Raises IndexError."""
        if not self._lines:
            raise IndexError("nobody is in line")
        visitor = next(iter(self._lines))
        line = self._lines.pop(visitor)
        run = line.popleft()
        if line:
            self._lines[visitor] = line
        del self._visitors[run]
        self._places.clear()
        return run

    def remove(self, run: str) -> None:
        """Take a run out of line, if it is in it."""
        visitor = self._visitors.pop(run, None)
        if visitor is None:
            return
        self._lines[visitor].remove(run)
        if not self._lines[visitor]:
            del self._lines[visitor]
        self._places.clear()

    def place(self, run: str) -> int:
        """Return the place of a run in line, from 1; 0 if it is not in line."""
        if not self._places:
            rounds = chain.from_iterable(zip_longest(*self._lines.values()))
            order = (waiting for waiting in rounds if waiting is not None)
            self._places = {waiting: place for place, waiting in enumerate(order, 1)}
        return self._places.get(run, 0)
