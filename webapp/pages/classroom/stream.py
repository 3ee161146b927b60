"""A room as server-sent events: a panel whenever it changes, and the lines of its run.

Each stream draws its own panel, since it has its own language and seat.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from webapp.engine.runner import Interrupted, UnknownRun, Unreachable
from webapp.pages.classroom.panel import Panel
from webapp.pages.classroom.watch import UNSEEN, Pulse, Watcher
from webapp.pages.run.kept import is_live
from webapp.pages.run.live import OVER, REFRESH, TranscriptLines, message
from webapp.pages.site.site import Site
from webapp.pages.texts.transcript import Screen
from webapp.pages.texts.wording import Wording
from webapp.store.errors import StoreError
from webapp.store.rooms import Room, UnknownRoom
from webapp.streaming import SLOW, Pieces, Signal, Wait

CALM = 0.7
"""Seconds between two panels that differ in their numbers only."""

CALM_OF_STUDENTS = 2.0
"""The same for students, who are many: drawing for all of them must not hold up their runs."""


def as_events(
    site: Site,
    watcher: Watcher,
    code: str,
    say: Wording,
    draw: Callable[[Room, Pulse], Panel],
    *,
    counts_votes: bool,
) -> Pieces:
    """Stream a room until its day is over. `counts_votes` sends a panel for each vote, too."""
    calm = CALM if counts_votes else CALM_OF_STUDENTS
    seen, shown = UNSEEN, ""  # `shown` is the run whose result is on the page
    signal = Signal()
    with watcher.following(code, signal.set):
        while (pulse := watcher.pulse(code, seen)) is not None:
            if _looks_same(pulse, seen, counts_votes=counts_votes):
                seen = pulse
                yield Wait(signal, calm, calm)
                continue
            seen = pulse
            yield SLOW
            try:
                room = site.store.rooms.find(code)
                yield _panel(site, draw(room, pulse))
                run = room.ballot.run if room.ballot else ""
                if run and run != shown:
                    yield Wait(Signal(), most=0.0)  # all pages show the change before any line
                    yield SLOW
                    yield from _run(site, say, run)
                    yield SLOW
                    panel = draw(site.store.rooms.find(code), UNSEEN)
                    yield _panel(site, panel)
                    # A run that could not be followed to its end is followed again.
                    seen, shown = (pulse, run) if panel.is_decided else (UNSEEN, "")
            except UnknownRoom:
                break
            except StoreError:
                seen = UNSEEN  # try again
                yield Wait(Signal())
    yield OVER


def _looks_same(pulse: Pulse, seen: Pulse, *, counts_votes: bool) -> bool:
    if counts_votes:
        return pulse == seen
    return pulse[::2] == seen[::2]  # without the votes


def _panel(site: Site, panel: Panel) -> bytes:
    return message(site.render("classroom/_panel_partial.html", panel), 0)


def _run(site: Site, say: Wording, run: str) -> Pieces:
    """Stream the lines of the run that all follow; nothing if it is over."""
    screen, signal = Screen(), Signal()
    try:
        if not is_live(site, run):
            return
        with closing(site.runner.follow(run, changed=signal.set)) as batches:
            for batch in batches:
                if lines := screen.feed(batch):
                    html = site.render("run/_more.html", TranscriptLines(say, lines))
                    yield message(html, 0)
                yield Wait(signal, least=REFRESH)
    except (Interrupted, Unreachable, UnknownRun):
        return
