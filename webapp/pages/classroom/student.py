"""The routes of students, who need neither a name nor an account, and of the projector.

A seat is a random id in the address of a student's page: a reload keeps it.
"""

from __future__ import annotations

import re
import secrets
from collections import deque
from functools import partial

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.classroom import stream
from webapp.pages.classroom.bounds import SEATS_OF_ONE, Bound
from webapp.pages.classroom.decided import asked
from webapp.pages.classroom.errors import NoOption, NoRoom, Refused, RoomFull, VoteClosed
from webapp.pages.classroom.layout import build_room
from webapp.pages.classroom.own_run import start_own_run, with_panel
from webapp.pages.classroom.panel import build_panel
from webapp.pages.classroom.watch import Watcher
from webapp.pages.guard import visitor_address
from webapp.pages.htmx import NO_STORE, by_htmx, streamed
from webapp.pages.languages import visitor_language
from webapp.pages.site.site import Site
from webapp.store.rooms import Closed, Full, Room, UnknownRoom, Vote
from webapp.streaming import as_bytes

SEAT_BYTES = 12
SEAT = re.compile(r"^[\w-]{16}$", re.ASCII)


def student_blueprint(site: Site, watcher: Watcher) -> Blueprint:
    """Return the routes of students and of the projector."""
    blueprint = Blueprint("students", __name__)
    _add_screen(blueprint, site, watcher)
    _add_seats(blueprint, site, watcher)
    _add_votes(blueprint, site)
    return blueprint


def _add_screen(blueprint: Blueprint, site: Site, watcher: Watcher) -> None:
    @blueprint.get("/c/<code>")
    def join(code: str) -> AnyResponse:
        """Give a visitor a seat in the room."""
        room = find_room(site, code)
        seat = secrets.token_urlsafe(SEAT_BYTES)
        return redirect(addresses.class_seat(visitor_language(), room.code, seat))

    @blueprint.get("/<language:language>/c/<code>")
    def screen(language: Language, code: str) -> Response:
        """Show a room on the projector."""
        room = find_room(site, code)
        view = build_room(
            site,
            language,
            room.code,
            build_panel(site, language, room),
            lambda other: addresses.class_screen(other, room.code),
        )
        return Response(site.render("classroom/screen.html", view), headers=NO_STORE)

    @blueprint.get("/<language:language>/c/<code>/events")
    def screen_events(language: Language, code: str) -> Response:
        """Stream a room to the projector."""
        site.room.check()
        room = find_room(site, code)
        events = stream.as_events(
            site,
            watcher,
            room.code,
            site.wordings[language],
            lambda room, pulse: build_panel(site, language, room, pulse=pulse),
            counts_votes=True,
        )
        return streamed(events, "text/event-stream")


def _add_seats(blueprint: Blueprint, site: Site, watcher: Watcher) -> None:
    @blueprint.get("/<language:language>/c/<code>/<seat>")
    def show(language: Language, code: str, seat: str) -> Response:
        """Show a room to a student."""
        room = find_room(site, code)
        return Response(_page(site, language, room, _seat(seat)), headers=NO_STORE)

    @blueprint.get("/<language:language>/c/<code>/<seat>/events")
    def events(language: Language, code: str, seat: str) -> Response:
        """Stream a room to a student."""
        site.room.check()
        room = find_room(site, code)
        own = _seat(seat)
        pieces = stream.as_events(
            site,
            watcher,
            room.code,
            site.wordings[language],
            lambda room, pulse: build_panel(site, language, room, seat=own, pulse=pulse),
            counts_votes=False,
        )
        return streamed(pieces, "text/event-stream")


def _add_votes(blueprint: Blueprint, site: Site) -> None:
    seats = Bound(SEATS_OF_ONE)

    @blueprint.post("/<language:language>/c/<code>/<seat>")
    def vote(language: Language, code: str, seat: str) -> AnyResponse:
        """Count a vote, and show the room with it."""
        room = find_room(site, code)
        try:
            _vote(site, seats, room, _seat(seat))
        except Refused as refused:
            if not by_htmx():
                raise
            return _answer(site, language, room.code, seat, refused)
        return _answer(site, language, room.code, seat)

    @blueprint.post("/<language:language>/c/<code>/<seat>/run")
    @site.limit_runs
    def run(language: Language, code: str, seat: str) -> AnyResponse:
        """Run the demo for a student, and add what the run decides to the class's runs."""
        room, own = find_room(site, code), _seat(seat)
        if by_htmx():
            site.room.check()
            failed = site.wordings[language]("check.failed")
            pieces = start_own_run(site, language, room, own)
            draw = partial(_draw_panel, site, language, room.code, own)
            return streamed(with_panel(pieces, draw, failed), "text/html")
        with site.room.waiting():
            deque(as_bytes(start_own_run(site, language, room, own), b""), maxlen=0)
        return redirect(addresses.class_seat(language, code, own), 303)


def find_room(site: Site, code: str) -> Room:
    """Return a room. Raises NoRoom and StoreError."""
    try:
        return site.store.rooms.find(code)
    except UnknownRoom:
        raise NoRoom from None


def _seat(seat: str) -> str:
    if not SEAT.match(seat):
        abort(404)
    return seat


def _vote(site: Site, seats: Bound, room: Room, seat: str) -> None:
    of = asked(site, room.ballot)
    option = request.form.get("option", "")
    if of is None:
        raise VoteClosed
    if option not in of.question.choices():
        raise NoOption
    if not seats.take(visitor_address(), room.code, seat):
        raise RoomFull
    ballot = request.form.get("ballot", 0, type=int)
    round = request.form.get("round", 0, type=int)
    try:
        site.store.rooms.vote(room.code, Vote(ballot, round, seat, option))
    except Closed:
        raise VoteClosed from None
    except Full:
        raise RoomFull from None
    except UnknownRoom:
        raise NoRoom from None


def _answer(
    site: Site, language: Language, code: str, seat: str, refused: Refused | None = None
) -> AnyResponse:
    """Answer with the room; if a vote was refused, with the reason as well."""
    if not by_htmx():
        return redirect(addresses.class_seat(language, code, seat), 303)
    note = site.wordings[language](f"error.{refused.reason}.text") if refused else ""
    status = refused.code if refused else 200
    html = _draw_panel(site, language, code, seat, note)
    return Response(html, status, headers=NO_STORE)


def _draw_panel(site: Site, language: Language, code: str, seat: str, note: str) -> str:
    panel = build_panel(site, language, find_room(site, code), seat=seat, note=note)
    return site.render("classroom/_panel.html", panel)


def _page(site: Site, language: Language, room: Room, seat: str) -> str:
    view = build_room(
        site,
        language,
        room.code,
        build_panel(site, language, room, seat=seat),
        lambda other: addresses.class_seat(other, room.code, seat),
    )
    return site.render("classroom/student.html", view)
