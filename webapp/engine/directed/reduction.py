"""The schedules that are still to be tried, those with the fewest switches first.

Every run is a path in a tree: at each step somebody was chosen, and others could have been. Without
reduction all of them are tried, too. With it only those choices are that may change something: if
two steps of different workers conflict, the second worker must also have its chance before the
first step (Flanagan and Godefroid, POPL 2005). This may need one switch more than are allowed.
So it also gets its chance where the first worker's turn began, which may need no switch (Coons,
Musuvathi and McKinley, OOPSLA 2013).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from webapp.engine.directed.footprints import Access, Place, conflict, modes_conflict, places_meet

Step = tuple[int, int, Sequence[Access]]
"""Who took it, the bits of those who could, and its footprint."""


@dataclass(slots=True)
class Path:
    """A run that was tried. At the step `fork` it left its `parent`.

    `steps` are all of its steps, `costs` the switches before each of them, and `tried` the bits of
    the workers that were tried at each step after `fork`; it has a place for `fork`, too.
    """

    parent: Path | None
    fork: int
    steps: Sequence[Step]
    costs: list[int]
    tried: list[int]

    def owner(self, at: int) -> Path:
        """Return the path that first came to where the step `at` was chosen."""
        path = self
        while at <= path.fork and path.parent is not None:
            path = path.parent
        return path

    def schedule(self, at: int, instead: int) -> list[int]:
        """Return the choices that lead to the step `at`, with the worker `instead` at that step."""
        before = [who for who, able, _ in self.steps[:at] if able & (able - 1)]
        return [*before, instead]


class Untried(NamedTuple):
    """Whom to take `instead` at a step of a path; with that it has `cost` switches."""

    cost: int
    path: Path
    at: int
    instead: int

    @property
    def schedule(self) -> list[int]:
        """The choices that lead there."""
        return self.path.schedule(self.at, self.instead)


@dataclass(slots=True)
class Frontier:
    """What is still to be tried. `reduce` leaves out what cannot make a difference."""

    reduce: bool = True
    _waiting: list[tuple[int, int, int, Path, int]] = field(default_factory=list)
    _number: int = 0

    def next(self, switches: int) -> Untried | None:
        """Return what to try next, with at most so many switches; None if there is nothing."""
        if not self._waiting or self._waiting[0][0] > switches:
            return None
        cost, at, _, path, instead = heapq.heappop(self._waiting)
        return Untried(cost, path, at, instead)

    def add(
        self,
        parent: Path | None,
        fork: int,
        steps: Sequence[Step],
        pending: Mapping[int, Sequence[Access]],
    ) -> Path:
        """Add a run that left `parent` at the step `fork`; `pending` is what each worker that has
        not ended would do next."""
        path = Path(parent, fork, steps, _costs(steps), [1 << who for who, _, _ in steps[fork:]])
        if self.reduce:
            begins = _begins(steps)
            for at, worker in _races(steps, pending, fork):
                self._try_before(path, at, begins[at], worker)
        else:
            for at in range(max(fork, 1), len(steps)):
                self._try(path, at, steps[at][1])
        return path

    def _try_before(self, path: Path, at: int, begin: int, worker: int) -> None:
        """Let a worker go on before the step `at`, and where the turn of that step began."""
        for place in {at, begin}:
            able = path.steps[place][1]
            self._try(path, place, 1 << worker if able >> worker & 1 else able)

    def _try(self, path: Path, at: int, workers: int) -> None:
        if at < 1:
            return
        owner = path.owner(at)
        new = workers & ~owner.tried[at - owner.fork]
        owner.tried[at - owner.fork] |= workers
        for worker in bits(new):
            cost = path.costs[at] + _switches(path.steps, at, worker)
            self._number += 1
            heapq.heappush(self._waiting, (cost, at, self._number, owner, worker))


def bits(number: int) -> Iterator[int]:
    """Yield the places of the bits of a number."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _switches(steps: Sequence[Step], at: int, worker: int) -> int:
    """Return 1 if taking this worker at a step is a switch away from one that could go on."""
    before = steps[at - 1][0]
    return int(worker != before and bool(steps[at][1] >> before & 1))


def _costs(steps: Sequence[Step]) -> list[int]:
    costs, cost = [0], 0
    for at in range(1, len(steps)):
        costs.append(cost)
        cost += _switches(steps, at, steps[at][0])
    return costs


def _begins(steps: Sequence[Step]) -> list[int]:
    """Return for each step where its turn began; no choice is made at the first step."""
    begins: list[int] = []
    for at, (who, _, _) in enumerate(steps):
        goes_on = at > 1 and steps[at - 1][0] == who
        begins.append(begins[-1] if goes_on else at)
    return begins


class _Last:
    """The last access of each worker to each place."""

    def __init__(self) -> None:
        self._by_kind: dict[tuple[str, str], dict[int, dict[int, dict[str, int]]]] = {}

    def note(self, at: int, worker: int, footprint: Sequence[Access]) -> None:
        for (kind, number, name), mode in footprint:
            places = self._by_kind.setdefault((kind, name), {})
            places.setdefault(number, {}).setdefault(worker, {})[mode] = at

    def conflicting(self, worker: int, footprint: Sequence[Access]) -> dict[int, int]:
        """Return the last step of each other worker that conflicts with a footprint."""
        found: dict[int, int] = {}
        for place, mode in footprint:
            kind, _, name = place
            for number, workers in self._by_kind.get((kind, name), {}).items():
                other: Place = (kind, number, name)
                if places_meet(place, other):
                    _latest(found, workers, worker, mode)
        return found


def _latest(found: dict[int, int], workers: dict[int, dict[str, int]], but: int, mode: str) -> None:
    for who, modes in workers.items():
        if who != but:
            for other, at in modes.items():
                if modes_conflict(mode, other):
                    found[who] = max(found.get(who, 0), at)


def _races(
    steps: Sequence[Step], pending: Mapping[int, Sequence[Access]], fork: int
) -> Iterator[tuple[int, int]]:
    """Yield each step and worker that conflict, as soon as the worker's next step is known.

    Those before `fork` were found in the parent.
    """
    last = _Last()
    coming = _next_steps(steps, pending)
    waiting = {who: footprints.pop() for who, footprints in coming.items()}
    for at, (worker, _, footprint) in enumerate(steps):
        last.note(at, worker, footprint)
        if at >= fork:
            for other, theirs in waiting.items():
                if other != worker and conflict(footprint, theirs):
                    yield at, other
        if coming[worker]:
            waiting[worker] = coming[worker].pop()
            if at >= fork - 1:
                for place in last.conflicting(worker, waiting[worker]).values():
                    yield place, worker
        else:
            waiting.pop(worker, None)


def _next_steps(
    steps: Sequence[Step], pending: Mapping[int, Sequence[Access]]
) -> dict[int, list[Sequence[Access]]]:
    """Return the footprints of each worker, the first one last, and then what is pending."""
    found: dict[int, list[Sequence[Access]]] = {}
    for worker, _, footprint in steps:
        found.setdefault(worker, []).append(footprint)
    for worker, footprint in pending.items():
        found.setdefault(worker, []).append(footprint)
    for footprints in found.values():
        footprints.reverse()
    return found
