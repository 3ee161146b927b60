"""The timeline as a table with a row for each worker, for visitors who cannot see the picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from webapp.timeline.lanes import MICROSECONDS, WAITS, End, Lane, State, Stretch, Timeline

LISTED = 5
"""Objects per cell; the others are only counted."""


class Total(NamedTuple):
    """How often, and for how many seconds, a worker waited for an object or held it."""

    object: str
    times: int
    seconds: float


class Life(NamedTuple):
    """A row: a worker's times in seconds; `start` and `end` count from the start of the run.

    `others` is the number of objects that `waited` and `held` leave out.
    """

    name: str
    depth: int
    start: float
    end: float
    ending: End
    exit_code: int | None
    ran: float
    slept: float
    waited: tuple[Total, ...]
    held: tuple[Total, ...]
    others: int


def draw_table(timeline: Timeline) -> tuple[Life, ...]:
    """Return the rows, in the order of the lanes."""
    return tuple(_life(lane) for lane in timeline.lanes)


def _life(lane: Lane) -> Life:
    waited = [*_totals(stretch for stretch in lane.stretches if stretch.state in WAITS)]
    held = [*_totals(stretch for stretch in lane.beside if stretch.state is State.HOLDING)]
    return Life(
        name=lane.name,
        depth=lane.depth,
        start=lane.start / MICROSECONDS,
        end=lane.end / MICROSECONDS,
        ending=lane.ending,
        exit_code=lane.exit_code,
        ran=_seconds(lane.stretches, State.RUNNING),
        slept=_seconds(lane.stretches, State.SLEEPING),
        waited=tuple(waited[:LISTED]),
        held=tuple(held[:LISTED]),
        others=len(waited[LISTED:]) + len(held[LISTED:]),
    )


def _seconds(stretches: Iterable[Stretch], state: State) -> float:
    return sum(
        (stretch.end - stretch.start) / MICROSECONDS
        for stretch in stretches
        if stretch.state is state
    )


def _totals(stretches: Iterable[Stretch]) -> Iterator[Total]:
    """Yield the total of each object, the longest first."""
    lengths: defaultdict[str, list[int]] = defaultdict(list)
    for stretch in stretches:
        lengths[stretch.object].append(stretch.end - stretch.start)
    for name, own in sorted(lengths.items(), key=lambda item: -sum(item[1])):
        yield Total(name, len(own), sum(own) / MICROSECONDS)
