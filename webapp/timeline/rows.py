"""The layout of lanes in the picture: position, height, lines for holdings, and hue.

The colours of hues and the styles of states are in `static/css`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from webapp.timeline.bands import AREA, STRIP
from webapp.timeline.lanes import WAITS, Lane, State, Stretch, Timeline

HUES = 10
AXIS = 30  # pixels above the first lane
LEVELS = 3  # lines for objects that are held at once
THINGS = 6  # colours of objects
ABOUT_THINGS = WAITS - {State.JOINING, State.RESULT} | {State.HOLDING}
NEVER = math.inf, 0  # after all times and events
NAME = 16  # pixels of a name that stands above its lane, on a narrow page


class Sizes(NamedTuple):
    """Heights in pixels: of a bar, of the gap above it, and of a line for holdings."""

    bar: int
    gap: int
    level: int


TALL, LOW = Sizes(bar=16, gap=4, level=14), Sizes(bar=10, gap=2, level=4)


class Row(NamedTuple):
    """The place of a lane: its top and height in pixels. `levels`: the line of each held object."""

    lane: Lane
    top: int
    height: int
    levels: dict[str, int]

    @property
    def hue(self) -> int:
        """The number of the worker's colour."""
        return self.lane.number % HUES


def place_rows(lanes: Sequence[Lane], sizes: Sizes) -> Iterator[Row]:
    """Yield a row for each lane, from top to bottom."""
    top = AXIS
    for lane in lanes:
        levels = {} if lane.members else _levels(lane.beside)
        lines = 1 + max(levels.values(), default=-1)
        bar = STRIP + AREA if lane.members else sizes.bar + sizes.level * lines
        height = sizes.gap + bar + sizes.gap // 2
        yield Row(lane, top, height, levels)
        top += height


def number_things(timeline: Timeline) -> dict[str, int]:
    """Number the objects that workers hold or wait for, in the order in which they first do."""
    first: dict[str, tuple[float, int]] = {}
    for lane in timeline.lanes:
        for stretch in chain(lane.stretches, lane.beside):
            began = stretch.start, stretch.first
            if began < first.get(stretch.object, NEVER) and is_about_thing(stretch):
                first[stretch.object] = began
    return {name: at for at, name in enumerate(sorted(first, key=lambda name: first[name]))}


def is_about_thing(stretch: Stretch) -> bool:
    """Return whether a worker holds an object, or waits for one that is not a worker."""
    return stretch.state in ABOUT_THINGS and bool(stretch.object)


def line_name(stretch: Stretch) -> str:
    """Return the key of a stretch's line: one per object, and one for all tasks."""
    return "" if stretch.state is State.TASK else stretch.object


def _levels(beside: Iterable[Stretch]) -> dict[str, int]:
    """Return the line of each held object: the first one without overlaps, else the last one."""
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
    """Return whether a stretch of one list overlaps one of the other."""
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
