"""Draws a timeline as SVG: shapes are stretched to the page's width, text is not.

    <svg class="picture">            full width, and the height of its lanes
      <svg class="shapes" viewBox>   x is the time in UNITS, stretched to the width
      <svg class="letters">          text at percentages of the width

A lane has one path per state, and stretches narrower than a pixel (of 1000) are merged, so that the
picture of many events stays small. States differ in shape; the colour is the worker's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from webapp.timeline.arrows import Arrow, Cause
<<<<<<< HEAD
from webapp.timeline.bands import AREA, MANY, areas, columns, strip
from webapp.timeline.lanes import WAITS, End, Lane, State, Stretch, Timeline
=======
from webapp.timeline.lanes import MIXED, WAITS, End, Lane, State, Stretch, Timeline
>>>>>>> f14494c (Let lanes grow while the program runs)
from webapp.timeline.rows import AXIS, LOW, TALL, Row, Sizes, line_name, place_rows
from webapp.timeline.scale import PIXEL, UNITS, View, ticks, written

WIDTHS = {"s": 300, "m": 600, "l": 900}  # pixels at which a label must fit, by its class
LETTER = 5.6  # pixels
LAST_TICK = UNITS * 0.95  # later ticks have no text: it would not fit into the picture
NOISE_SHOWN = 4 * PIXEL  # the narrowest visible width

MARKS = {End.KILLED: "✕", End.CUT: "⊣", End.OPEN: "…"}

Line = tuple[int, int, int, int]
"""x1, y1, x2, y2."""


@dataclass(frozen=True)
class Picture:
    """A drawn timeline.

    `merged` counts the stretches and arrows that were not drawn separately. It is `noisy` if the
    timeline's noise is wide enough to be marked on the axis.
    """

    svg: str
    rows: tuple[Row, ...]
    height: int
    low: bool
    merged: int
    noisy: bool


def draw_picture(
    timeline: Timeline,
    arrows: Iterable[Arrow],
    view: View,
    *,
    label: str,
    ideal: int | None = None,
    ideal_label: str = "",
) -> Picture:
    """Draw the part in the view. `ideal` (µs) is marked on the axis; `label` is the aria-label."""
    low = len(timeline.lanes) > MANY
    rows = tuple(place_rows(timeline.lanes, LOW if low else TALL))
    height = rows[-1].top + rows[-1].height if rows else AXIS
    pen = _Pen(view, LOW if low else TALL, letters=not low)
    pen.axis(height)
    pen.arrows(arrows, rows)
    for row in rows:
        if row.lane.members:
            pen.band(row)
        else:
            pen.lane(row)
    if ideal is not None and view.start <= ideal <= view.end:
        pen.ideal(ideal, height, ideal_label)
    noisy = pen.noise(timeline.noise)
    svg = (
        f'<svg class="picture" width="100%" height="{height}" role="img" '
        f'aria-label="{escape(label)}">'
        f'<svg class="shapes" viewBox="0 0 {UNITS} {height}" width="100%" height="{height}" '
        f'preserveAspectRatio="none">{"".join(pen.shapes)}</svg>'
        f'<svg class="letters" x="0" width="100%" height="{height}" overflow="visible">'
        f"{''.join(pen.texts)}</svg></svg>"
    )
    return Picture(svg, rows, height, low, pen.merged, noisy)


@dataclass
class _Pen:
    """Collects the SVG elements of shapes and of text."""

    view: View
    sizes: Sizes
    letters: bool
    shapes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    merged: int = 0

    def axis(self, height: int) -> None:
        """Draw a line and a time for each tick."""
        times = list(ticks(self.view))
        lines = "".join(f"M{self.view.x(time)} {AXIS - 6}V{height}" for time in times)
        self.shapes.append(f'<path class="grid" d="{lines}"/>')
        told = "".join(
            f'<text class="tick" x="{self.view.percent(time)}" y="12">'
            f"{written(time, self.view.span)}</text>"
            for time in times
            if self.view.x(time) <= LAST_TICK
        )
        # In a group, so that the style of a narrow page can hide every second one.
        self.texts.append(f'<g class="ticks">{told}</g>')

    def lane(self, row: Row) -> None:
        """Draw a worker's states, its holdings and tasks, and the mark of its end."""
        paths: defaultdict[str, list[str]] = defaultdict(list)
        top = row.top + self.sizes.gap
        for state, start, end, stretch in self._pieces(row.lane.stretches):
            paths[_look(state)].append(self._bar(state, start, end, top))
            if stretch is not None and stretch.state in WAITS:
                label = f"{stretch.object} {stretch.note}".rstrip()
                self._label(label, stretch, top + self.sizes.bar - 4, "inside")
        under = top + self.sizes.bar
        for state, start, end, stretch in self._pieces(row.lane.beside, apart=True):
            level = row.levels[line_name(stretch)] if stretch else 0
            y = under + (level + 1) * self.sizes.level - 3
            paths[_look(state)].append(_box(start, end, y, 3 if state != State.TASK else 2))
            if stretch is not None:
                label = stretch.object if state == State.HOLDING else _call(stretch)
                self._label(label, stretch, y - 1.5, "under")
        drawn = "".join(f'<path class="{look}" d="{"".join(d)}"/>' for look, d in paths.items())
        self.shapes.append(f'<g class="hue-{row.hue}">{drawn}</g>')
        self._end(row.lane, top + self.sizes.bar)

    def band(self, row: Row) -> None:
        """Draw when a task of the band ran, and above it how many were in each other state."""
        top = row.top + self.sizes.gap
        found = columns(row.lane.stretches, self.view)
        shapes = [
            *((f"band-{name}", way) for name, way in areas(found, top, len(row.lane.members))),
            *strip(found.get(State.RUNNING, ()), top + AREA + 2),
        ]
        drawn = "".join(f'<path class="{look}" d="{way}"/>' for look, way in shapes)
        self.shapes.append(f'<g class="hue-{row.hue}">{drawn}</g>')
        self._end(row.lane, top + AREA)

    def arrows(self, arrows: Iterable[Arrow], rows: Sequence[Row]) -> None:
        """Draw lines from giver to taker, with a dot at the taker; equal lines only once."""
        drawn: defaultdict[Cause, dict[Line, None]] = defaultdict(dict)
        middle = self.sizes.gap + self.sizes.bar // 2
        for arrow in arrows:
            if not self.view.shows(arrow.start, arrow.end):
                continue
            start, end = self.view.x(arrow.start), self.view.x(arrow.end)
            if end - start < PIXEL:
                start = end = end // PIXEL * PIXEL
            giver, taker = rows[arrow.giver].top + middle, rows[arrow.taker].top + middle
            line = (start, giver, end, taker)
            self.merged += line in drawn[arrow.cause]
            drawn[arrow.cause][line] = None
        for cause, lines in drawn.items():
            ways = "".join(f"M{x1} {y1}L{x2} {y2}" for x1, y1, x2, y2 in lines)
            dots = "".join(f"M{x2} {y2}h0" for _, _, x2, y2 in lines)
            self.shapes.append(f'<path class="arrow {cause}" d="{ways}"/>')
            self.shapes.append(f'<path class="dot {cause}" d="{dots}"/>')

    def ideal(self, time: int, height: int, label: str) -> None:
        """Draw a line at the ideal end of the run."""
        self.shapes.append(f'<path class="ideal" d="M{self.view.x(time)} {AXIS - 8}V{height}"/>')
        side = 'text-anchor="end" dx="-5"' if self.view.x(time) > UNITS // 2 else 'dx="5"'
        self.texts.append(
            f'<text class="ideal" x="{self.view.percent(time)}" y="22" {side}>'
            f"{escape(label)}</text>"
        )

    def noise(self, noise: int) -> bool:
        """Mark the noise on the axis if it is wide enough; return whether it is."""
        width = min(UNITS, round(noise * UNITS / self.view.span))
        if width < NOISE_SHOWN:
            return False
        self.shapes.append(f'<path class="noise" d="{_box(0, width, AXIS - 7, 3)}"/>')
        return True

    def _pieces(
        self, stretches: Iterable[Stretch], *, apart: bool = False
    ) -> Iterator[tuple[str, int, int, Stretch | None]]:
        """Yield the pieces to draw: state, start, end, and the stretch if it is a single one.

        Each is at least a pixel wide. Adjacent stretches narrower than that are merged; with
        `apart` (stretches with gaps) only if the gap is narrower than a pixel.
        """
        crowd: list[Stretch] = []
        for stretch in stretches:
            if not self.view.shows(stretch.start, stretch.end):
                continue
            start, end = self.view.x(stretch.start), self.view.x(stretch.end)
            far = apart and crowd and start - self.view.x(crowd[-1].end) >= PIXEL
            if crowd and (far or end - start >= PIXEL):
                yield from self._crowd(crowd)
                crowd = []
            if end - start >= PIXEL:
                yield stretch.state, start, end, stretch
            else:
                crowd.append(stretch)
        if crowd:
            yield from self._crowd(crowd)

    def _crowd(self, crowd: Sequence[Stretch]) -> Iterator[tuple[str, int, int, Stretch | None]]:
        start, end = self.view.x(crowd[0].start), self.view.x(crowd[-1].end)
        states = {stretch.state for stretch in crowd}
        alone = len(crowd) == 1
        if end - start < PIXEL:
            # All together are narrower than a pixel: draw the longest one's state.
            longest = max(crowd, key=lambda stretch: stretch.end - stretch.start)
            end, states = start + PIXEL, {longest.state}
        self.merged += 0 if alone else len(crowd)
        state = next(iter(states)) if len(states) == 1 else MIXED
        yield state, start, end, crowd[0] if alone or len(states) == 1 else None

    def _bar(self, state: str, start: int, end: int, top: int) -> str:
        bar = self.sizes.bar
        if state == State.SLEEPING:
            return _box(start, end, top + bar // 2 - 1, 2)
        if state == State.READY:
            return _box(start, end, top + bar // 2 - 2, 4)
        if state in (State.IDLE, State.LOOP):
            return f"M{start} {top + bar // 2}H{end}"
        if state in (State.RUNNING, MIXED):
            return _box(start, end, top, bar)
        return _box(start, end, top + 1, bar - 2)

    def _label(self, text: str, stretch: Stretch, y: float, place: str) -> None:
        """Label a shape, for the page widths at which the text fits."""
        start = max(stretch.start, self.view.start)
        share = (min(stretch.end, self.view.end) - start) / self.view.span
        room = len(text) * LETTER + 6
        fits = next((name for name, width in WIDTHS.items() if share * width >= room), None)
        if self.letters and text and fits:
            self.texts.append(
                f'<text class="{place} fit-{fits}" x="{self.view.percent(start)}" dx="3" '
                f'y="{y:g}">{escape(text)}</text>'
            )

    def _end(self, lane: Lane, y: float) -> None:
        if lane.ending in MARKS and self.view.shows(lane.end, lane.end):
            late = self.view.x(lane.end) > UNITS * 0.97
            anchor = ' text-anchor="end" dx="-2"' if late else ' dx="3"'
            self.texts.append(
                f'<text class="end {lane.ending}" x="{self.view.percent(lane.end)}" '
                f'y="{y - 2:g}"{anchor}>{MARKS[lane.ending]}</text>'
            )


def _look(state: str) -> str:
    """Return the CSS class of a state: all waits share one, except joining."""
    if state == State.LOOP:
        return "idle"
    if state in WAITS and state != State.JOINING:
        return "waiting"
    return str(state)


def _box(start: int, end: int, top: int, height: int) -> str:
    return f"M{start} {top}h{end - start}v{height}h{start - end}z"


def _call(task: Stretch) -> str:
    return f"{task.object}({task.note})"
