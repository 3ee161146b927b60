"""The route on which a visitor is the scheduler of a demo."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from webapp.engine.schedules import ScheduleError, parse
from webapp.lessons.parameters import InvalidParameters
from webapp.lessons.text import Language
from webapp.lessons.topic import Topic
from webapp.lessons.values import in_latin_digits
from webapp.pages import addresses
from webapp.pages.guard import visitor_address
from webapp.pages.htmx import NO_STORE
from webapp.pages.play.board import Board, begin, play
from webapp.pages.play.page import (
    SCHEDULE,
    SOURCE,
    Game,
    build_play,
    describe_halt,
    describe_problem,
)
from webapp.pages.play.proof import Proofs
from webapp.pages.site.site import Site


def add_play(blueprint: Blueprint, site: Site, topic: Topic) -> None:
    """Add the route of a topic's demos that have a goal."""
    proofs = Proofs(site, topic)

    @blueprint.get(f"/<slug>{addresses.PLAY}")
    @site.limit_runs
    def scheduler(language: Language, slug: str) -> Response:
        """Show where the program stands after the choices in the address."""
        game = _game(site, language, topic, slug)
        if game.problems:
            return _refused(game, game.say("form.refused"))
        given = request.args.get(SCHEDULE)
        visitor = visitor_address()
        if given is not None and request.args.get(SOURCE, game.source) != game.source:
            return _refused(game, game.say("play.other_source"))
        try:
            schedule = parse(given or "")
        except ScheduleError as wrong:
            return _refused(game, describe_problem(game.say, wrong))
        demo, values = game.demo, game.values
        with site.room.waiting():
            if given is None:
                board = begin(site.runner, demo, game.goal, values, visitor)
            else:
                board = play(site.runner, demo, values, schedule, visitor)
            if board.halt:
                return _refused(game, describe_halt(game.say, board.halt))
            return _shown(game, board, proofs, visitor)


def _game(site: Site, language: Language, topic: Topic, slug: str) -> Game:
    demo = topic.demo(slug)
    goal = topic.goal_of(demo) if demo else None
    if demo is None or goal is None:
        abort(404)
    # The names of our own fields have a hyphen, which those of parameters cannot have.
    given = {
        name: [in_latin_digits(value) for value in values]
        for name, values in request.args.lists()
        if "-" not in name
    }
    usual = {**demo.defaults, **(goal.values if demo.goal else goal.mended_values)}
    try:
        values = demo.values(given, partial=True) if given else usual
    except InvalidParameters as wrong:
        return Game(site, language, topic, demo, goal, usual, wrong.problems, given)
    return Game(site, language, topic, demo, goal, values)


def _shown(game: Game, board: Board, proofs: Proofs, visitor: str) -> Response:
    proof = None
    if board.ended and game.is_mended and not board.is_won(game.goal, game.values):
        proof = proofs.find(game.demo, game.values, visitor)
    view = build_play(game, board, proof=proof)
    return Response(game.site.render("play/play.html", view), headers=NO_STORE)


def _refused(game: Game, problem: str) -> Response:
    view = build_play(game, None, problem=problem)
    return Response(game.site.render("play/play.html", view), 422, headers=NO_STORE)
