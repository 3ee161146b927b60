"""The routes of the teacher, whose address nobody guesses: open a room, ask, move on, run."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.runner import UnknownRun
from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.classroom import stream
from webapp.pages.classroom.bounds import ROOMS_OF_ONE, Bound
from webapp.pages.classroom.decided import asked, find_question
from webapp.pages.classroom.errors import NoRoom
from webapp.pages.classroom.layout import RoomView, build_room
from webapp.pages.classroom.panel import Panel, build_panel
from webapp.pages.classroom.watch import Watcher
from webapp.pages.demo.needs import is_offered
from webapp.pages.demo.prose import Prose
from webapp.pages.download import attachment
from webapp.pages.guard import visitor_address
from webapp.pages.htmx import NO_STORE, by_htmx, streamed
from webapp.pages.site.about import read_about
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Site
from webapp.store.rooms import Moved, Room, Stage, UnknownRoom

CSV = "text/csv; charset=utf-8"
COLUMNS = ("room", "ballot", "demo", "question", "round", "seat", "option", "time", "run")


@dataclass(frozen=True)
class NewView:
    """The page that opens a room, with plans of lessons."""

    page: Page
    title: str
    prose: Prose


@dataclass(frozen=True)
class QuestionOption:
    """A question to put to the class; `value` is "topic/demo#question"."""

    value: str
    label: str


@dataclass(frozen=True)
class TopicQuestions:
    """The questions of one topic."""

    title: str
    questions: tuple[QuestionOption, ...]


@dataclass(frozen=True)
class TeacherView:
    """What only the teacher's page has. `asked` is the value of the question that is open."""

    room: RoomView
    version: int
    stage: Stage
    actions: str
    run: str
    votes: str
    screen: str
    try_it: str
    topics: tuple[TopicQuestions, ...]
    asked: str

    @property
    def page(self) -> Page:
        """The frame of the page."""
        return self.room.page


def teacher_blueprint(site: Site, watcher: Watcher) -> Blueprint:
    """Return the routes of the teacher."""
    blueprint = Blueprint("teacher", __name__)
    _add_opening(blueprint, site)
    _add_pages(blueprint, site, watcher)
    _add_actions(blueprint, site, watcher)
    return blueprint


def _add_opening(blueprint: Blueprint, site: Site) -> None:
    texts = {language: read_about(site, "class", language) for language in site.wordings}
    rooms = Bound(ROOMS_OF_ONE)

    @blueprint.get("/<language:language>/class/new")
    def new(language: Language) -> Response:
        """Show what a room is, and the button that opens one."""
        say = site.wordings[language]
        title = say("class.new")
        page = build_page(
            site,
            language,
            title=title,
            description=say("class.description"),
            address=addresses.class_new,
        )
        html = site.render("classroom/new.html", NewView(page, title, texts[language]))
        return Response(html)

    @blueprint.post("/<language:language>/class/new")
    @site.limit_runs
    def open(language: Language) -> AnyResponse:
        """Open a room, and go to its teacher's page."""
        if not rooms.take(visitor_address(), date.today().isoformat(), secrets.token_hex(8)):
            raise TooManyRequests
        _, key = site.store.rooms.open()
        return redirect(addresses.class_teacher(language, key), 303)


def _add_pages(blueprint: Blueprint, site: Site, watcher: Watcher) -> None:
    @blueprint.get("/<language:language>/class/<key>")
    def show(language: Language, key: str) -> Response:
        """Show the teacher's page."""
        html = site.render("classroom/teacher.html", _view(site, language, key))
        return Response(html, headers=NO_STORE)

    @blueprint.get("/<language:language>/class/<key>/events")
    def events(language: Language, key: str) -> Response:
        """Stream the room to the teacher."""
        site.room.check()
        room = room_of(site, key)
        pieces = stream.as_events(
            site,
            watcher,
            room.code,
            site.wordings[language],
            lambda room, pulse: build_panel(site, language, room, pulse=pulse),
            counts_votes=True,
        )
        return streamed(pieces, "text/event-stream")

    @blueprint.get("/class/<key>/votes.csv")
    def votes(key: str) -> Response:
        """Send all votes of the room."""
        room = room_of(site, key)
        return attachment(f"votes-{room.code}.csv", _csv(site, room), CSV)


