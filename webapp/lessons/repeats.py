"""What many runs of one demo, with the same values, have in common, and what not.

    Recording ──> Tally.add() ──> Summary, of each run ──> distribution(), rarest(), compare_lines()

A run may have 100,000 events, so each recording is folded into a small summary as it comes. Whole
recordings are held of a few runs only: those that somebody may want to look at afterwards.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import count

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.outcomes import DemoOutcome, Told
from webapp.lessons.topic import Values

MOST_BARS = 10
"""Numbers are put into so many bars at most, and texts get so many bars of their own."""

LINES_COMPARED = 200
"""Of each run: enough for every demo of the course, with its defaults."""

LETTERS_COMPARED = 300
"""Of each line."""

MANY = 3
"""Runs: with fewer, that a line came in one only says nothing of how seldom it comes."""

EVENTS_HELD = 250_000
"""Of all recordings that are held together; about 250 bytes each."""

MASK = "…"
"""What stands for that which is another one in every run."""

OWN_END = frozenset({Outcome.FINISHED, Outcome.FAILED, Outcome.DEADLOCKED, Outcome.TIMED_OUT})
"""Endings that are the program's own: of the others its lines tell nothing."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of a run: `told` is what it came to (see `DemoOutcome.of`), `wall` seconds.

    `lines` are the first of its transcript, masked; there were more of them if it is `longer`.
    """

    run: str
    ending: Outcome
    told: Told | None
    wall: float
    lines: tuple[str, ...]
    longer: bool


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low`: whole ones up to and with `high`, others up to but without it."""

    low: int | Decimal
    high: int | Decimal


Key = Told | Range | None
"""What the runs of a bar came to; None where it could not be told."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The `runs` that came to `key`, in the order in which they were over."""

    key: Key
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each outcome came: numbers by size, then texts, the most frequent first.

    `tail` holds the texts that have no bar of their own, for there are too many.
    """

    bars: tuple[Bar, ...]
    tail: tuple[Bar, ...] = ()

    @property
    def seen(self) -> tuple[Bar, ...]:
        """Everything that came at all."""
        return tuple(bar for bar in (*self.bars, *self.tail) if bar.runs)


@dataclass(frozen=True, slots=True)
class Rarest:
    """What came least often, and the first run that came to it. `ties` others came as seldom."""

    bar: Bar
    ties: int

    @property
    def run(self) -> str:
        """The run to look at."""
        return self.bar.runs[0]


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line over all runs: the `occurrence`th of its text, of which it is `repeated` if many.

    `earliest` and `latest` are its places in the transcripts, from 1. It came in `runs` runs; if
    those are all, `kept` says whether the same lines came before it in each of them, else None.
    """

    text: str
    occurrence: int
    repeated: bool
    earliest: int
    latest: int
    runs: int
    kept: bool | None


@dataclass(frozen=True, slots=True)
class ComparedLines:
    """All lines over `runs` runs, by their places. Those of a single run are only counted: `once`.

    Only the beginning of some transcripts was compared if it is `cut`.
    """

    lines: tuple[ComparedLine, ...]
    runs: int
    once: tuple[str, ...] = ()
    cut: bool = False


