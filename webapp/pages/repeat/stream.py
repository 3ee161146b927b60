"""A repetition as a stream: server-sent events for htmx, or a page that grows without it.

A lost stream is not resumed: its runs end with it.
"""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass

from webapp.engine.runner import Phase
from webapp.lessons.repeats.summary import Summary
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
class RunEnded:
    """One ended run; `number` counts from 1. `outcomes` are those of all runs so far."""

    say: Wording
    progress: RepeatProgress
    outcomes: Histogram | None
    number: int
    wall: str
    outcome: Label


@dataclass(frozen=True)
class RepeatEnding:
    """The end of a repetition. `repeats` is None if building the summary failed."""

    say: Wording
    repeats: Repeats | None


def as_events(site: Site, run: Run, repetition: Repetition) -> Pieces:
    """Stream a repetition to htmx; `run` is its first run."""
    yield _message(site, "repeat/_begun.html", _progress(site, run, repetition))
    with closing(repetition.follow()) as summaries:
        for summary in summaries:
            if isinstance(summary, Summary):
                yield _message(site, "repeat/_more.html", _over(site, run, repetition, summary))
            else:
                yield summary
    yield _message(site, "repeat/_ending.html", _end(site, run, repetition))
    yield OVER


def as_page(site: Site, run: Run, repetition: Repetition, page: str) -> Pieces:
    """Stream a repetition into a page. `page` has markers for the lines and for the result."""
    before, lanes, between, after = cut(page, LINES_HERE, LANES_HERE, RESULT_HERE)
    progress = _progress(site, run, repetition)
    yield before.encode()
    yield site.render("repeat/_intro.html", progress).encode()
    with closing(repetition.follow()) as summaries:
        for summary in summaries:
            if isinstance(summary, Summary):
                over = _over(site, run, repetition, summary)
                yield site.render("repeat/_line.html", over).encode()
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


def _over(site: Site, run: Run, repetition: Repetition, summary: Summary) -> RunEnded:
    progress = _progress(site, run, repetition)
    return RunEnded(
        say=progress.say,
        progress=progress,
        outcomes=outcome_histogram(progress.say, run, repetition.tally.summaries, over=False),
        number=progress.done,
        wall=f"{summary.wall:.3f}",
        outcome=outcome_label(progress.say, summary.told),
    )


def _end(site: Site, run: Run, repetition: Repetition) -> RepeatEnding:
    """Store the notable runs, and return the summary."""
    say = site.wordings[run.language]
    # A part of the page has been sent, so an exception here can no longer become an error page.
    try:
        kept = keep_notable(site, run, repetition)
        return RepeatEnding(say, build_repeats(site, run, repetition, kept))
    except Exception:
        log.exception("the runs of %s cannot be shown together", run.demo.path)
        return RepeatEnding(say, None)
