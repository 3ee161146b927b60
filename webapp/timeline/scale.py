"""The time axis: which stretch of time is shown, where its ticks are, how times are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

UNITS = 20_000
"""The width of a picture in its own units. At a thousand pixels, twenty are one."""

PIXEL = UNITS // 1000
TICKS = 6
"""There are at least so many ticks, if the axis is long enough for microseconds."""

MILLISECOND, SECOND = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class View:
    """The stretch of time that is shown, in microseconds."""

    start: int
    end: int

    @property
    def span(self) -> int:
        """How long it is; never nothing."""
        return max(1, self.end - self.start)

    def x(self, time: int) -> int:
        """Where a time is, in UNITS; outside of the view, at its edge."""
        inside = min(max(time, self.start), self.end)
        return round((inside - self.start) * UNITS / self.span)

    def percent(self, time: int) -> str:
        """Where a time is, in hundredths of the width."""
        return f"{self.x(time) * 100 / UNITS:.2f}".rstrip("0").rstrip(".") + "%"

    def shows(self, start: int, end: int) -> bool:
        """Whether any of a stretch is in it."""
        return start <= self.end and end >= self.start


def ticks(view: View) -> Iterator[int]:
    """Times with round numbers, from the first to the last that is in the view."""
    step = _step(view.span)
    time = -(-view.start // step) * step
    while time <= view.end:
        yield time
        time += step


def written(time: int, span: int) -> str:
    """A time on an axis of that span: in seconds, milliseconds or microseconds."""
    if span >= SECOND:
        return f"{time / SECOND:.6f}".rstrip("0").rstrip(".") + " s"
    if span >= MILLISECOND:
        return f"{time / MILLISECOND:.3f}".rstrip("0").rstrip(".") + " ms"
    return f"{time} µs"


def _step(span: int) -> int:
    """The longest of 1, 2 and 5 times a power of ten that gives enough ticks."""
    step = 1
    for factor in (2, 2.5, 2) * 12:
        longer = round(step * factor)
        if span < longer * TICKS:
            break
        step = longer
    return step
