"""A live run as a stream: server-sent events for htmx, or a page that grows without it.

    runner.follow()  ->  Screen  ->  draw_lines() ->  one message per batch
                     ->  Frames  ->  the lanes' states, at most every 0.1 s

A stream never waits: it yields what it waits for (`webapp/streaming.py`).

A message's id is that of the last run event in it. A client that lost the stream sends that id in
`Last-Event-ID`. The events are then read from the first, since a line may have begun before that
id, but only lines that ended after it are sent.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from markupsafe import Markup

from webapp.engine.events import Event
from webapp.engine.runner import Interrupted, Phase, State
from webapp.pages import addresses
from webapp.pages.demo.form import query_of
from webapp.pages.demo.predicting import query_of_predictions
from webapp.pages.run.frames import Frames
from webapp.pages.run.keeping import Ended, keep_ended
from webapp.pages.run.lanes import LINES
from webapp.pages.run.links import Links, build_links
from webapp.pages.run.result import Result, build_result
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.lines import draw_lines, draw_note
from webapp.pages.texts.transcript import Screen, Shown
from webapp.pages.texts.wording import Wording
from webapp.streaming import SLOW, Pieces, Signal, Wait

OVER = b"event: over\ndata:\n\n"

PLACES = 100
"""A run at this place in line is looked at every second, one twice as far back every two."""

REFRESH = 0.05
"""Seconds that a stream rests: a reader sees no difference, and a message costs the server a third
of a millisecond. The first line and the end are urgent."""

# A page is split at these markers, and the stream fills them. Escaped text never contains them.
LINES_HERE = "<!-- lines -->"
LANES_HERE = "<!-- lanes -->"
RESULT_HERE = "<!-- result -->"

log = logging.getLogger(__name__)

# When the runs of a whole class end at once, one result is rendered at a time. In parallel they
# would be ready no sooner, and requests for pages would wait for all of them.
_rendering = threading.Lock()


@dataclass(frozen=True)
class Progress:
    """The state of a run; `status` says it in words."""

    say: Wording
    run: str
    phase: Phase
    status: str
    ideal: float
    cancel: str
    events: str
    address: str
    place: int = 0


@dataclass(frozen=True)
class TranscriptLines:
    """The next lines of a transcript. `hidden` lines are left out before the `last` ones.

    `listing` is the prefix of the ids of the source's lines.
    """

    say: Wording
    lines: Sequence[Shown]
    hidden: int = 0
    last: Sequence[Shown] = ()
    listing: str = LINES

    @property
    def html(self) -> Markup:
        """The items of the transcript's list."""
        first, last = (draw_lines(self.say, some, self.listing) for some in (self.lines, self.last))
        if not self.hidden:
            return Markup(first + last)
        left_out = self.say("transcript.hidden", count=self.hidden)
        return Markup(first + draw_note(self.say, left_out, f' data-hidden="{self.hidden}"') + last)


@dataclass(frozen=True)
class Ending:
    """The end of a run. `result` is None if building it failed, `links` if the run was not kept."""

    say: Wording
    lines: TranscriptLines
    result: Result | None
    links: Links | None


@dataclass(frozen=True)
class Interruption:
    """A page whose stream broke off; `address` is the run's page, which resumes it."""

    say: Wording
    address: str


class InLine:
    """Says when to look at a waiting run again: at news, or the later the further back it is."""

    def __init__(self) -> None:
        self._due = 0.0

    def hurry(self) -> None:
        """Let it be due: there is news."""
        self._due = 0.0

    def is_due(self, progress: Progress) -> bool:
        """Return whether to look now at a run that has this place."""
        now = time.monotonic()
        if progress.phase is not Phase.QUEUED or now < self._due:
            return False
        self._due = now + progress.place / PLACES
        return True


def as_events(site: Site, run: Run, after: int = 0) -> Pieces:
    """Stream a run to htmx, from the event that follows the id `after`.

    If the run is interrupted, the stream ends without a message, and the page reconnects.
    """
    with suppress(Interrupted):
        yield from _as_events(site, run, after)


def _as_events(site: Site, run: Run, after: int) -> Pieces:
    progress = _progress(site, run, first=True)
    yield message(
        site.render("run/_progress.html" if after else "run/_begun.html", progress), after
    )
    screen, last = Screen(), after
    signal, line = Signal(), InLine()

    def changed(urgent: bool) -> None:
        line.hurry()
        signal.set(urgent)

    with Frames() as frames, closing(site.runner.follow(run.id, changed=changed)) as batches:
        for batch in batches:
            html = ""
            if line.is_due(progress):
                if site.runner.is_remote:
                    yield SLOW
                before, progress = progress, _progress(site, run)
                html = _changes(site, before, progress)
            if not run.transcript_only:
                frames.take(batch)
            html += _more(site, progress.say, screen, batch, after)
            last = max(last, batch[-1].id) if batch else last
            if news := (message(html, last) if html else b"") + frames.next():
                yield news
            yield Wait(signal, frames.patience(), REFRESH)
        if news := frames.last():
            yield news
    yield SLOW
    yield message(site.render("run/_ending.html", end_of(site, run, screen)), last) + OVER


