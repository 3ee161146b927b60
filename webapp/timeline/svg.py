"""Draws a timeline as SVG: shapes are stretched to the page's width, text is not.

    <svg class="picture">            full width, and the height of its lanes
      <svg class="shapes" viewBox>   x is the time in UNITS, stretched to the width
        <g class="step">             a lane, and in it the step of the next lane
      <svg class="letters">          text at percentages of the width, in the same steps

On a narrow page each step moves down by the height of a name, which then stands above its lane. A
lane has one path per state and object, so that the picture of many events stays small. States
differ in shape. The colour is the worker's, and that of a holding its object's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from webapp.timeline.arrow_shapes import draw_arrow_words, draw_arrows
from webapp.timeline.arrows import Arrow
from webapp.timeline.bands import AREA, MANY, areas, columns, strip
from webapp.timeline.labels import EDGE, LETTER, Labels, fitting
from webapp.timeline.lanes import WAITS, End, Lane, State, Timeline
from webapp.timeline.pieces import Piece, cut
from webapp.timeline.rows import (
    AXIS,
    LOW,
    NAME,
    TALL,
    Row,
    Sizes,
    line_name,
    number_things,
    place_rows,
)
from webapp.timeline.scale import UNITS, View, percent, ticks, written
from webapp.timeline.story import tell
from webapp.timeline.words import Words, piece_text

LAST_TICK = UNITS * 0.86  # later ticks have no text: it would not fit into the picture

MARKS = {End.KILLED: "✕", End.CUT: "⊣", End.OPEN: "…"}


class Picture(NamedTuple):
    """A drawn timeline, `deep` pixels high if its names stand above its lanes.

    `merged` counts the stretches that were not drawn separately, `folded` the microseconds of the
    axis that are folded.
    """

    svg: str
    rows: tuple[Row, ...]
    height: int
    deep: int
    low: bool
    merged: int
    folded: int


def draw_picture(
    timeline: Timeline,
    arrows: Iterable[Arrow],
    view: View,
    say: Words,
    *,
    label: str,
    ideal: int | None = None,
) -> Picture:
    """Draw the part in the view. `ideal` (µs) is marked on the axis; `label` is the aria-label."""
    low = len(timeline.lanes) > MANY
    sizes = LOW if low else TALL
    rows = tuple(place_rows(timeline.lanes, sizes))
    height = rows[-1].top + rows[-1].height if rows else AXIS
    labels = Labels(say, number_things(timeline), silent=low)
    pen = _Pen(view, sizes, height + (0 if low else NAME * len(rows)), labels)
    pen.axis()
    pen.folds()
    lanes = [
        pen.band(row) if row.lane.members else pen.lane(at, row) for at, row in enumerate(rows)
    ]
    told = tell(arrows, rows, view, pen.taken, labels) if not low else ()
    if ideal is not None and view.start <= ideal <= view.end:
        pen.ideal(ideal)
    shapes = "".join(pen.shapes) + _steps([drawn.shapes for drawn in lanes], low)
    letters = "".join(labels.letters) + _steps([drawn.letters for drawn in lanes], low)
    shapes += draw_arrows(told, rows, sizes)
    letters += draw_arrow_words(told, rows, sizes)
    svg = (
        f'<svg class="picture" width="100%" height="{height}" role="img" '
        f'aria-label="{escape(label)}">'
        f'<svg class="shapes" viewBox="0 0 {UNITS} {height}" width="100%" height="{height}" '
        f'preserveAspectRatio="none">{shapes}</svg>'
        f'<svg class="letters" x="0" width="100%" height="{height}" overflow="visible">'
        f"{letters}</svg></svg>"
    )
    folded = sum(end - start for start, end in view.folds)
    return Picture(svg, rows, height, pen.deep, low, pen.merged, folded)


def _steps(lanes: list[str], low: bool) -> str:
    """Put each lane into the step of the one above it."""
    if low:
        return "".join(lanes)
    return "".join(f'<g class="step">{lane}' for lane in lanes) + "</g>" * len(lanes)


class _Drawn(NamedTuple):
    """The shapes and the letters of a lane."""

    shapes: str
    letters: str


@dataclass
class _Pen:
    """Draws the parts of a picture that is `deep` pixels high if its names are above the lanes.

    `taken` are the pixels that a wait's label takes, by the id of the event that ends the wait.
    """

    view: View
    sizes: Sizes
    deep: int
    labels: Labels
    shapes: list[str] = field(default_factory=list)
    taken: dict[int, float] = field(default_factory=dict)
    merged: int = 0
    _texts: dict[object, str] = field(default_factory=dict)

    def axis(self) -> None:
        """Draw a line and a time for each tick."""
        times = [(time, self.view.x(time)) for time in ticks(self.view)]
        lines = "".join(f"M{x} {AXIS - 2}V{self.deep}" for _, x in times)
        self.shapes.append(f'<path class="grid" d="{lines}"/>')
        told = "".join(
            f'<text class="tick" x="{percent(x)}" y="12">'
            f"{self._time(time, self.view.unfolded)}</text>"
            for time, x in times
            if x <= LAST_TICK
        )
        # In a group, so that the style of a narrow page can hide every second one.
        self.labels.letters.append(f'<g class="ticks">{told}</g>')

    def _time(self, time: int, span: int) -> str:
        """Format a time for an axis of that span, in the language."""
        return self.labels.say.times(written(time, span))

    def folds(self) -> None:
        """Draw the folds of the axis as torn strips."""
        for start, end in self.view.folds:
            left, right = self.view.x(start), self.view.x(end)
            strip = _box(left, right, AXIS - 14, self.deep - AXIS + 14)
            edges = f"M{left} {AXIS - 14}V{self.deep}M{right} {AXIS - 14}V{self.deep}"
            time = end - start
            rounded = self._time(round(time, 2 - len(str(time))), time)
            title = self.labels.say("lanes.fold", time=rounded)
            self.shapes.append(
                f'<path class="fold" d="{strip}"><title>{escape(title)}</title></path>'
                f'<path class="tear" d="{edges}"/>'
            )
            self._name_fold(right, rounded)

    def _name_fold(self, x: int, time: str) -> None:
        """Say at a fold what it is, if there is room before the next one."""
        text = self.labels.words("lanes.start_up", time=time)
        starts = [self.view.x(start) for start, _ in self.view.folds]
        room = min([UNITS, *(start for start in starts if start >= x)]) - x
        if fit := fitting(room, len(text) * LETTER + 2 * EDGE):
            self.labels.text(text, percent(x), AXIS - 5, f"strip fit-{fit}", f' dx="{EDGE}"')

    def lane(self, at: int, row: Row) -> _Drawn:
        """Draw a worker's states, its holdings and tasks, and the mark of its end."""
        shared, self.labels.letters = self.labels.letters, []
        paths: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        top = row.top + self.sizes.gap
        for piece in cut(self.view, row.lane.stretches):
            self._count(piece)
            for look, d in self._bar(piece, top):
                paths[self._classes(look, piece), self._text(piece)].append(d)
            if not piece.fine:
                taken = self.labels.state(piece, top + self.sizes.bar - 4, at)
                if piece.stretch is not None and piece.count == 1:
                    self.taken[piece.stretch.last] = taken
        for name, level in row.levels.items():
            self._beside(at, row, name, level, paths)
        drawn = "".join(
            f'<path class="{look}" d="{"".join(d)}"><title>{escape(title)}</title></path>'
            for (look, title), d in paths.items()
        )
        self._end(row.lane, top + self.sizes.bar)
        hue = f'<g class="hue-{row.hue}">'
        letters, self.labels.letters = self.labels.letters, shared
        return _Drawn(f"{hue}{drawn}</g>", f"{hue}{''.join(letters)}</g>")

    def band(self, row: Row) -> _Drawn:
        """Draw when a task of the band ran, and above it how many were in each other state."""
        shared, self.labels.letters = self.labels.letters, []
        top = row.top + self.sizes.gap
        found = columns(row.lane.stretches, self.view)
        shapes = [
            *((f"band-{name}", way) for name, way in areas(found, top, len(row.lane.members))),
            *strip(found.get(State.RUNNING, ()), top + AREA + 2),
        ]
        drawn = "".join(self._band_path(look, way) for look, way in shapes)
        self._end(row.lane, top + AREA)
        letters, self.labels.letters = "".join(self.labels.letters), shared
        hue = f'<g class="hue-{row.hue}">'
        return _Drawn(f"{hue}{drawn}</g>", f"{hue}{letters}</g>")

    def _band_path(self, look: str, way: str) -> str:
        title = self.labels.say(f"lanes.{look.replace('-', '_')}")
        return f'<path class="{look}" d="{way}"><title>{escape(title)}</title></path>'

    def _beside(
        self, at: int, row: Row, name: str, level: int, paths: dict[tuple[str, str], list[str]]
    ) -> None:
        """Draw the holdings of one object, or the tasks, on their line."""
        own = [stretch for stretch in row.lane.beside if line_name(stretch) == name]
        y = row.top + self.sizes.gap + self.sizes.bar + level * self.sizes.level + 1
        for piece in cut(self.view, own, apart=True):
            self._count(piece)
            key = self._classes(str(piece.state), piece), self._text(piece)
            paths.setdefault(key, []).append(_box(piece.start, piece.end, y, self.sizes.level - 1))
            if not piece.fine:
                self.labels.beside(piece, y + self.sizes.level - 4, at)

    def ideal(self, time: int) -> None:
        """Draw a line at the ideal end of the run, with its label below the times of the ticks."""
        x = self.view.x(time)
        self.shapes.append(f'<path class="ideal" d="M{x} {AXIS - 14}V{self.deep}"/>')
        side = ' text-anchor="end" dx="-5"' if x > UNITS // 2 else ' dx="5"'
        label = self.labels.words("lanes.ideal", time=self._time(time, self.view.span))
        self.labels.text(label, self.view.percent(time), AXIS - 5, "ideal", side)

    def _text(self, piece: Piece) -> str:
        one = piece.stretch
        key = piece.state, one and (one.object, one.note), piece.count if piece.band else 0
        if key not in self._texts:
            self._texts[key] = piece_text(self.labels.say, piece)
        return self._texts[key]

    def _count(self, piece: Piece) -> None:
        if piece.count > 1 and not piece.band:
            self.merged += piece.count

    def _classes(self, look: str, piece: Piece) -> str:
        kind = (" fine" if piece.fine else "") + (" far" if piece.band else "")
        return f"{look}{self.labels.thing(piece)}{kind}"

    def _bar(self, piece: Piece, top: int) -> list[tuple[str, str]]:
        """Return the looks and paths of a state."""
        start, end, bar = piece.start, piece.end, self.sizes.bar
        line = f"M{start} {top + bar / 2:g}H{end}"
        if piece.state == State.SLEEPING:
            return [("sleeping", _box(start, end, top, bar)), ("hatch", line)]
        if piece.state in (State.IDLE, State.LOOP):
            return [("idle", line)]
        if piece.state == State.READY:
            return [("ready", _box(start, end, top + bar // 2 - 3, 6))]
        if piece.state in WAITS:
            look = "joining" if piece.state == State.JOINING else "waiting"
            return [(look, _box(start, end, top + 1, bar - 2))]
        return [(piece.state, _box(start, end, top, bar))]

    def _end(self, lane: Lane, y: float) -> None:
        if lane.ending in MARKS and self.view.shows(lane.end, lane.end):
            late = self.view.x(lane.end) > UNITS * 0.97
            side = ' text-anchor="end" dx="-2"' if late else ' dx="3"'
            at = self.view.percent(lane.end)
            self.labels.text(MARKS[lane.ending], at, y - 3, f"end {lane.ending}", side)


def _box(start: int, end: int, top: int, height: int) -> str:
    return f"M{start} {top}h{end - start}v{height}h{start - end}z"
