"""Two runs as they happen: as server-sent events for htmx, or as a page that grows without it.

Such a stream is not taken up again when it is lost: what is going on ends with it.
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
    """Where the run that is going on stands. With the `first` goes what was there of earlier ones.

    Without a `run` there is none at the moment.
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
    """More lines of one side; with the last of them comes the time that it took."""

    key: str
    lines: Lines
    clock: str = ""


@dataclass(frozen=True)
class CompareEnding:
    """The end of both. Without a `comparison` the status says why there is none, and `ran` is the
    address of the only run."""

    say: Wording
    status: str
    comparison: Comparison | None
    ran: str = ""


@dataclass
class Two:
    """A run that was started, and what starts the other one. It raises Busy.

    `listings` are what the ids of the sources' lines begin with. `over` grows.
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
    """Stream both runs into a page that is cut where their lines and the result belong."""
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
    """Tell what happens. The page has been sent in part: what fails now cannot become an error
    page any more."""
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
    """Give what shows this to htmx: a template and its view."""
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
    """Why there is nothing to compare."""
    if broken or not over:
        return "no_result"
    return "stopped" if over[0].ended.recording.outcome is Outcome.CANCELLED else "no_room"