def _add_actions(blueprint: Blueprint, site: Site, watcher: Watcher) -> None:
    def then(language: Language, key: str, change: Callable[[Room], None]) -> AnyResponse:
        """Change the room if the page has shown its present state, and show it again."""
        room = replace(room_of(site, key), version=request.form.get("version", 0, type=int))
        with suppress(Moved):  # the page is shown as the room is now
            change(room)
        watcher.hurry()
        if not by_htmx():
            return redirect(addresses.class_teacher(language, key), 303)
        html = site.render("classroom/_actions_partial.html", _view(site, language, key))
        return Response(html, headers=NO_STORE)

    @blueprint.post("/<language:language>/class/<key>")
    def act(language: Language, key: str) -> AnyResponse:
        """Ask a question, or go to the next stage."""
        return then(language, key, lambda room: _act(site, room, request.form.get("do", "")))

    @blueprint.post("/<language:language>/class/<key>/run")
    @site.limit_runs
    def run(language: Language, key: str) -> AnyResponse:
        """Close the vote, and start the run that the whole room follows."""
        return then(language, key, lambda room: _run(site, language, room))


def _act(site: Site, room: Room, action: str) -> None:
    match action:
        case "ask":
            demo, _, question = request.form.get("question", "").partition("#")
            if find_question(site, demo, question):
                site.store.rooms.ask(room, demo, question)
        case "talk" if room.stage is Stage.FIRST_VOTE:
            site.store.rooms.move(room, Stage.TALK)
        case "again" if room.stage is Stage.TALK:
            site.store.rooms.move(room, Stage.SECOND_VOTE)


def _run(site: Site, language: Language, room: Room) -> None:
    of = asked(site, room.ballot)
    if of is None or room.version != site.store.rooms.find(room.code).version:
        return
    run = site.start(
        language, of.topic, of.demo, of.demo.defaults, visitor=f"{visitor_address()} {room.code}"
    )
    try:
        site.store.rooms.show_run(room, run.id)
    except Moved:
        with suppress(UnknownRun):
            site.runner.cancel(run.id)
        raise


def room_of(site: Site, key: str) -> Room:
    """Return a teacher's room. Raises NoRoom and StoreError."""
    try:
        return site.store.rooms.of_key(key)
    except UnknownRoom:
        raise NoRoom from None


def _view(site: Site, language: Language, key: str) -> TeacherView:
    room = room_of(site, key)
    panel: Panel = build_panel(site, language, room)
    view = build_room(
        site, language, room.code, panel, lambda other: addresses.class_teacher(other, key)
    )
    return TeacherView(
        room=view,
        version=room.version,
        stage=panel.stage,
        actions=addresses.class_teacher(language, key),
        run=addresses.class_run(language, key),
        votes=addresses.class_votes(key),
        screen=addresses.class_screen(language, room.code),
        try_it=addresses.class_join(room.code),
        topics=_questions(site, language),
        asked=f"{room.ballot.demo}#{room.ballot.question}" if room.ballot else "",
    )


def _questions(site: Site, language: Language) -> tuple[TopicQuestions, ...]:
    machines = site.runner.machines()
    return tuple(
        TopicQuestions(
            topic.title[language],
            tuple(
                QuestionOption(
                    f"{topic.name_of(demo)}#{question.name}",
                    f"{demo.title[language]}: {question.prompt[language]}",
                )
                for demo in topic.demos
                if is_offered(demo, machines)
                for question in demo.questions
            ),
        )
        for topic in site.topics
        if any(demo.questions for demo in topic.demos)
    )


def _csv(site: Site, room: Room) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for vote, ballot, moment in site.store.rooms.votes(room.code):
        writer.writerow(
            (
                room.code,
                vote.ballot,
                ballot.demo,
                ballot.question,
                vote.round,
                vote.seat,
                vote.option,
                moment.isoformat(timespec="milliseconds"),
                ballot.run,
            )
        )
    return out.getvalue()
