"""A repetition as a stream: server-sent events for htmx, or a page that grows without it.

A page that is loaded again takes its repetition up: it gets what there is, in its own language, and
then what comes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from webapp.engine.runner import Phase
from webapp.lessons.repeats.summary import Summary
from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.repeat.histogram import Histogram, outcome_histogram
from webapp.pages.repeat.keeping import keep_notable
from webapp.pages.repeat.label import Label, outcome_label
from webapp.pages.repeat.panel import Repeats, build_repeats
from webapp.pages.repeat.running import RUNS, Repetition
from webapp.pages.run.live import LANES_HERE, LINES_HERE, OVER, RESULT_HERE, cut, message
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording
from webapp.streaming import Pieces

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RepeatProgress:
    """How many runs of `all` have ended (`done`). `outcome` names what is compared."""

    say: Wording
    id: str
    phase: Phase
    done: int
    all: int
    outcome: str
    stop: str


@dataclass(frozen=True)
class RunLine:
    """One ended run; `number` counts from 1."""

    say: Wording
    number: int
    wall: str
    outcome: Label


@dataclass(frozen=True)
class RunsEnded:
    """The runs that have ended since the last message. `outcomes` are those of all runs so far."""

    say: Wording
    progress: RepeatProgress
    outcomes: Histogram | None
    lines: Sequence[RunLine]


@dataclass(frozen=True)
class RepeatEnding:
    """The end of a repetition. `repeats` is None if building the summary failed."""

    say: Wording
    repeats: Repeats | None


def as_events(site: Site, repetition: Repetition, language: Language) -> Pieces:
    """Stream a repetition to htmx: what there is, and then what comes.

    If another page takes it up, the stream ends without a result.
    """
    run = replace(repetition.run, language=language)
    yield _message(site, "repeat/_begun.html", _progress(site, run, repetition))
    if past := repetition.tally.summaries:
        yield _message(site, "repeat/_more.html", _more(site, run, repetition, past))
    with closing(repetition.follow()) as summaries:
        for summary in summaries:
            if isinstance(summary, Summary):
                more = _more(site, run, repetition, [summary])
                yield _message(site, "repeat/_more.html", more)
            else:
                yield summary
    if repetition.is_over:
        yield _message(site, "repeat/_ending.html", _end(site, run, repetition))
        yield OVER


def as_page(site: Site, repetition: Repetition, page: str) -> Pieces:
    """Stream a repetition into a page. `page` has markers for the lines and for the result."""
    run = repetition.run
    before, lanes, between, after = cut(page, LINES_HERE, LANES_HERE, RESULT_HERE)
    progress = _progress(site, run, repetition)
    yield before.encode()
    yield site.render("repeat/_intro.html", progress).encode()
    with closing(repetition.follow()) as summaries:
        for summary in summaries:
            if isinstance(summary, Summary):
                line = _line(progress.say, len(repetition.tally.summaries), summary)
                yield site.render("repeat/_line.html", line).encode()
            else:
                yield summary
    ending = _end(site, run, repetition)
    yield lanes.encode()
    yield site.render("repeat/_ended_outcomes.html", ending).encode()
    yield between.encode()
    yield site.render("repeat/_repeats.html", ending).encode()
    yield after.encode()


def _message(site: Site, template: str, view: object) -> bytes:
    return message(site.render(template, view), 0)


def _progress(site: Site, run: Run, repetition: Repetition) -> RepeatProgress:
    return RepeatProgress(
        say=site.wordings[run.language],
        id=repetition.id,
        phase=Phase.RUNNING,
        done=len(repetition.tally.summaries),
        all=RUNS,
        outcome=run.demo.outcome.label[run.language],
        stop=addresses.stop(repetition.id),
    )


def _more(site: Site, run: Run, repetition: Repetition, ended: Sequence[Summary]) -> RunsEnded:
    """Return the view of the last runs that have `ended`."""
    progress = _progress(site, run, repetition)
    first = progress.done - len(ended) + 1
    return RunsEnded(
        say=progress.say,
        progress=progress,
        outcomes=outcome_histogram(progress.say, run, repetition.tally.summaries, over=False),
        lines=[_line(progress.say, number, one) for number, one in enumerate(ended, first)],
    )


def _line(say: Wording, number: int, summary: Summary) -> RunLine:
    return RunLine(say, number, say.times(f"{summary.wall:.3f}"), outcome_label(say, summary.told))


def _end(site: Site, run: Run, repetition: Repetition) -> RepeatEnding:
    """Store the notable runs, if it is not done yet, and return the summary."""
    say = site.wordings[run.language]
    # A part of the page has been sent, so an exception here can no longer become an error page.
    try:
        if repetition.stored is None:
            repetition.stored = keep_notable(site, run, repetition)
            repetition.tally.held.clear()
        return RepeatEnding(say, build_repeats(site, run, repetition, repetition.stored))
    except Exception:
        log.exception("the runs of %s cannot be shown together", run.demo.path)
        return RepeatEnding(say, None)
