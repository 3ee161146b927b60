"""The page on which a visitor is the scheduler."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from webapp.engine.findings import Found
from webapp.engine.recording import Outcome
from webapp.engine.schedules import LONGEST, ScheduleError, write
from webapp.engine.transcript import Line
from webapp.lessons.goals import Goal
from webapp.lessons.parameters import Problem
from webapp.lessons.repeats.distribution import Key
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values
from webapp.pages import addresses
from webapp.pages.demo.fields import Field, build_fields, describe
from webapp.pages.demo.form import value_texts
from webapp.pages.demo.source import highlighted
from webapp.pages.play.board import Board, Standing, presses
from webapp.pages.play.deeds import Deeds, build_deeds
from webapp.pages.search.panel import extent
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording
from webapp.timeline.rows import HUES

SCHEDULE, SOURCE = "run-schedule", "run-source"
"""Fields of the address besides the parameters."""

SOURCE_LENGTH = 12
"""Characters of the source's hash that the address holds."""


@dataclass(frozen=True)
class Player:
    """One thread: `code` is its line in the source, `address` where it goes on ("": it cannot),
    `state` why not."""

    number: int
    name: str
    line: int
    code: str
    values: Mapping[str, str]
    address: str
    state: str

    @property
    def hue(self) -> int:
        """Its colour."""
        return self.number % HUES

    @property
    def sign(self) -> str:
        """Its name in few letters, as beside the source of a walk: T1 for Thread-1."""
        return re.sub(r"^(.).*?(\d*)$", r"\1\2", re.sub(r" \(.*\)$", "", self.name))


@dataclass(frozen=True)
class SourceLine:
    """A line of the source, and the threads that stand there."""

    html: Markup
    players: Sequence[Player]


@dataclass(frozen=True)
class Ended:
    """How the run has ended. `proof` says how far it is proved that nobody can reach the goal,
    `challenge` is the address of the next one ("": none)."""

    won: bool
    title: str
    text: str
    proof: str
    challenge: str


@dataclass(frozen=True)
class PlayView:
    """The page."""

    page: Page
    say: Wording
    title: str
    demo: str
    demo_address: str
    aim: str
    players: Sequence[Player]
    source: Sequence[SourceLine]
    deeds: Deeds | None
    lines: Sequence[Line]
    choices: str
    back: str
    again: str
    ended: Ended | None
    problem: str
    refused: str
    action: str
    fields: Sequence[Field]


@dataclass(frozen=True)
class Game:
    """A demo with its goal and values, as a visitor plays it.

    If there are `problems` with the values that were `given`, the values are the goal's own.
    """

    site: Site
    language: Language
    topic: Topic
    demo: Demo
    goal: Goal
    values: Values
    problems: Sequence[Problem] = ()
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def fields(self) -> Sequence[Field]:
        """The fields for other values: with what was given, if there are problems with it."""
        texts = {name: [text] for name, text in value_texts(self.demo, self.values).items()}
        reasons = describe(self.say, self.demo, self.problems)
        return build_fields(self.say, self.demo, {**texts, **self.given}, reasons)

    @property
    def say(self) -> Wording:
        """The texts of the visitor's language."""
        return self.site.wordings[self.language]

    @property
    def source(self) -> str:
        """What identifies the source in an address."""
        return self.demo.program(self.values).sha256[:SOURCE_LENGTH]

    @property
    def is_mended(self) -> bool:
        """Whether nobody should be able to reach the goal."""
        if self.goal.mended:
            return self.demo.slug == self.goal.mended
        return self.goal.is_mended(self.values, self.demo.defaults)

    def address(self, schedule: Sequence[int] | None, language: Language | None = None) -> str:
        """Return the address of the page after some choices; None: at the beginning."""
        query: dict[str, object] = {**value_texts(self.demo, self.values)}
        if schedule is not None:
            query |= {SCHEDULE: write(schedule), SOURCE: self.source}
        return addresses.play(language or self.language, self.topic, self.demo, query)


