"""The summary of a repetition: outcomes, times, the rarest outcome, and the order of lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from webapp.engine.recording import Outcome
from webapp.lessons.repeats import distribution as distributions
from webapp.lessons.repeats.distribution import Distribution, Rarest
from webapp.pages import addresses
from webapp.pages.repeat.answers import AnswerCounts, count_answers
from webapp.pages.repeat.histogram import Histogram, outcome_histogram, wall_histogram
from webapp.pages.repeat.label import Label, count_text, outcome_label
from webapp.pages.repeat.lines import LineTable, build_line_table
from webapp.pages.repeat.running import RUNS, Repetition
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class RarestRun:
    """The rarest outcome. `address` is that of one of its runs, or "" if none was kept."""

    label: Label
    count: str
    ties: str
    address: str


@dataclass(frozen=True)
class Repeats:
    """The result of an ended repetition; the histogram of `outcomes` stands where lanes do."""

    say: Wording
    status: str
    clock: str
    title: str
    facts: tuple[str, ...]
    answers: tuple[AnswerCounts, ...]
    outcomes: Histogram | None
    walls: Histogram | None
    reading: str
    rarest: RarestRun | None
    lines: LineTable | None


def build_repeats(site: Site, run: Run, repetition: Repetition, kept: Collection[str]) -> Repeats:
    """Return the summary of a repetition, with links to the `kept` runs."""
    say = site.wordings[run.language]
    summaries = repetition.tally.summaries
    outcomes = distributions.outcomes(summaries)
    rarest = distributions.rarest(outcomes)
    links = {id: addresses.run(run.language, id) for id in kept}
    return Repeats(
        say=say,
        status=say("repeat.over", count=len(summaries), all=RUNS),
        clock=say.times(f"{repetition.took:.3f} s"),
        title=_title(say, len(summaries)),
        facts=tuple(_facts(say, repetition)),
        answers=tuple(count_answers(say, repetition.tally.answered, run.predicted)),
        outcomes=outcome_histogram(say, run, summaries, over=True),
        walls=wall_histogram(say, run, repetition, links),
        reading=_reading(say, outcomes, len(summaries)),
        rarest=_rarest(say, rarest, links) if rarest else None,
        lines=build_line_table(say, summaries),
    )


def _facts(say: Wording, repetition: Repetition) -> Iterator[str]:
    summaries = repetition.tally.summaries
    if len(summaries) < RUNS:
        reason = "stopped" if repetition.stopped else "fewer"
        yield say(f"repeat.{reason}", count=len(summaries), all=RUNS)
    if repetition.together > 1:
        alone = say.seconds(sum(summary.wall for summary in summaries))
        together = repetition.together
        yield say("repeat.together", count=together, took=say.seconds(repetition.took), alone=alone)
    elif len(summaries) > 1:
        yield say("repeat.in_turn", took=say.seconds(repetition.took))
    endings = distributions.endings(summaries)
    if any(ending is not Outcome.FINISHED for ending, _ in endings):
        counts = (
            say("repeat.ending", title=say(f"outcome.{ending.name.lower()}.title"), count=count)
            for ending, count in endings
        )
        yield say("repeat.endings", list=say("list.separator").join(counts))


def _reading(say: Wording, outcomes: Distribution, count: int) -> str:
    kinds = len(outcomes.seen)
    if count <= 1 or not kinds:
        return ""
    return say("repeat.same" if kinds == 1 else "repeat.differ", count=count, kinds=kinds)


def _title(say: Wording, count: int) -> str:
    few = {0: "repeat.title_none", 1: "repeat.title_one"}
    return say(few.get(count, "repeat.title"), count=count)


def _rarest(say: Wording, rarest: Rarest, kept: Mapping[str, str]) -> RarestRun:
    ties = say("repeat.ties", count=rarest.ties) if rarest.ties else ""
    address = next((kept[id] for id in rarest.bar.runs if id in kept), "")
    return RarestRun(
        outcome_label(say, rarest.bar.key), count_text(say, len(rarest.bar.runs)), ties, address
    )