class Tally:
    """Folds recordings into summaries, and holds a few of them to be looked at."""

    def __init__(self, outcome: DemoOutcome, values: Values) -> None:
        self._outcome = outcome
        self._values = values
        self.summaries: list[Summary] = []
        self.held: dict[str, Recording] = {}

    def add(self, run: str, recording: Recording) -> Summary:
        """Take the next run that is over."""
        summary = summarise(run, recording, self._outcome, self._values)
        self.summaries.append(summary)
        self.held[run] = recording
        self._let_go()
        return summary

    @property
    def quickest(self) -> Summary | None:
        """The run that took the least time, of those that came to their own end."""
        return min(self._own_ends(), key=lambda summary: summary.wall, default=None)

    @property
    def slowest(self) -> Summary | None:
        """The run that took the most."""
        return max(self._own_ends(), key=lambda summary: summary.wall, default=None)

    def _own_ends(self) -> list[Summary]:
        return [summary for summary in self.summaries if summary.ending in OWN_END]

    def _let_go(self) -> None:
        """Hold the first run of each outcome, the quickest and the slowest, within the limit."""
        first: dict[object, str] = {}
        for summary in self.summaries:
            first.setdefault(_kind(summary.told), summary.run)
        wanted = [*first.values(), *(s.run for s in (self.quickest, self.slowest) if s)]
        self.held = {run: self.held[run] for run in wanted if run in self.held}
        # What is rare will be asked for, and of what came as often, the first.
        often = Counter(_kind(summary.told) for summary in self.summaries)
        kinds = {summary.run: _kind(summary.told) for summary in self.summaries}
        latest_first = reversed(self.held)
        *spare, _ = sorted(latest_first, key=lambda run: often[kinds[run]], reverse=True)
        for run in spare:
            if sum(len(recording.events) for recording in self.held.values()) <= EVENTS_HELD:
                break
            del self.held[run]


def summarise(run: str, recording: Recording, outcome: DemoOutcome, values: Values) -> Summary:
    """Keep of a run what its comparison with others needs."""
    own = _own_numbers(recording)
    return Summary(
        run=run,
        ending=recording.outcome,
        told=outcome.of(recording, values),
        wall=recording.wall,
        lines=tuple(masked(line.text, own) for line in recording.lines[:LINES_COMPARED]),
        longer=len(recording.lines) > LINES_COMPARED,
    )


# --- outcomes ---------------------------------------------------------------------------------


def outcomes(summaries: Sequence[Summary]) -> Distribution:
    """How often each outcome came."""
    return distribution([(summary.run, summary.told) for summary in summaries])


def walls(summaries: Sequence[Summary]) -> Distribution:
    """How long the runs took, in seconds; those that were stopped or lost tell nothing of it."""
    own = [summary for summary in summaries if summary.ending in OWN_END]
    return distribution([(summary.run, summary.wall) for summary in own])


def endings(summaries: Sequence[Summary]) -> tuple[tuple[Outcome, int], ...]:
    """How many runs ended in which way, the most frequent first."""
    return tuple(Counter(summary.ending for summary in summaries).most_common())


def distribution(told: Sequence[tuple[str, Told | None]]) -> Distribution:
    """Put runs, each with what it came to, into bars."""
    numbers = [(run, value) for run, value in told if isinstance(value, int | float)]
    groups: defaultdict[object, list[str]] = defaultdict(list)
    keys: dict[object, Key] = {}
    for run, value in told:
        if not isinstance(value, int | float):
            groups[_kind(value)].append(run)
            keys[_kind(value)] = value
    named = [Bar(keys[kind], tuple(runs)) for kind, runs in groups.items()]
    # Sorting keeps the order of those that are equal: who came first stays first.
    named.sort(key=lambda bar: (_rank(bar.key), -len(bar.runs)))
    texts = [bar for bar in named if _rank(bar.key) == 0]
    tail = texts[MOST_BARS - 1 :] if len(texts) > MOST_BARS else []
    shown = [bar for bar in named if bar not in tail]
    return Distribution((*_histogram(numbers), *shown), tuple(tail))


def rarest(distribution: Distribution) -> Rarest | None:
    """What came least often; None where everything came to the same."""
    seen = distribution.seen
    if not seen[1:]:
        return None
    least = min(len(bar.runs) for bar in seen)
    rare = [bar for bar in seen if len(bar.runs) == least]
    return Rarest(rare[0], len(rare) - 1)


def _kind(value: Told | None) -> object:
    """What tells outcomes apart: the engine's word `failed` is not a line that says so."""
    return (type(value) if isinstance(value, Outcome) else None, value)


