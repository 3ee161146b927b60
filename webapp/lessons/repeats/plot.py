"""The rows of a dot plot: a bar each, with empty ones folded and the expected value among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp.lessons.repeats.distribution import Bar, Key, Range


@dataclass(frozen=True, slots=True)
class PlotRow:
    """The ids of the runs with outcome `key`; `expected` if the expected value is in it."""

    key: Key
    runs: tuple[str, ...]
    expected: bool = False


def plot(bars: Sequence[Bar], expected: float | None = None) -> Iterator[PlotRow]:
    """Yield the rows of a plot.

    Adjacent empty bars become one row. An expected value that is in no bar gets a row of its own,
    at its place among the numbers.
    """
    rows = [PlotRow(bar.key, bar.runs, _holds(bar.key, expected)) for bar in bars]
    if expected is not None and not any(row.expected for row in rows):
        place = sum(1 for row in rows if (ends := _ends(row.key)) and ends[0] < expected)
        rows.insert(place, PlotRow(expected, (), expected=True))
    yield from _folded(rows)


def _folded(rows: Sequence[PlotRow]) -> Iterator[PlotRow]:
    empty: list[PlotRow] = []
    for row in rows:
        if row.runs or row.expected:
            yield from _one(empty)
            empty = []
            yield row
        else:
            empty.append(row)
    yield from _one(empty)


def _one(empty: Sequence[PlotRow]) -> Iterator[PlotRow]:
    ends = [found for row in empty if (found := _ends(row.key))]
    if len(ends) > 1:
        yield PlotRow(Range(ends[0][0], ends[-1][1]), ())
    else:
        yield from empty


def _holds(key: Key, value: float | None) -> bool:
    ends = _ends(key)
    if value is None or ends is None:
        return False
    low, high = ends
    # The high end belongs to a bar of whole numbers, and to one of a single number.
    return low <= value <= high if isinstance(high, int) or low == high else low <= value < high


def _ends(key: Key) -> tuple[int | Decimal, int | Decimal] | None:
    """Return the least and the greatest number of a bar; None if it has no number."""
    match key:
        case Range():
            return key.low, key.high
        case int():
            return key, key
        case float():
            return Decimal(str(key)), Decimal(str(key))
    return None
