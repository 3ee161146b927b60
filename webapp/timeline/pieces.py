"""What of a lane is drawn as one piece: short stretches are merged, and many of them are a band.

A piece that is narrower than a pixel (of 1000) is merged with its neighbours. Where many pieces are
narrow, a band stands for them; the pieces under it are `fine`, to be seen when one looks closer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from webapp.timeline.lanes import MIXED, Stretch
from webapp.timeline.scale import PIXEL, View

LEAST = 3 * PIXEL
"""The least width of a piece that stands alone."""

NARROW = 12 * PIXEL
"""Pieces, and gaps between pieces, that are narrower than this can be in a band."""

MANY = 8
"""Stretches that a band stands for, at least."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A state from `start` to `end`, in the picture's units.

    `count` is the number of its stretches. `stretch` is one of them if all are alike, else None.
    """

    state: str
    start: int
    end: int
    count: int
    stretch: Stretch | None
    fine: bool = False
    band: bool = False

    @property
    def width(self) -> int:
        """Its width in the picture's units."""
        return self.end - self.start

    @property
    def is_short(self) -> bool:
        """Whether it can be in a band: it is narrow, or stands for several stretches already."""
        return self.width < NARROW or self.count > 1


def cut(view: View, stretches: Iterable[Stretch], *, apart: bool = False) -> Iterator[Piece]:
    """Yield the pieces of stretches that follow each other; `apart` if there are gaps."""
    pieces = [*_merged(view, stretches, apart)]
    at = 0
    while at < len(pieces):
        end = _end_of_short(pieces, at, apart)
        group = pieces[at:end]
        if sum(piece.count for piece in group) >= MANY:
            yield from (
                Piece(one.state, one.start, one.end, one.count, one.stretch, fine=True)
                for one in group
            )
            yield _band(group)
            at = end
        else:
            yield pieces[at]
            at += 1


def _end_of_short(pieces: Sequence[Piece], at: int, apart: bool) -> int:
    """Return the index after the last short piece of those that follow each other from `at` on."""
    end = at
    while end < len(pieces) and pieces[end].is_short:
        if end > at and apart and pieces[end].start - pieces[end - 1].end >= NARROW:
            break
        end += 1
    return end


def _band(group: Sequence[Piece]) -> Piece:
    states = {piece.state for piece in group}
    alike = len(states) == 1 and len({_object(piece) for piece in group}) == 1
    return Piece(
        group[0].state if len(states) == 1 else MIXED,
        group[0].start,
        group[-1].end,
        sum(piece.count for piece in group),
        group[0].stretch if alike else None,
        band=True,
    )


def _object(piece: Piece) -> str | None:
    return piece.stretch.object if piece.stretch else None


def _merged(view: View, stretches: Iterable[Stretch], apart: bool) -> Iterator[Piece]:
    crowd: list[Stretch] = []
    end = 0
    for stretch in stretches:
        if not view.shows(stretch.start, stretch.end):
            continue
        last, start, end = end, view.x(stretch.start), view.x(stretch.end)
        far = apart and crowd and start - last >= PIXEL
        if crowd and (far or end - start >= PIXEL):
            yield _crowd(view, crowd)
            crowd = []
        if end - start >= PIXEL:
            yield Piece(stretch.state, start, end, 1, stretch)
        else:
            crowd.append(stretch)
    if crowd:
        yield _crowd(view, crowd)


def _crowd(view: View, crowd: Sequence[Stretch]) -> Piece:
    start, end = view.x(crowd[0].start), view.x(crowd[-1].end)
    states = {stretch.state for stretch in crowd}
    if end - start < PIXEL:
        # All together are narrower than a pixel: draw the longest one's state.
        longest = max(crowd, key=lambda stretch: stretch.end - stretch.start)
        end, states = start + LEAST, {longest.state}
    state = next(iter(states)) if len(states) == 1 else MIXED
    alike = len(states) == 1 and len({stretch.object for stretch in crowd}) == 1
    return Piece(state, start, end, len(crowd), crowd[0] if alike else None)
