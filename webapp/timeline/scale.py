"""The time axis: the visible interval, its ticks, and the format of times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

UNITS = 20_000
"""The width of a picture in its own units."""

PIXEL = UNITS // 1000
"""A pixel in UNITS, if the picture is 1000 pixels wide."""

FOLD = 30 * PIXEL
"""The width of a fold."""

TICKS = 6
"""The least number of ticks, on an axis of at least as many microseconds."""

MILLISECOND, SECOND = 1_000, 1_000_000

Fold = tuple[int, int]
"""The start and end of an interval that is drawn as narrow as FOLD, in microseconds."""


class View(NamedTuple):
    """The visible interval, in microseconds, and the `folds` in it, in order."""

    start: int
    end: int
    folds: tuple[Fold, ...] = ()

    @property
    def span(self) -> int:
        """Its length in microseconds, at least 1."""
        return max(1, self.end - self.start)

    @property
    def unfolded(self) -> int:
        """The length of what is not folded, in microseconds, at least 1."""
        return max(1, self.span - sum(end - start for start, end in self.folds))

    def x(self, time: int) -> int:
        """Return the place of a time in UNITS, clipped to the view."""
        from_, until, folds = self
        # Comparisons: this is asked of every stretch, and min() and max() take twice as long.
        inside = from_ if time < from_ else until if time > until else time
        passed, x = inside - from_, 0.0
        if not folds:
            return round(passed * UNITS / self.span)
        for start, end in folds:
            folded = min(max(inside, start), end) - start
            passed -= folded
            x += FOLD * folded / (end - start)
        return round(x + passed * (UNITS - FOLD * len(folds)) / self.unfolded)

    def percent(self, time: int) -> str:
        """Return the place of a time as a percentage of the width, such as "12.5%"."""
        return percent(self.x(time))

    def shows(self, start: int, end: int) -> bool:
        """Return whether an interval overlaps the view."""
        return start <= self.end and end >= self.start


def percent(x: int) -> str:
    """Return a place in UNITS as a percentage of the width, such as "12.5%"."""
    return f"{x * 100 / UNITS:.2f}".rstrip("0").rstrip(".") + "%"


def ticks(view: View) -> Iterator[int]:
    """Yield round times in the view that are not folded, in microseconds."""
    step = _step(view.unfolded)
    time = -(-view.start // step) * step
    while time <= view.end:
        if not any(start < time < end for start, end in view.folds):
            yield time
        time += step


def written(time: int, span: int) -> str:
    """Format a time (µs) in the unit for an axis of that span (µs): s, ms or µs."""
    if span >= SECOND:
        return f"{time / SECOND:.6f}".rstrip("0").rstrip(".") + " s"
    if span >= MILLISECOND:
        return f"{time / MILLISECOND:.3f}".rstrip("0").rstrip(".") + " ms"
    return f"{time} µs"


def _step(span: int) -> int:
    """Return the largest 1, 2 or 5 × a power of ten that gives at least TICKS ticks."""
    step = 1
    for factor in (2, 2.5, 2) * 12:
        longer = round(step * factor)
        if span < longer * TICKS:
            break
        step = longer
    return step
