"""A student's own run: it is followed to its end, and pooled with those of the class."""

from __future__ import annotations

import logging
from collections.abc import Callable

from webapp.engine.runner import Interrupted, Unreachable
from webapp.lessons.text import Language
from webapp.pages.classroom.decided import Asked, asked, decide
from webapp.pages.classroom.errors import VoteClosed
from webapp.pages.guard import visitor_address
from webapp.pages.run.keeping import follow_to_end
from webapp.pages.site.site import Run, Site
from webapp.store.errors import StoreError
from webapp.store.rooms import Room, Stage
from webapp.streaming import SLOW, Pieces

log = logging.getLogger(__name__)


def start_own_run(site: Site, language: Language, room: Room, seat: str) -> Pieces:
    """Start the demo of the room's ballot for a seat. Raises VoteClosed and Busy.

    Return a stream without bytes: when it ends, what the run decides is among the class's runs.
    """
    of = asked(site, room.ballot)
    if of is None or room.stage is not Stage.RUN:
        raise VoteClosed
    visitor = f"{visitor_address()} {seat}"
    run = site.start(language, of.topic, of.demo, of.demo.defaults, visitor=visitor)
    return _follow(site, room, of, seat, run)


def with_panel(run: Pieces, draw: Callable[[str], str], failed: str) -> Pieces:
    """Stream what `draw` returns after a run; its argument is `failed` if there was none, or ""."""
    note = ""
    try:
        yield from run
    except (Interrupted, Unreachable, RuntimeError, StoreError) as error:
        log.warning("a student's own run failed: %r", error)
        note = failed
    yield SLOW
    yield draw(note).encode()


def _follow(site: Site, room: Room, of: Asked, seat: str, run: Run) -> Pieces:
    ended = yield from follow_to_end(site, run)
    answer = decide(of, ended.recording)
    if answer.is_decided:
        site.store.rooms.add_run(room.code, of.ballot.number, seat, run.id, answer.true)
