"""Histograms of the outcomes and the wall times of many runs: a dot for each run.

Where there may be thousands of runs, a bar shows the part that they are of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from webapp.lessons.repeats import distribution as distributions
from webapp.lessons.repeats.distribution import Bar, Distribution, Key, Range
from webapp.lessons.repeats.plot import PlotRow, plot
from webapp.lessons.repeats.summary import Summary
from webapp.pages import addresses
from webapp.pages.repeat.label import Label, count_text, outcome_label
from webapp.pages.repeat.running import Repetition
from webapp.pages.site.site import Run
from webapp.pages.texts.wording import Wording

SHORT_LABEL = 16
"""Characters. Longer labels go above their dots."""

SHORT_RUN = 1.0
"""Seconds: times of shorter runs are shown in milliseconds."""


@dataclass(frozen=True)
class Dot:
    """One run: its number and time in words, and its address while it can be opened."""

    text: str
    address: str


@dataclass(frozen=True)
class HistogramBar:
    """One bar; `expected` marks the one with the expected value.

    It is drawn as its `dots`, or as a `part` of all runs from 0 to 1.
    """

    label: Label
    dots: tuple[Dot, ...]
    count: str
    share: str
    expected: bool = False
    part: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether no run is in it."""
        return not self.dots and not self.part


@dataclass(frozen=True)
class Histogram:
    """How often each outcome, or each wall time, occurred. `expected` names the expected value."""

    title: str
    bars: tuple[HistogramBar, ...]
    expected: str = ""
    links: tuple[Link, ...] = ()

    @property
    def long(self) -> bool:
        """Whether the labels are too long to go beside their bars."""
        return any(len(bar.label.text) > SHORT_LABEL for bar in self.bars)


@dataclass(frozen=True)
class Link:
    """A link to a run."""

    text: str
    address: str


def outcome_histogram(
    say: Wording, run: Run, summaries: Sequence[Summary], *, over: bool
) -> Histogram | None:
    """Return the histogram of the outcomes; None before the first run is over.

    Its dots are links when all runs are `over`: to follow one earlier would end the others.
    """
    outcomes = distributions.outcomes(summaries)
    if not outcomes.bars:
        return None
    outcome, dots = run.demo.outcome, _dots(say, run, summaries, over=over)
    expected = outcome.expected(run.values) if outcome.expected else None
    return Histogram(
        say("repeat.outcome", label=outcome.label[run.language]),
        tuple(_bars(say, outcomes, dots, expected)),
        say("repeat.expected") if expected is not None else "",
    )


def wall_histogram(
    say: Wording, run: Run, repetition: Repetition, kept: Mapping[str, str]
) -> Histogram | None:
    """Return the histogram of the wall times; None if no run ended by itself.

    The expected time is the demo's ideal. `kept` maps the ids of kept runs to their addresses.
    """
    tally = repetition.tally
    walls = distributions.walls(tally.summaries)
    if not walls.bars:
        return None
    short = tally.slowest is None or tally.slowest.wall < SHORT_RUN
    ideal = run.demo.ideal.seconds(run.values)
    expected = (ideal * 1000 if short else ideal) or None
    return Histogram(
        say("repeat.wall_ms" if short else "repeat.wall_s"),
        tuple(
            _bars(
                say,
                _in_milliseconds(walls) if short else walls,
                _dots(say, run, tally.summaries, over=True),
                expected,
            )
        ),
        say("repeat.ideal") if expected else "",
        tuple(_extremes(say, repetition, kept)),
    )


def _dots(say: Wording, run: Run, summaries: Sequence[Summary], *, over: bool) -> Mapping[str, Dot]:
    """Return the dot of each run, by its id."""
    return {
        summary.run: Dot(
            say("repeat.dot", number=number, time=say.seconds(summary.wall)),
            addresses.run(run.language, summary.run) if over else "",
        )
        for number, summary in enumerate(summaries, 1)
    }


def _bars(
    say: Wording, distribution: Distribution, dots: Mapping[str, Dot], expected: float | None
) -> Iterator[HistogramBar]:
    for row in plot(distribution.bars, expected):
        yield _bar(say, outcome_label(say, row.key), row, dots)
    if distribution.tail:
        runs = tuple(run for bar in distribution.tail for run in bar.runs)
        others = Label(say("repeat.others", count=len(distribution.tail)))
        yield _bar(say, others, PlotRow(None, runs), dots)


def _bar(say: Wording, label: Label, row: PlotRow, dots: Mapping[str, Dot]) -> HistogramBar:
    count = len(row.runs)
    return HistogramBar(
        label=label,
        dots=tuple(dots[run] for run in row.runs),
        count=count_text(say, count),
        share=say("repeat.share", percent=round(100 * count / len(dots))),
        expected=row.expected,
    )


def _in_milliseconds(seconds: Distribution) -> Distribution:
    return Distribution(tuple(Bar(_scaled(bar.key), bar.runs) for bar in seconds.bars))


def _scaled(key: Key) -> Key:
    if isinstance(key, Range):
        return Range(Decimal(key.low).scaleb(3), Decimal(key.high).scaleb(3))
    return key * 1000.0 if isinstance(key, int | float) else key


def _extremes(say: Wording, repetition: Repetition, kept: Mapping[str, str]) -> Iterator[Link]:
    tally = repetition.tally
    for name, summary in (("quickest", tally.quickest), ("slowest", tally.slowest)):
        if summary and summary.run in kept:
            text = say(f"repeat.{name}", time=say.seconds(summary.wall))
            yield Link(text, kept[summary.run])
