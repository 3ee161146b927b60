"""A topic and its demos: data, declared in `topic.py` of the topic's folder.

The declaration has no texts; `worded` adds them when the topic is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from webapp.engine.machines import ANYWHERE, Needs
from webapp.engine.program import Program
from webapp.engine.schedules import refusal
from webapp.lessons.claims import Claim
from webapp.lessons.goals import Goal
from webapp.lessons.headlines import Headline
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import AnyParameter, parse_all
from webapp.lessons.questions import Question
from webapp.lessons.text import DEFAULT_LANGUAGE, UNSAID, Language, Text
from webapp.lessons.values import Value, Values

LEVELS = (1, 2, 3)
LANES = "lanes.svg"
"""The file of a topic's small picture, in its folder. `tools/lanes.py` writes it."""

WORDS_PER_MINUTE = 200
"""A usual speed of reading a text in which one has to think."""
MINUTES_PER_DEMO = 3
STEP = 5
"""Minutes: to which the time of a topic is rounded."""


@dataclass(frozen=True)
class Ideal:
    """The duration of a run if starting, switching and waiting cost nothing.

    `seconds` computes it from the parameters. `why` is a sentence about where the number comes from
    and what the measured time adds to it. `name` is the key of `why` if demos share it.
    """

    seconds: Callable[[Values], float]
    name: str = ""
    why: Text = UNSAID  # set when the topic is loaded


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A comparison of a demo with another one, or with itself with other parameters.

    `name` is the key of its texts, `other` is "topic/demo". `values` and `other_values` hold the
    parameters of both that are not the default. `look` says what to look for.
    """

    name: str
    other: str
    values: Values = field(default_factory=dict)
    other_values: Values = field(default_factory=dict)
    title: Text = UNSAID  # set when the topic is loaded
    look: Text = UNSAID  # likewise


@dataclass(frozen=True)
class Demo:
    """One program of a topic, with its texts.

    `claims` must hold in every run; `observations` may hold or not. `questions` are asked before a
    run, and in the topic's check; there also `lines`, questions whose options are its lines. A
    `trap` is a demo that shows a fault. `outcome` is the result to compare when the demo is run
    many times, `headline` what a run says first (None: its outcome), `beside` are demos to compare
    it with. `goal` is what a schedule of its threads may reach. `as_in_report` holds the parameters
    of the course report that differ from the defaults. `watch` says what to look for in a run,
    `needs` what the machine must have. It may show more on some machines: `fuller` has what these
    need, by a name for each.
    """

    slug: str
    ideal: Ideal
    outcome: DemoOutcome
    headline: Headline | None = None
    parameters: tuple[AnyParameter, ...] = ()
    claims: tuple[Claim, ...] = ()
    observations: tuple[Claim, ...] = ()
    questions: tuple[Question, ...] = ()
    lines: tuple[Question, ...] = ()
    trap: bool = False
    needs: Needs = ANYWHERE
    fuller: Mapping[str, Needs] = field(default_factory=dict)
    as_in_report: Mapping[str, Value] = field(default_factory=dict)
    beside: tuple[Pair, ...] = ()
    goal: Goal | None = None
    next: str = ""  # the slug of the demo to go on with; empty: the next in order
    title: Text = UNSAID  # set when the topic is loaded
    watch: Text = UNSAID  # likewise
    folder: Path = Path()  # likewise

    @cached_property
    def path(self) -> Path:
        """The program's file."""
        return self.folder / f"{self.slug.replace('-', '_')}.py"

    @property
    def runs_elsewhere(self) -> dict[str, Needs]:
        """What a machine must have for each run that is made on another one, by the run's name.

        "" is the name of the run that shows what the demo needs.
        """
        return {"": self.needs, **self.fuller} if self.needs != ANYWHERE else {**self.fuller}

    def elsewhere(self, name: str = "") -> Path:
        """Return the file of a run that is made on another machine, by the run's name."""
        file = ".".join(filter(None, (self.path.stem, name, "recording")))
        return self.folder.parent / "elsewhere" / file

    @cached_property
    def source(self) -> str:
        """The program's source code."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def directable(self) -> bool:
        """Whether a schedule can direct it, which has threads."""
        return "thread" in self.source.lower() and refusal(self.source) is None

    @property
    def defaults(self) -> dict[str, Value]:
        """The default of each parameter, by name."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    def values(
        self, given: Mapping[str, Sequence[str]], *, partial: bool = False
    ) -> dict[str, Value]:
        """Parse what was entered in the form; see `parameters.parse_all`."""
        return parse_all(self.parameters, given, partial=partial)

    def program(self, values: Values) -> Program:
        """Return the program with these parameters, for a runner."""
        return Program(self.path, parameters=dict(values), needs=self.needs)


@dataclass(frozen=True)
class Topic:
    """One idea: a text and some demos.

    `level` is one of LEVELS: how much a student must know already. `picture` is the slug of the
    demo whose lanes stand on the home page; "": the first.
    """

    demos: tuple[Demo, ...]
    level: int = 1
    picture: str = ""
    chapter: str = ""  # set when the topic is loaded
    order: int = 0  # likewise: its place in the course, from 1
    title: Text = UNSAID  # likewise
    summary: Text = UNSAID  # likewise
    folder: Path = Path()  # likewise

    @property
    def slug(self) -> str:
        """The topic's name in URLs."""
        return self.folder.name.replace("_", "-")

    @property
    def pictured(self) -> Demo:
        """The demo whose lanes stand on the home page. Raises KeyError if it is missing."""
        demo = self.demo(self.picture) if self.picture else self.demos[0]
        if demo is None:
            raise KeyError(self.picture)
        return demo

    @cached_property
    def lanes(self) -> str:
        """The small picture of its lanes, as an SVG element; "" before `make lanes`."""
        path = self.folder / LANES
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""

    @cached_property
    def minutes(self) -> int:
        """About how long a student takes, by the length of the text and the number of demos."""
        words = len(self.prose(DEFAULT_LANGUAGE).split())
        minutes = words / WORDS_PER_MINUTE + MINUTES_PER_DEMO * len(self.demos)
        return max(1, round(minutes / STEP)) * STEP

    def demo(self, slug: str) -> Demo | None:
        """Return the demo with that slug, or None."""
        return next((demo for demo in self.demos if demo.slug == slug), None)

    def goal_of(self, demo: Demo) -> Goal | None:
        """Return the goal of a demo: its own, or that of the demo which it mends."""
        mends = (other.goal for other in self.demos if other.goal)
        return demo.goal or next((goal for goal in mends if goal.mended == demo.slug), None)

    def name_of(self, demo: Demo) -> str:
        """Return the name of one of its demos in other topics: "topic/demo"."""
        return f"{self.slug}/{demo.slug}"

    def prose(self, language: Language) -> str:
        """Read the topic's text, in Markdown."""
        return (self.folder / f"{language}.md").read_text(encoding="utf-8")


def find_demo(topics: Iterable[Topic], name: str) -> tuple[Topic, Demo] | None:
    """Return the topic and the demo named "topic/demo", or None."""
    slug, _, demo_slug = name.partition("/")
    for topic in topics:
        if topic.slug == slug and (demo := topic.demo(demo_slug)):
            return topic, demo
    return None
