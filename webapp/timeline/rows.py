"""Where each lane stands in the picture: its edge, its height, its lines for what is held, its hue.

The colour of a hue, and the look of each state, are in `static/css`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from webapp.timeline.lanes import Lane, State, Stretch

HUES = 10
AXIS = 24  # pixels above the first lane
LEVELS = 3  # things held at once that get a line of their own


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels: of a bar, of the space above it, of a line for what is held."""

    bar: int
    gap: int
    level: int


TALL, LOW = Sizes(bar=14, gap=6, level=12), Sizes(bar=8, gap=3, level=4)


@dataclass(frozen=True, slots=True)
class Row:
    """Where a lane is: its upper edge and height in pixels. `levels` are lines for what is held."""

    lane: Lane
    top: int
    height: int
    levels: dict[str, int]

    @property
    def hue(self) -> int:
        """The number of the worker's colour."""
        return self.lane.number % HUES


def place_rows(lanes: Sequence[Lane], sizes: Sizes) -> Iterator[Row]:
    """Put the lanes below each other."""
    top = AXIS
    for lane in lanes:
        levels = _levels(lane.beside)
        lines = 1 + max(levels.values(), default=-1)
        height = sizes.gap + sizes.bar + sizes.level * lines + sizes.gap // 2
        yield Row(lane, top, height, levels)
        top += height


def line_name(stretch: Stretch) -> str:
    """What shares a line: one object, and all tasks."""
    return "" if stretch.state is State.TASK else stretch.object


def _levels(beside: Iterable[Stretch]) -> dict[str, int]:
    """A line for each thing held: the first that is free of others while it is held."""
    levels: dict[str, int] = {}
    taken: list[list[Stretch]] = [[] for _ in range(LEVELS)]
    groups: defaultdict[str, list[Stretch]] = defaultdict(list)
    for stretch in beside:
        groups[line_name(stretch)].append(stretch)
    for name, own in groups.items():
        free = (at for at in range(LEVELS) if not _overlap(taken[at], own))
        level = next(free, LEVELS - 1)
        levels[name] = level
        taken[level] += own
    return levels


def _overlap(taken: Sequence[Stretch], own: Sequence[Stretch]) -> bool:
    """Whether any of one list lasts while any of the other does; both are in order."""
    one, other = sorted(taken, key=_start), sorted(own, key=_start)
    at = 0
    for stretch in one:
        while at < len(other) and other[at].end <= stretch.start:
            at += 1
        if at < len(other) and other[at].start < stretch.end:
            return True
    return False


def _start(stretch: Stretch) -> int:
    return stretch.start
