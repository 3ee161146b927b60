"""Which arrows carry the story of a run, and their words.

An arrow is drawn if there is room for its word: "starts" before the bar of a new worker, "wakes" at
the end of the wait that it ends, a signal's name behind the process that it killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from webapp.timeline.arrows import Arrow, Cause
from webapp.timeline.labels import EDGE, LETTER, WIDTHS, Labels, fitting
from webapp.timeline.lanes import WAITS
from webapp.timeline.rows import Row
from webapp.timeline.scale import UNITS, View

MOST = 8
"""Arrows of one cause; more would only cover the lanes."""

AROUND = 14  # pixels around a word

WAKING = (Cause.RELEASE, Cause.SIGNAL, Cause.ITEM)


class Told(NamedTuple):
    """An arrow in the picture's units, and its word at its end: `before` it, or behind it.

    `fit` is the class of the least width of the page at which there is room for the word.
    """

    giver: int
    taker: int
    start: int
    end: int
    word: str
    fit: str
    before: bool


def tell(
    arrows: Iterable[Arrow],
    rows: Sequence[Row],
    view: View,
    taken: Mapping[int, float],
    labels: Labels,
) -> tuple[Told, ...]:
    """Return the arrows to draw. `taken` are the pixels at the start of a wait that are in use."""
    # A shorter wait has no room for a word at any width.
    least = AROUND / max(WIDTHS.values()) * view.unfolded
    starts = {
        stretch.last: stretch.start
        for row in rows
        for stretch in row.lane.stretches
        if stretch.last and stretch.end - stretch.start >= least and stretch.state in WAITS
    }
    arrows = (arrow for arrow in arrows if arrow.cause not in WAKING or arrow.last in starts)
    told: list[Told] = []
    counts: Counter[Cause] = Counter()
    for arrow in sorted(arrows, key=lambda one: starts.get(one.last, one.end) - one.end):
        if counts[arrow.cause] < MOST and view.shows(arrow.start, arrow.end):
            found = [*_told(arrow, view, starts, taken, labels)]
            counts[arrow.cause] += len(found)
            told += found
    return tuple(told)


def _told(
    arrow: Arrow, view: View, starts: Mapping[int, int], taken: Mapping[int, float], labels: Labels
) -> Iterator[Told]:
    start, end = view.x(arrow.start), view.x(arrow.end)
    word, width, used, before = "", 0, 0.0, True
    if arrow.cause is Cause.START:
        word, width = labels.words("lanes.starts"), end
    elif arrow.cause is Cause.KILL:
        word, width, before = arrow.object, UNITS - end, False
    elif arrow.cause in WAKING:
        word, width = labels.words("lanes.wakes"), end - view.x(starts[arrow.last])
        used = taken.get(arrow.last, 0) + EDGE
    fit = fitting(width, used + len(word) * LETTER + AROUND)
    if word and fit:
        yield Told(arrow.giver, arrow.taker, start, end, word, fit, before)
