"""What a room shows: to a student in a seat, to the teacher, and on the projector.

Until the run nobody is shown how the others vote; the teacher and the projector see how many have.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from markupsafe import Markup

from webapp.engine.runner import UnknownRun
from webapp.lessons.questions import Answer
from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.classroom.decided import Asked, asked, decisions
from webapp.pages.classroom.watch import UNSEEN, Pulse
from webapp.pages.demo.source import highlighted
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording
from webapp.store.rooms import ROUNDS, Room, Stage

REMEMBERED = 100
"""Rooms and languages whose decisions are remembered."""


@dataclass(frozen=True)
class Choice:
    """One option of a question, before the run."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Share:
    """How many of a vote chose an option."""

    count: int
    percent: int


@dataclass(frozen=True)
class Result:
    """One option after the run. `right` is None if the run does not decide it.

    `shares` are those of the first and the second vote, `pooled` that of the class's own runs.
    `why` says what is wrong with the option, "" if it is right or nothing is said.
    """

    label: str
    right: bool | None
    shares: Sequence[Share]
    pooled: Share
    why: str


@dataclass(frozen=True)
class Decision:
    """What the run decided. `address` is the page of the run, `demo` that of its demo."""

    results: Sequence[Result]
    own_runs: int
    address: str
    demo: str


@dataclass(frozen=True)
class Program:
    """The program that the question is about."""

    name: str
    lines: Sequence[Markup]


@dataclass(frozen=True)
class Panel:
    """The changing part of a room's pages.

    `vote` is the address that a seat votes at, "" on other pages; `own_run` is the one that starts
    its own run, `own` the label of what that run made true. `lost` is set if the run cannot be
    found any more.
    """

    say: Wording
    stage: Stage
    number: int = 0
    round: int = 0
    prompt: str = ""
    title: str = ""
    choices: Sequence[Choice] = ()
    program: Program | None = None
    counts: Sequence[int] = ()
    vote: str = ""
    own_run: str = ""
    own: str = ""
    decision: Decision | None = None
    lost: bool = False
    note: str = ""

    @property
    def is_decided(self) -> bool:
        """Whether nothing more is to be expected of the run."""
        return self.decision is not None or self.lost


def build_panel(
    site: Site,
    language: Language,
    room: Room,
    *,
    seat: str = "",
    note: str = "",
    pulse: Pulse = UNSEEN,
) -> Panel:
    """Return what a room shows now; to a student if there is a `seat`. Raises StoreError.

    Streams with the same `pulse` share a decision.
    """
    say = site.wordings[language]
    of = asked(site, room.ballot)
    if of is None:
        return Panel(say, Stage.WAITING, note=note)
    question = of.question
    chosen = _chosen(site, room, of, seat) if seat else None
    decision, lost = shared.find(site, language, room, of, pulse)
    return Panel(
        say,
        room.stage,
        number=of.ballot.number,
        round=room.round,
        prompt=question.prompt[language],
        title=of.demo.title[language],
        choices=tuple(
            Choice(name, text[language], name == chosen)
            for name, text in question.choices().items()
        ),
        program=Program(of.demo.path.name, highlighted(of.demo.source)),
        counts=() if seat else _counts(site, room),
        vote=addresses.class_seat(language, room.code, seat) if seat and room.round else "",
        own_run=addresses.class_own_run(language, room.code, seat) if seat and decision else "",
        own=_own(site, say, room, of, seat) if seat and decision else "",
        decision=decision,
        lost=lost,
        note=note,
    )


def _chosen(site: Site, room: Room, of: Asked, seat: str) -> str | None:
    """Return what a seat voted for in the vote that is open, else in the last one."""
    made = site.store.rooms.choices(room.code, of.ballot.number, seat)
    return made.get(room.round) or made.get(2) or made.get(1)


def _counts(site: Site, room: Room) -> Sequence[int]:
    assert room.ballot is not None
    tally = site.store.rooms.tally(room.code, room.ballot.number)
    return tuple(tally[round].total() for round in ROUNDS)


class SharedDecisions:
    """The last decision of each room and language, for all streams of the room."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[tuple[str, Language], tuple[object, Decision]] = OrderedDict()
        self._lock = Lock()

    def find(
        self, site: Site, language: Language, room: Room, of: Asked, pulse: Pulse
    ) -> tuple[Decision | None, bool]:
        """Return what the run decided, and whether it is lost; see `_decision`."""
        if not pulse:
            return _decision(site, language, room, of)
        key, state = (room.code, language), (pulse, room.version)
        with self._lock:
            if key in self._drawn and self._drawn[key][0] == state:
                return self._drawn[key][1], False
            decision, lost = _decision(site, language, room, of)
            if decision:
                self._drawn[key] = state, decision
                if len(self._drawn) > REMEMBERED:
                    self._drawn.popitem(last=False)
            return decision, lost


shared = SharedDecisions()


def _decision(
    site: Site, language: Language, room: Room, of: Asked
) -> tuple[Decision | None, bool]:
    """Return what the run decided, None before its end; and whether the run is lost."""
    if room.stage is not Stage.RUN:
        return None, False
    try:
        answer = decisions.find(site, room.code, of)
    except UnknownRun:
        return None, True
    if answer is None:
        return None, False
    votes = site.store.rooms.tally(room.code, of.ballot.number)
    own = site.store.rooms.runs(room.code, of.ballot.number)
    pooled = Counter(option for _, options in own.values() for option in options)
    decision = Decision(
        results=tuple(
            Result(
                label=text[language],
                right=answer.is_right(name),
                shares=tuple(_share(votes[round][name], votes[round].total()) for round in ROUNDS),
                pooled=_share(pooled[name], len(own)),
                why=_why(of, answer, name, language),
            )
            for name, text in of.question.choices().items()
        ),
        own_runs=len(own),
        address=addresses.run(language, of.ballot.run),
        demo=addresses.demo(language, of.topic, of.demo),
    )
    return decision, False


def _share(count: int, total: int) -> Share:
    return Share(count, round(100 * count / total) if total else 0)


def _why(of: Asked, answer: Answer, name: str, language: Language) -> str:
    option = of.question.option(name)
    if option is None or answer.is_right(name) is not False:
        return ""
    return option.feedback[language] if option.feedback else ""


def _own(site: Site, say: Wording, room: Room, of: Asked, seat: str) -> str:
    """Return what the seat's own run made true, or ""."""
    own = site.store.rooms.runs(room.code, of.ballot.number, seat).get(seat)
    if own is None:
        return ""
    labels = of.question.choices()
    listed = [labels[name][say.language] for name in own[1] if name in labels]
    return say("list.separator").join(listed) or say("class.undecided")
