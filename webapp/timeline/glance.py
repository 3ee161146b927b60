"""Draws all lanes at a glance: a low row for each, and one row for lanes that are alike.

A row shows over the time how many of its workers run, and above them how many wait or sleep.

<div class="glance">    one <li> for each row: its name, and a small picture that fills the width
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from webapp.timeline.lanes import Lane, State, Timeline
from webapp.timeline.rows import HUES
from webapp.timeline.scale import written
from webapp.timeline.words import Words, writable

FEW = 12
"""Lanes up to which each has a row of its own."""

ALIKE = 4
"""From so many on, lanes that are alike share a row."""

ROWS = 20
"""Rows at most; the other lanes are only counted."""

SLICES = 300
"""Parts of the time; a row's height in each is a mean."""

HEIGHT = 100

_NUMBER = re.compile(r"\d+")


class Band(NamedTuple):
    """The lanes of one row."""

    lanes: tuple[Lane, ...]

    @property
    def first(self) -> Lane:
        """The first lane, whose colour and name the row has."""
        return self.lanes[0]


def fold(lanes: Sequence[Lane]) -> list[Band]:
    """Group lanes whose names differ only in numbers, if there are many; keep the order."""
    groups: defaultdict[tuple[int, str], list[Lane]] = defaultdict(list)
    for lane in lanes:
        groups[lane.depth, _NUMBER.sub("#", lane.name)].append(lane)
    bands: list[Band] = []
    for own in groups.values():
        alike = len(lanes) > FEW and len(own) >= ALIKE
        bands += [Band(tuple(own))] if alike else [Band((lane,)) for lane in own]
    place = {lane.key: at for at, lane in enumerate(lanes)}
    return sorted(bands, key=lambda band: place[band.first.key])


def draw_glance(timeline: Timeline, say: Words, *, target: str) -> str:
    """Return the rows as HTML; each leads to the element with the id `target`."""
    bands = fold(timeline.lanes)
    rows = "".join(_row(band, timeline.end, say, target) for band in bands[:ROWS])
    rest = sum(len(band.lanes) for band in bands[ROWS:])
    more = f"<p>{escape(say('glance.more', count=rest))}</p>" if rest else ""
    end = escape(written(timeline.end, timeline.end))
    html = (
        f'<figure class="glance" dir="ltr"><ol>{rows}'
        f'<li class="glance-axis" aria-hidden="true"><span>0</span><span>{end}</span></li></ol>'
        f"{more}"
        f'<figcaption dir="{say.direction}">{escape(say("glance.legend"))}</figcaption></figure>'
    )
    return writable(html)


def _row(band: Band, end: int, say: Words, target: str) -> str:
    name, title = band.first.name, band.first.name
    if len(band.lanes) > 1:
        name = say("glance.alike", name=name, count=len(band.lanes) - 1)
        title = say("glance.these", first=title, last=band.lanes[-1].name, count=len(band.lanes))
    kind = f"hue-{band.first.number % HUES}{' several' if len(band.lanes) > 1 else ''}"
    return (
        f'<li class="{kind}"><a href="#{target}" title="{escape(title)}">'
        f"<span>{escape(name)}</span>"
        f'<svg viewBox="0 0 {SLICES} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f"{_shapes(band, end)}</svg></a></li>"
    )


def _shapes(band: Band, end: int) -> str:
    running, still = [0.0] * SLICES, [0.0] * SLICES
    for lane in band.lanes:
        for stretch in lane.stretches:
            heights = running if stretch.state is State.RUNNING else still
            for at, share in _slices(stretch.start, stretch.end, end):
                heights[at] += share
    scale = HEIGHT / len(band.lanes)
    both = [min(HEIGHT, scale * sum(pair)) for pair in zip(running, still, strict=True)]
    return (
        f'<path class="still" d="{_area(both)}"/>'
        f'<path class="running" d="{_area(scale * height for height in running)}"/>'
    )


def _slices(start: int, stop: int, end: int) -> Iterator[tuple[int, float]]:
    """Yield the slices that a stretch lies in, each with the share that it takes."""
    first, last = start * SLICES / end, stop * SLICES / end
    for at in range(int(first), min(SLICES, int(last) + 1)):
        share = min(last, at + 1) - max(first, at)
        if share > 0:
            yield at, share


def _area(heights: Iterable[float]) -> str:
    """Return a path of steps, from the bottom; slices of the same height are joined."""
    path, before = [f"M0 {HEIGHT}"], 0
    for at, height in enumerate(heights):
        rounded = round(height)
        if rounded != before:
            path.append(f"H{at}V{HEIGHT - rounded}")
            before = rounded
    return "".join([*path, f"H{SLICES}V{HEIGHT}z"])
