"""Draws a timeline as a small picture without text, for lists of topics.

A lane is cut into COLUMNS, and each column shows the state that took most of its time. So a picture
of many events stays small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from webapp.timeline.lanes import Lane, State, Stretch, Timeline
from webapp.timeline.rows import HUES

COLUMNS = 120
LANES = 8
"""The most lanes; the first ones are drawn."""

UNIT, BAR, LANE, HELD = 2, 8, 13, 2  # units: of a column, a bar, a lane, the line of what is held

HIGHEST, TALLEST = 56, 12
"""Pixels on the page: of all lanes, and of one. The width is that of the picture's place."""

WAIT, HOLD = "w", "h"
LOOKS = {
    State.SLEEPING: "s",
    State.IDLE: "i",
    State.READY: "i",
    State.LOOP: "i",
    State.RUNNING: "r",
    State.HOLDING: HOLD,
}
"""CSS classes. All other states are waits; the styles are in `static/css/home.css`."""


def draw_thumbnail(timeline: Timeline) -> str:
    """Return the whole run as an SVG element without text, names and axis."""
    lanes = timeline.lanes[:LANES]
    width, height = COLUMNS * UNIT, len(lanes) * LANE
    pixels = min(HIGHEST, len(lanes) * TALLEST)
    drawn = "".join(_lane(lane, at * LANE, timeline.end) for at, lane in enumerate(lanes))
    return (
        f'<svg class="mini" viewBox="0 0 {width} {height}" height="{pixels}" '
        f'preserveAspectRatio="none" aria-hidden="true" focusable="false">{drawn}</svg>'
    )


def _lane(lane: Lane, top: int, end: int) -> str:
    paths: defaultdict[str, list[str]] = defaultdict(list)
    at = 0
    for look, columns in groupby(_columns(lane.stretches, end)):
        count = len(list(columns))
        if look:
            paths[look].append(_box(at, count, top, BAR))
        at += count
    at = 0
    holding = [stretch for stretch in lane.beside if stretch.state is State.HOLDING]
    for look, columns in groupby(_columns(holding, end)):
        count = len(list(columns))
        if look:
            paths[HOLD].append(_box(at, count, top + BAR + 1, HELD))
        at += count
    drawn = "".join(f'<path class="{look}" d="{"".join(d)}"/>' for look, d in paths.items())
    return f'<g class="hue-{lane.number % HUES}">{drawn}</g>'


def _columns(stretches: Iterable[Stretch], end: int) -> Sequence[str]:
    """Return the look of each column: that of the state that took most of it, or ""."""
    shares = [defaultdict[str, float](float) for _ in range(COLUMNS)]
    for stretch in stretches:
        start, stop = stretch.start * COLUMNS / end, stretch.end * COLUMNS / end
        for column in range(int(start), min(COLUMNS, int(stop) + 1)):
            inside = min(stop, column + 1) - max(start, column)
            if inside > 0:
                shares[column][_look(stretch)] += inside
    return [max(share, key=share.__getitem__, default="") for share in shares]


def _look(stretch: Stretch) -> str:
    return LOOKS.get(stretch.state, WAIT)


def _box(column: int, columns: int, top: int, height: int) -> str:
    width = columns * UNIT
    return f"M{column * UNIT} {top}h{width}v{height}h-{width}z"
