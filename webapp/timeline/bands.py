"""Folds tasks that are alike into one band, if there are too many lanes to draw each.

Tasks are alike if they are of one thread and their names differ only in numbers. A band has a strip
that shows when one of them ran, and an area that shows how many of them were in each other state.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

from webapp.engine.events import Key, is_task, thread_of
from webapp.timeline.lanes import End, Lane, State, Stretch, Timeline
from webapp.timeline.scale import PIXEL, UNITS, View

MANY = 24
"""Lanes; if there are more, tasks are folded, and lanes are drawn low and without text."""

ALIKE = 8
"""The least number of tasks in a band."""

STRIP, AREA = 8, 40
"""Heights in pixels of a band's strip and of its area."""

SHADES = ("ready", "waiting", "sleeping")
"""The states of the area, from below."""

COLUMNS = UNITS // PIXEL
FULL = 0.95
"""The share of a column in which the tasks ran, from which the strip is drawn as running."""

NOTHING = 1e-6
"""Tasks; less than that is an error of rounding."""

T = TypeVar("T")

_NUMBER = re.compile(r"\d+")
_DEFAULT_NAME = re.compile(r"^Task-# \((.*)\)$")


def fold(timeline: Timeline) -> Timeline:
    """Return the timeline with bands, or itself if it has few lanes."""
    if len(timeline.lanes) <= MANY:
        return timeline
    groups: defaultdict[tuple[Key, str], list[Lane]] = defaultdict(list)
    for lane in timeline.lanes:
        if is_task(lane.key):
            groups[_kind(lane)].append(lane)
    lanes: list[Lane] = []
    for lane in timeline.lanes:
        own = groups.get(_kind(lane), []) if is_task(lane.key) else []
        if len(own) < ALIKE:
            lanes.append(lane)
        elif lane is own[0]:
            lanes.append(_band(own))
    return replace(timeline, lanes=tuple(lanes))


def shade(state: State) -> str:
    """Return the part of a band that shows a state: `running`, or one of SHADES."""
    if state in (State.RUNNING, State.READY, State.SLEEPING):
        return str(state)
    return "waiting"


def counts(band: Lane) -> Iterator[tuple[Counter[str], int, int]]:
    """Yield how many members were in each state, with the ids of the first and the next event.

    The first id is 0 for the beginning of the band, the last 0 for its end.
    """
    changes: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for stretch in band.stretches:
        changes[stretch.start, stretch.first][shade(stretch.state)] += 1
        if stretch.last:
            changes[stretch.end, stretch.last][shade(stretch.state)] -= 1
    now: Counter[str] = Counter()
    moments = sorted(changes)
    for moment, after in zip(moments, [*moments[1:], (0, 0)], strict=True):
        now.update(changes[moment])
        yield +now, moment[1], after[1]


def columns(stretches: Iterable[Stretch], view: View) -> dict[str, list[float]]:
    """Return, for each column of the picture, how many members were in each state on average."""
    rises: defaultdict[str, list[float]] = defaultdict(lambda: [0.0] * (COLUMNS + 2))
    for stretch in stretches:
        if view.shows(stretch.start, stretch.end):
            rise = rises[shade(stretch.state)]
            _step(rise, _column(stretch.start, view), 1)
            _step(rise, _column(stretch.end, view), -1)
    return {name: list(accumulate(rise))[:COLUMNS] for name, rise in rises.items()}


def strip(running: Iterable[float], top: int) -> Iterator[tuple[str, str]]:
    """Yield the shapes of the strip, each with its look: `running` or `mixed`."""
    looks = ["" if ran <= 0 else "running" if ran >= FULL else "mixed" for ran in _clean(running)]
    for look, first, last in _runs(looks):
        if look:
            way = f"M{first * PIXEL} {top}h{(last - first) * PIXEL}v{STRIP - 2}"
            yield look, f"{way}h{(first - last) * PIXEL}z"


def areas(found: dict[str, list[float]], top: int, members: int) -> Iterator[tuple[str, str]]:
    """Yield the area of each of SHADES as a shape, stacked; `top` is that of the whole area."""
    below = [float(top + AREA)] * COLUMNS
    for name in SHADES:
        if name not in found:
            continue
        shares = [count * AREA / members for count in _clean(found[name])]
        above = [low - share for low, share in zip(below, shares, strict=True)]
        ways = [
            _outline(first, last, above, below)
            for filled, first, last in _runs([share > 0 for share in shares])
            if filled
        ]
        yield name, "".join(ways)
        below = above


def _kind(lane: Lane) -> tuple[Key, str]:
    return thread_of(lane.key), _NUMBER.sub("#", lane.name)


def _band(own: list[Lane]) -> Lane:
    first = own[0]
    alike = _kind(first)[1]
    named = _DEFAULT_NAME.match(alike)
    open_ = any(lane.ending is End.OPEN for lane in own)
    return first._replace(
        name=f"{len(own)} × {named[1] if named else alike}",
        start=min(lane.start for lane in own),
        end=max(lane.end for lane in own),
        ending=End.OPEN if open_ else max(own, key=lambda lane: lane.end).ending,
        stretches=tuple(stretch for lane in own for stretch in lane.stretches),
        beside=tuple(stretch for lane in own for stretch in lane.beside),
        members=tuple(lane.key for lane in own),
    )


def _column(time: int, view: View) -> float:
    return view.x(time) / PIXEL


def _step(rise: list[float], at: float, size: int) -> None:
    """Add a step to the differences of columns; within a column it counts for its share."""
    whole = int(at)
    rise[whole] += size * (1 - (at - whole))
    rise[whole + 1] += size * (at - whole)


def _clean(values: Iterable[float]) -> list[float]:
    """Remove what sums of fractions leave of zero."""
    return [value if value > NOTHING else 0.0 for value in values]


def _runs(values: list[T]) -> Iterator[tuple[T, int, int]]:
    """Yield each value with the first column that has it, and the first one after it."""
    first = 0
    for at in range(1, len(values) + 1):
        if at == len(values) or values[at] != values[first]:
            yield values[first], first, at
            first = at


def _outline(first: int, last: int, above: list[float], below: list[float]) -> str:
    """Return a closed way along the upper edge of some columns, and back along the lower one."""
    start = f"{above[first]:.1f}"
    there = _edge(range(first, last), above, height=start)
    back = _edge(range(last - 1, first - 1, -1), below, back=True)
    return f"M{first * PIXEL} {start}{there}{back}z"


def _edge(places: range, heights: list[float], *, height: str = "", back: bool = False) -> str:
    """Return a way along columns, level in each, which begins at a height."""
    ways: list[str] = []
    for at in places:
        here = f"{heights[at]:.1f}"
        if here != height:
            if at != places[0]:
                ways.append(f"H{(at + back) * PIXEL}")
            ways.append(f"V{here}")
            height = here
    ways.append(f"H{(places[-1] + (not back)) * PIXEL}")
    return "".join(ways)