def as_page(site: Site, run: Run, page: str) -> Pieces:
    """Stream a run into a page. `page` has markers for the lines, the lanes and the result."""
    before, *between, after = cut(page, LINES_HERE, LANES_HERE, RESULT_HERE)
    say = site.wordings[run.language]
    yield before.encode()
    screen, signal = Screen(), Signal()
    try:
        with closing(site.runner.follow(run.id, changed=signal.set)) as batches:
            for batch in batches:
                if lines := screen.feed(batch):
                    yield TranscriptLines(say, lines).html.encode()
                yield Wait(signal, least=REFRESH)
    except Interrupted:
        yield "".join(between).encode()
        address = addresses.run(run.language, run.id)
        yield site.render("run/_interrupted.html", Interruption(say, address)).encode()
        yield after.encode()
        return
    yield SLOW
    ending = end_of(site, run, screen)
    yield ending.lines.html.encode()
    yield between[0].encode()
    yield (site.render("run/_shown.html", ending.result) if ending.result else "").encode()
    yield between[1].encode()
    yield site.render("run/_result.html", ending).encode()
    yield after.encode()


def _more(site: Site, say: Wording, screen: Screen, batch: Sequence[Event], after: int) -> str:
    screen.feed([event for event in batch if event.id <= after])
    lines = screen.feed([event for event in batch if event.id > after])
    return site.render("run/_more.html", TranscriptLines(say, lines)) if lines else ""


def _changes(site: Site, before: Progress, now: Progress) -> str:
    """Return what has changed of a run's state. A new place in line leaves the controls alone, so
    that Stop keeps the focus."""
    if now == before:
        return ""
    template = "run/_status.html" if now.phase is before.phase else "run/_progress.html"
    return site.render(template, now)


def _progress(site: Site, run: Run, *, first: bool = False) -> Progress:
    state = site.runner.state(run.id)
    say = site.wordings[run.language]
    query = query_of(
        run.demo, run.values, transcript_only=run.transcript_only, slow_motion=run.slow_motion
    )
    return Progress(
        say=say,
        run=run.id,
        phase=state.phase,
        status=_status(say, state, first),
        ideal=run.demo.ideal.seconds(run.values),
        cancel=addresses.cancel(run.id),
        events=addresses.events(run.id, query_of_predictions(run.predicted)),
        address=addresses.demo(run.language, run.topic, run.demo, query),
        place=state.place,
    )


def _status(say: Wording, state: State, first: bool) -> str:
    if state.phase is not Phase.QUEUED:
        return say("run.running")
    # Every run is queued for a moment. Its place is shown only if it still is at the next look.
    return say("run.starting") if first else say("run.place", place=state.place)


def end_of(site: Site, run: Run, screen: Screen) -> Ending:
    """Store a run that was followed to its end, and return its last lines and its result."""
    say = site.wordings[run.language]
    lines = TranscriptLines(say, screen.rest(), screen.hidden, screen.last())
    # A part of the page has been sent, so an exception here can no longer become an error page.
    try:
        return _build_ending(site, say, lines, keep_ended(site, run))
    except Exception:
        log.exception("the result of run %s of %s cannot be shown", run.id, run.demo.path)
        return Ending(say, lines, None, None)


def _build_ending(site: Site, say: Wording, lines: TranscriptLines, ended: Ended) -> Ending:
    run, recording = ended.run, ended.recording
    part = addresses.run(run.language, run.id) if ended.kept else ""
    with _rendering:
        result = build_result(site, run, recording, part=part)
    links = build_links(site, run, recording, own=True) if ended.kept else None
    return Ending(say, lines, result, links)


def message(html: str, id: int) -> bytes:
    """Return one server-sent event, which htmx swaps in."""
    # A carriage return ends a line in an event stream, too.
    data = html.replace("\r", "&#13;").replace("\n", "\ndata: ")
    return f"id: {id}\ndata: {data}\n\n".encode()


def cut(page: str, *markers: str) -> Iterator[str]:
    """Split a page at its markers, in order."""
    for marker in markers:
        before, _, page = page.partition(marker)
        yield before
    yield page