def build_play(
    game: Game, board: Board | None, *, problem: str = "", proof: Found[Key] | None = None
) -> PlayView:
    """Return the view; without a `board` there is a `problem` with the choices."""
    say, language = game.say, game.language
    schedule = board.schedule if board else ()
    pressed = presses(game.goal, schedule)
    players = [_player(game, board, each) for each in board.threads] if board else []
    title = say("play.title", demo=game.demo.title[language])
    return PlayView(
        page=build_page(
            game.site,
            language,
            title=title,
            description=say("play.description"),
            address=lambda other: game.address(schedule if board else None, other),
            topic=game.topic,
            indexed=False,
        ),
        say=say,
        title=title,
        demo=game.demo.title[language],
        demo_address=addresses.demo(
            language, game.topic, game.demo, {**value_texts(game.demo, game.values)}
        ),
        aim=game.goal.aim[language],
        players=players,
        source=[
            SourceLine(html, [player for player in players if player.line == number])
            for number, html in enumerate(highlighted(game.demo.source), 1)
        ],
        deeds=build_deeds(say, board, begun=pressed > 0) if board else None,
        lines=board.lines if board else (),
        choices=say("play.choices", count=pressed),
        back=game.address(schedule[:-1]) if pressed else "",
        again=game.address(None),
        ended=_ended(game, board, proof) if board and board.ended else None,
        problem=problem,
        refused="" if game.problems else say("play.refused"),
        action=addresses.play(language, game.topic, game.demo),
        fields=game.fields,
    )


def describe_problem(say: Wording, wrong: ScheduleError) -> str:
    """Return why a schedule cannot be read."""
    if wrong.why == "too long":
        return say("play.refused_long", place=wrong.place, most=LONGEST)
    return say("play.refused_number", place=wrong.place, given=wrong.given)


def describe_halt(say: Wording, halt: tuple[str, str]) -> str:
    """Return why a run could not follow its schedule."""
    reason, text = halt
    place, _, number = text.partition(" ")
    match reason:
        case "not there":
            return say("play.refused_there", place=place, number=number)
        case "cannot go on":
            return say("play.refused_waits", place=place, number=number)
        case "over":
            return say("play.refused_over", count=int(text))
    return say(f"play.refused_{reason}")


def _player(game: Game, board: Board, standing: Standing) -> Player:
    address = game.address((*board.schedule, standing.number)) if standing.able else ""
    state = "" if address else game.say("play.waits")
    number, line = standing.number, standing.line
    code = game.demo.source.splitlines()[line - 1].partition("  # ")[0].strip() if line else ""
    return Player(number, standing.name, line, code, standing.values, address, state)


def _ended(game: Game, board: Board, proof: Found[Key] | None) -> Ended:
    say, goal = game.say, game.goal
    if board.is_won(goal, game.values):
        count = say("play.how_won", count=presses(goal, board.schedule))
        text = f"{goal.won[game.language]} {count}"
        return Ended(True, say("play.won"), text, "", _challenge(game))
    told = "" if proof is None or proof.smallest else extent(say, proof)
    if told:
        return Ended(False, say("play.unbreakable"), goal.held[game.language], told, "")
    failed = board.recording.outcome is not Outcome.FINISHED
    text = board.recording.detail if failed else say("play.lost_text")
    return Ended(False, say("play.lost"), text, "", "")


def _challenge(game: Game) -> str:
    """Return the address of the mended program."""
    mended = game.topic.demo(game.goal.mended) if game.goal.mended else game.demo
    if mended is None:
        return ""
    values = {**mended.defaults, **game.goal.mended_values}
    if mended is game.demo and values == dict(game.values):
        return ""
    query: dict[str, object] = {**value_texts(mended, values)}
    return addresses.play(game.language, game.topic, mended, query)
