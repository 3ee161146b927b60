"""Histograms of the outcomes and the wall times of many runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from webapp.lessons.repeats.distribution import Bar, Distribution, Key, Range
from webapp.pages.repeat.label import Label, count_text, outcome_label
from webapp.pages.repeat.running import Repetition
from webapp.pages.site.site import Run
from webapp.pages.texts.wording import Wording

SHORT_LABEL = 16
"""Characters. Longer labels go above their bars."""


@dataclass(frozen=True)
class HistogramBar:
    """One bar. `width` is in per cent of the longest bar; `address` is one of its runs', or ""."""

    label: Label
    width: int
    count: str
    share: str
    address: str = ""


@dataclass(frozen=True)
class Histogram:
    """How often each outcome, or each wall time, occurred."""

    title: str
    bars: tuple[HistogramBar, ...]
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


def build_histograms(
    say: Wording,
    run: Run,
    repetition: Repetition,
    found: tuple[Distribution, Distribution],
    kept: Mapping[str, str],
) -> Iterator[Histogram]:
    """Yield the histograms of `found`: the outcomes and the wall times.

    `kept` maps the ids of kept runs to their addresses.
    """
    outcomes, walls = found
    if outcomes.bars:
        title = say("repeat.outcome", label=run.demo.outcome.label[run.language])
        yield Histogram(title, tuple(_bars(say, outcomes, kept)))
    if walls.bars:
        short = repetition.tally.slowest is None or repetition.tally.slowest.wall < 1
        title = say("repeat.wall_ms" if short else "repeat.wall_s")
        scaled = _in_milliseconds(walls) if short else walls
        bars = tuple(replace(bar, address="") for bar in _bars(say, scaled, {}))
        yield Histogram(title, bars, tuple(_extremes(say, repetition, kept)))


def _bars(
    say: Wording, distribution: Distribution, kept: Mapping[str, str]
) -> Iterator[HistogramBar]:
    tail = [run for bar in distribution.tail for run in bar.runs]
    counts = [*(len(bar.runs) for bar in distribution.bars), len(tail)]
    for bar in distribution.bars:
        address = next((kept[id] for id in bar.runs if id in kept), "")
        yield _bar(say, outcome_label(say, bar.key), len(bar.runs), counts, address)
    if tail:
        others = Label(say("repeat.others", count=len(distribution.tail)))
        yield _bar(say, others, len(tail), counts, "")


def _bar(
    say: Wording, label: Label, count: int, counts: Sequence[int], address: str
) -> HistogramBar:
    share = say("repeat.share", percent=round(100 * count / sum(counts)))
    return HistogramBar(
        label, round(100 * count / max(counts)), count_text(say, count), share, address
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