def _rank(key: Key) -> int:
    """Where a bar without a number stands: texts, then how runs ended, then what is not known."""
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
    """Few values stay single: side by side with the gaps between them, or far apart without."""
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
    """The finest width of 1, 2 or 5 times a power of ten that makes no more bars than allowed."""
    finest = Decimal(str(high - low)) / MOST_BARS
    for exponent in count(finest.adjusted()):
        for factor in (1, 2, 5):
            step = Decimal(factor).scaleb(exponent)
            if _place(high, step) - _place(low, step) < MOST_BARS:
                return step
    raise AssertionError("a step that is wide enough always comes")


def _place(value: float, step: Decimal) -> int:
    return int((Decimal(str(value)) / step).to_integral_value(ROUND_FLOOR))


# --- lines ------------------------------------------------------------------------------------

# In this order: an address, a date, a time of day, a number with a point, a number that the words
# before it call an id; and any other number that stands alone, which may be an id of this run.
_VARYING = re.compile(
    r"0x[0-9a-fA-F]+"
    r"|\b\d{4}-\d\d-\d\d\b"
    r"|\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?"
    r"|(?<![\w.])\d+\.\d+(?:e-?\d+)?(?![\w.])"
    r"|(?:(?<=\bpid[ =])|(?<=\bID )|(?<=\bident )|(?<=\bparent[ =]))\d+\b"
    r"|(?P<number>(?<![\w.#^-])\d+(?![\w.]\d|\w))"
)


def masked(text: str, own: frozenset[str]) -> str:
    """Put a mark in place of what is another one in every run; `own` are the run's own ids."""

    def mask(found: re.Match[str]) -> str:
        number = found.group("number")
        return number if number and number not in own else MASK

    return _VARYING.sub(mask, text[:LETTERS_COMPARED])


def compare_lines(summaries: Sequence[Summary]) -> ComparedLines:
    """Find where each line came in all the runs, and whether it kept its place among the others."""
    own = [summary for summary in summaries if summary.ending in OWN_END]
    orders = [_told_apart(summary.lines) for summary in own]
    places = [{line: at for at, line in enumerate(order, 1)} for order in orders]
    often = Counter(line for order in orders for line in order)
    everywhere = {line for line, runs in often.items() if runs == len(own)}
    kept = _kept(orders, everywhere)
    found = []
    once = []
    for line, runs in often.items():
        absent = (summary for summary, at in zip(own, places, strict=True) if line not in at)
        if any(summary.longer for summary in absent):
            continue  # it may have come later there
        if runs == 1 and len(own) >= MANY:
            once.append(line[0])
            continue
        seen = [at[line] for at in places if line in at]
        repeated = (line[0], 2) in often
        order = line in kept if line in everywhere else None
        found.append(ComparedLine(*line, repeated, min(seen), max(seen), runs, order))
    found.sort(key=lambda line: (line.earliest, line.latest, -line.runs))
    return ComparedLines(tuple(found), len(own), tuple(once), any(s.longer for s in own))


_Line = tuple[str, int]
"""A text, and the how manieth of it in its run."""


def _told_apart(texts: Iterable[str]) -> list[_Line]:
    seen: Counter[str] = Counter()
    lines = []
    for text in texts:
        seen[text] += 1
        lines.append((text, seen[text]))
    return lines


def _kept(orders: Sequence[Sequence[_Line]], everywhere: set[_Line]) -> set[_Line]:
    """The lines before which the same ones came in every run, and so the same after them."""
    numbers = {line: number for number, line in enumerate(everywhere)}
    before: defaultdict[_Line, set[int]] = defaultdict(set)
    for order in orders:
        seen = 0  # a bit for each line
        for line in order:
            if line in numbers:
                before[line].add(seen)
                seen |= 1 << numbers[line]
    return {line for line, sets in before.items() if len(sets) == 1}


def _own_numbers(recording: Recording) -> frozenset[str]:
    """The ids of the run's processes and threads, as they would be printed."""
    return frozenset(str(id) for event in recording.events for id in event.key)
