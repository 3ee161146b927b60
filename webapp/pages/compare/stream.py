"""Two runs as a stream: server-sent events for htmx, or a page that grows without it.

A lost stream is not resumed: its live run ends with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from webapp.engine.recording import Outcome
from webapp.engine.runner import Phase
from webapp.pages import addresses
from webapp.pages.compare.comparison import Comparison, Ran, draw_comparison
from webapp.pages.compare.form import KEYS
from webapp.pages.compare.running import Going, Happening, NoRoom, Over, Printed, run_both
from webapp.pages.run.live import (
    HEARTBEAT,
    OVER,
    PAGE_HEARTBEAT,
    RESULT_HERE,
    Lines,
    Silence,
    cut,
    message,
)
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording

LINES_HERE = tuple(f"<!-- lines {key} -->" for key in KEYS)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CompareProgress:
    """The state of the live run. The `first` one clears what an earlier comparison has left.

    `run` is "" while no run is live.
    """

    say: Wording
    key: str
    first: bool
    status: str
    run: str = ""
    phase: Phase = Phase.QUEUED
    ideal: float = 0
    cancel: str = ""


@dataclass(frozen=True)
class SideLines:
    """More lines of one side. The last ones come with the run's wall time in `clock`."""

    key: str
    lines: Lines
    clock: str = ""


@dataclass(frozen=True)
class CompareEnding:
    """The end of both runs.

    Without a `comparison`, `status` says why there is none, and `ran` is the address of the only
    kept run, or "".
    """

    say: Wording
    status: str
    comparison: Comparison | None
    ran: str = ""


@dataclass
class Two:
    """A started run, and the function that starts the other one, which raises Busy.

    `listings` are the prefixes of the ids of the sources' lines. `over` collects the ended runs.
    """

    site: Site
    first: Run
    second: Callable[[], Run]
    listings: tuple[str, str]
    over: list[Over] = field(default_factory=list)
    broken: bool = False

    @property
    def say(self) -> Wording:
        """The texts of the page's language."""
        return self.site.wordings[self.first.language]


def as_events(two: Two) -> Iterator[bytes]:
    """Stream both runs to htmx."""
    silence = Silence()
    with closing(_happenings(two)) as happenings:
        for happening in happenings:
            if happening:
                silence.end()
                yield _message(two, *_drawn(two, happening))
            elif silence.is_long():
                yield HEARTBEAT
    yield _message(two, "compare/_ending.html", _ending(two))
    yield OVER


def as_page(two: Two, page: str) -> Iterator[bytes]:
    """Stream both runs into a page. `page` has markers for their lines and for the result."""
    pieces = cut(page, *LINES_HERE, RESULT_HERE)
    yield next(pieces).encode()
    silence = Silence()
    with closing(_happenings(two)) as happenings:
        for happening in happenings:
            if isinstance(happening, Going) and happening.begun and happening.side:
                yield next(pieces).encode()
            elif isinstance(happening, Printed | Over):
                silence.end()
                yield two.site.render("_lines.html", _lines(two, happening)).encode()
            elif silence.is_long():
                yield PAGE_HEARTBEAT
    *rest, after = pieces
    yield "".join(rest).encode()
    yield two.site.render("compare/_compared.html", _ending(two)).encode()
    yield after.encode()


def _happenings(two: Two) -> Generator[Happening | None, None, None]:
    # A part of the page has been sent, so an exception here can no longer become an error page.
    try:
        with closing(run_both(two.site, two.first, two.second)) as happenings:
            for happening in happenings:
                if isinstance(happening, Over):
                    two.over.append(happening)
                yield happening
    except Exception:
        log.exception("the comparison that the run %s began broke off", two.first.id)
        two.broken = True


def _message(two: Two, template: str, view: object) -> bytes:
    return message(two.site.render(template, view), 0)


def _drawn(two: Two, happening: Happening) -> tuple[str, object]:
    """Return the template that shows an update to htmx, and its view."""
    match happening:
        case Going():
            template = "compare/_begun.html" if happening.begun else "compare/_progress.html"
            return template, _progress(two, happening)
        case NoRoom():
            status = two.say("compare.no_room_yet")
            return "compare/_progress.html", CompareProgress(two.say, KEYS[1], False, status)
        case Printed():
            lines = SideLines(KEYS[happening.side], _lines(two, happening))
            return "compare/_more.html", lines
        case Over():
            clock = f"{happening.ended.recording.wall:.3f} s"
            lines = SideLines(KEYS[happening.side], _lines(two, happening), clock)
            return "compare/_more.html", lines


def _lines(two: Two, happening: Printed | Over) -> Lines:
    listing = two.listings[happening.side]
    if isinstance(happening, Printed):
        return Lines(two.say, happening.lines, listing=listing)
    return Lines(two.say, happening.lines, happening.hidden, happening.last, listing)


def _progress(two: Two, going: Going) -> CompareProgress:
    run, state, key = going.run, going.state, KEYS[going.side]
    if state.phase is not Phase.QUEUED:
        status = two.say(f"compare.running_{key}", title=run.demo.title[run.language])
    else:
        status = two.say("run.starting" if going.begun else "run.place", place=state.place)
    return CompareProgress(
        say=two.say,
        key=key,
        first=going.side == 0,
        status=status,
        run=run.id,
        phase=state.phase,
        ideal=run.demo.ideal.seconds(run.values),
        cancel=addresses.cancel(run.id),
    )


def _ending(two: Two) -> CompareEnding:
    comparison = None
    try:
        if len(two.over) == len(KEYS):
            first, second = (
                Ran(ended.run, ended.recording, ended.run.demo.source, ended.kept)
                for ended in (over.ended for over in two.over)
            )
            comparison = draw_comparison(two.site, first, second, own=True)
    except Exception:
        log.exception("the runs %s cannot be compared", [over.ended.run.id for over in two.over])
        two.broken = True
    if comparison:
        return CompareEnding(two.say, comparison.verdict, comparison)
    kept = [over.ended.run.id for over in two.over if over.ended.kept]
    ran = addresses.run(two.say.language, kept[0]) if kept else ""
    return CompareEnding(two.say, two.say(f"compare.{_reason(two.over, two.broken)}"), None, ran)


def _reason(over: Sequence[Over], broken: bool) -> str:
    """Return the key of the text that says why there is nothing to compare."""
    if broken or not over:
        return "no_result"
    return "stopped" if over[0].ended.recording.outcome is Outcome.CANCELLED else "no_room"
