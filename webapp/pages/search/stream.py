"""A search as a stream: server-sent events for htmx, or a page that grows without it.

After the search comes the smallest run that breaks the demo, made again by its schedule and kept.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace

from webapp.engine.runner import Busy, Interrupted, UnknownRun
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values
from webapp.pages import addresses
from webapp.pages.demo.form import value_texts
from webapp.pages.repeat.histogram import Histogram
from webapp.pages.repeat.label import Label, outcome_label
from webapp.pages.run.live import (
    LANES_HERE,
    LINES_HERE,
    OVER,
    RESULT_HERE,
    Ending,
    cut,
    end_of,
    message,
)
from webapp.pages.search.panel import SearchPanel, build_panel, outcome_histogram
from webapp.pages.search.running import DemoSearch
from webapp.pages.site.site import Site
from webapp.pages.texts.transcript import Screen, Shown
from webapp.pages.texts.wording import Wording
from webapp.streaming import SLOW, Pieces, Signal, Step, Wait

log = logging.getLogger(__name__)

EVERY = 0.1
"""Seconds between two reports of the progress."""

REST = 0.05
"""Seconds between two looks at what was tried."""


@dataclass(frozen=True)
class Asked:
    """A search of a demo, for a visitor."""

    site: Site
    language: Language
    topic: Topic
    demo: Demo
    values: Values
    visitor: str
    search: DemoSearch

    @property
    def say(self) -> Wording:
        """The texts of the visitor's language."""
        return self.site.wordings[self.language]


@dataclass(frozen=True)
class SearchProgress:
    """How far a search is: `done` schedules of at most `all`."""

    say: Wording
    id: str
    done: int
    all: int
    text: str
    outcome: str
    stop: str
    outcomes: Histogram


@dataclass(frozen=True)
class NewOutcome:
    """The first schedule with an outcome, as a line."""

    say: Wording
    text: str
    outcome: Label


@dataclass(frozen=True)
class SearchEnding:
    """The end of a search. `panel` is None if it cannot be shown, `run` is the smallest run."""

    say: Wording
    panel: SearchPanel | None
    run: Ending | None


def as_events(asked: Asked) -> Pieces:
    """Stream a search to htmx."""
    yield _message(asked, "search/_begun.html", _progress(asked))
    shown = 0.0
    for lines in _lines(asked):
        if isinstance(lines, Wait | Step):
            yield lines
        elif lines or time.monotonic() - shown >= EVERY:
            shown = time.monotonic()
            html = "".join(_render(asked, "search/_more.html", line) for line in lines)
            html += _render(asked, "search/_progressing.html", _progress(asked))
            yield message(html, 0)
    ending = yield from _end(asked)
    yield _message(asked, "search/_ending.html", ending)
    yield OVER


def as_page(asked: Asked, page: str) -> Pieces:
    """Stream a search into a page. `page` has markers for the lines, the lanes and the result."""
    before, lanes_here, result_here, after = cut(page, LINES_HERE, LANES_HERE, RESULT_HERE)
    yield before.encode()
    for lines in _lines(asked):
        if isinstance(lines, Wait | Step):
            yield lines
            continue
        for line in lines:
            yield _render(asked, "search/_line.html", line).encode()
    ending = yield from _end(asked)
    if ending.run:
        yield ending.run.lines.html.encode()
    yield lanes_here.encode()
    if ending.run and ending.run.result:
        yield ending.run.result.lanes.encode()
    yield result_here.encode()
    yield _render(asked, "search/_panel.html", ending).encode()
    yield after.encode()


def _lines(asked: Asked) -> Generator[list[NewOutcome] | Wait | Step, None, None]:
    """Follow the search; yield a line for each outcome that comes for the first time."""
    seen: set[object] = set()
    signal = Signal()
    with closing(asked.search.follow(signal.set)) as batches:
        for batch in batches:
            lines = []
            for tried in batch:
                key = asked.search.found.label(tried)
                if key not in seen:
                    seen.add(key)
                    text = asked.say("search.first", switches=tried.switches)
                    lines.append(NewOutcome(asked.say, text, outcome_label(asked.say, key)))
            yield lines
            yield Wait(signal, least=REST)
            yield SLOW


def _end(asked: Asked) -> Generator[Wait | Step, None, SearchEnding]:
    """Make the smallest run that breaks the demo again, and return it with what was found."""
    # A part of the page has been sent, so an exception here can no longer become an error page.
    try:
        query: dict[str, object] = {**value_texts(asked.demo, asked.values)}
        goal = asked.topic.goal_of(asked.demo)
        play = addresses.play(asked.language, asked.topic, asked.demo, query) if goal else ""
        label = asked.demo.outcome.label[asked.language]
        panel = build_panel(
            asked.say,
            label,
            asked.search.found,
            play=play,
            search=addresses.search(asked.language, asked.topic, asked.demo),
            smaller=_smaller(asked),
        )
        return SearchEnding(asked.say, panel, (yield from _smallest_run(asked)))
    except Exception:
        log.exception("the search of %s cannot be shown", asked.demo.path)
        return SearchEnding(asked.say, None, None)


def _smaller(asked: Asked) -> str:
    """Return the demo's address with the values of its goal; "" if it has them already."""
    goal = asked.topic.goal_of(asked.demo)
    values = {**asked.values, **goal.values} if goal else asked.values
    if values == asked.values:
        return ""
    query: dict[str, object] = {**value_texts(asked.demo, values)}
    return addresses.demo(asked.language, asked.topic, asked.demo, query)


def _smallest_run(asked: Asked) -> Generator[Wait | Step, None, Ending | None]:
    smallest = asked.search.found.smallest
    if smallest is None:
        return None
    screen, lines, signal = Screen(), list[Shown](), Signal()
    try:
        run = asked.site.start(
            asked.language,
            asked.topic,
            asked.demo,
            asked.values,
            visitor=asked.visitor,
            schedule=smallest.schedule,
            slow_motion=True,
        )
        with closing(asked.site.runner.follow(run.id, changed=signal.set)) as batches:
            for batch in batches:
                lines += screen.feed(batch)
                yield Wait(signal)
    except (Busy, Interrupted, UnknownRun):
        return None
    yield SLOW
    ending = end_of(asked.site, run, screen)
    return replace(ending, lines=replace(ending.lines, lines=[*lines, *ending.lines.lines]))


def _progress(asked: Asked) -> SearchProgress:
    found, label = asked.search.found, asked.demo.outcome.label[asked.language]
    done = sum(found.by_switches.values())
    return SearchProgress(
        say=asked.say,
        id=asked.search.id,
        done=done,
        all=asked.search.limits.number,
        text=asked.say("search.done", done=done, all=asked.search.limits.number),
        outcome=label,
        stop=addresses.stop_search(asked.search.id),
        outcomes=outcome_histogram(asked.say, label, found),
    )


def _render(asked: Asked, template: str, view: object) -> str:
    return asked.site.render(template, view)


def _message(asked: Asked, template: str, view: object) -> bytes:
    return message(_render(asked, template, view), 0)
