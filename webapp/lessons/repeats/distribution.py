"""Histogram of outcomes: numbers by size, texts by frequency; and the rarest outcome."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import count

from webapp.engine.recording import Outcome
from webapp.lessons.outcomes import Told
from webapp.lessons.repeats.summary import Summary, own_ends

MOST_BARS = 10
"""The most bars for numbers, and the most bars for texts."""


@dataclass(frozen=True, slots=True)
class Range:
    """A bin of numbers from `low` to `high`. `high` is included only for integers."""

    low: int | Decimal
    high: int | Decimal


Key = Told | Range | None
"""The outcome of a bar's runs; None if it is unknown."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The ids of the runs with outcome `key`, in the order in which they ended."""

    key: Key
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Bars of outcomes: numbers by size, then texts by frequency, then endings, then unknown.

    `tail` holds the rarest texts if there are more than MOST_BARS.
    """

    bars: tuple[Bar, ...]
    tail: tuple[Bar, ...] = ()

    @property
    def seen(self) -> tuple[Bar, ...]:
        """All bars with runs, those of `tail` included."""
        return tuple(bar for bar in (*self.bars, *self.tail) if bar.runs)


@dataclass(frozen=True, slots=True)
class Rarest:
    """The outcome with the fewest runs; `ties` other outcomes have as few."""

    bar: Bar
    ties: int

    @property
    def run(self) -> str:
        """The id of the first run with that outcome."""
        return self.bar.runs[0]


def outcomes(summaries: Sequence[Summary]) -> Distribution:
    """Return the distribution of the outcomes."""
    return distribution([(summary.run, summary.told) for summary in summaries])


def walls(summaries: Sequence[Summary]) -> Distribution:
    """Return the distribution of wall times in seconds, of runs that ended by themselves."""
    return distribution([(summary.run, summary.wall) for summary in own_ends(summaries)])


def endings(summaries: Sequence[Summary]) -> tuple[tuple[Outcome, int], ...]:
    """Return how often each ending occurred, the most frequent first."""
    return tuple(Counter(summary.ending for summary in summaries).most_common())


def distribution(told: Sequence[tuple[str, Told | None]]) -> Distribution:
    """Group runs by outcome. `told` holds the id and the outcome of each run."""
    numbers = [(run, value) for run, value in told if isinstance(value, int | float)]
    groups: defaultdict[object, list[str]] = defaultdict(list)
    keys: dict[object, Key] = {}
    for run, value in told:
        if not isinstance(value, int | float):
            groups[kind_of(value)].append(run)
            keys[kind_of(value)] = value
    named = [Bar(keys[kind], tuple(runs)) for kind, runs in groups.items()]
    # Sorting is stable: of equally frequent outcomes, the one that occurred first stays first.
    named.sort(key=lambda bar: (_rank(bar.key), -len(bar.runs)))
    texts = [bar for bar in named if _rank(bar.key) == 0]
    tail = texts[MOST_BARS - 1 :] if len(texts) > MOST_BARS else []
    shown = [bar for bar in named if bar not in tail]
    return Distribution((*_histogram(numbers), *shown), tuple(tail))


def rarest(distribution: Distribution) -> Rarest | None:
    """Return the rarest outcome; None if there is only one."""
    seen = distribution.seen
    if not seen[1:]:
        return None
    least = min(len(bar.runs) for bar in seen)
    rare = [bar for bar in seen if len(bar.runs) == least]
    return Rarest(rare[0], len(rare) - 1)


def kind_of(value: Told | None) -> object:
    """Return a key that tells outcomes apart: `Outcome.FAILED` is not a printed "failed"."""
    return (type(value) if isinstance(value, Outcome) else None, value)


def _rank(key: Key) -> int:
    """Return the place of a bar without a number: texts, then endings, then unknown."""
    if key is None:
        return 2
    return int(isinstance(key, Outcome))


def _histogram(numbers: Sequence[tuple[str, float]]) -> Iterator[Bar]:
    if not numbers:
        return
    values = [value for _, value in numbers]
    low, high = min(values), max(values)
    if low == high:
        yield Bar(low, tuple(run for run, _ in numbers))
    elif all(isinstance(value, int) for value in values):
        yield from _whole(numbers, int(low), int(high))
    else:
        yield from _ranges(numbers, low, high)


def _whole(numbers: Sequence[tuple[str, float]], low: int, high: int) -> Iterator[Bar]:
    """Yield a bar for each integer: with empty bars for gaps if the range is small, else without.

    Yields ranges if there are too many different integers.
    """
    different = sorted({int(value) for _, value in numbers})
    if high - low < MOST_BARS:
        different = [*range(low, high + 1)]
    if len(different) > MOST_BARS:
        yield from _ranges(numbers, low, high)
        return
    for value in different:
        yield Bar(value, tuple(run for run, number in numbers if number == value))


def _ranges(numbers: Sequence[tuple[str, float]], low: float, high: float) -> Iterator[Bar]:
    whole = isinstance(low, int) and isinstance(high, int)
    step = _step(low, high)
    places = [(run, _place(value, step)) for run, value in numbers]
    for at in range(_place(low, step), _place(high, step) + 1):
        runs = tuple(run for run, place in places if place == at)
        if whole:
            yield Bar(Range(int(at * step), int((at + 1) * step) - 1), runs)
        else:
            yield Bar(Range(at * step, (at + 1) * step), runs)


def _step(low: float, high: float) -> Decimal:
    """Return the smallest width, 1, 2 or 5 × a power of ten, that makes at most MOST_BARS bars."""
    finest = Decimal(str(high - low)) / MOST_BARS
    for exponent in count(finest.adjusted()):
        for factor in (1, 2, 5):
            step = Decimal(factor).scaleb(exponent)
            if _place(high, step) - _place(low, step) < MOST_BARS:
                return step
    raise AssertionError("a step that is wide enough always comes")


def _place(value: float, step: Decimal) -> int:
    return int((Decimal(str(value)) / step).to_integral_value(ROUND_FLOOR))
