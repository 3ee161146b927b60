"""A topic and its demos: pure data, declared by `topic.py` of the topic's folder.

What is declared has no words. They are set when the topic is found; see `worded`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from webapp.engine.machines import ANYWHERE, Needs
from webapp.engine.program import Program
from webapp.lessons.claims import Claim
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import AnyParameter, parse_all
from webapp.lessons.text import UNSAID, Language, Text
from webapp.lessons.values import Value

Values = Mapping[str, Value]


@dataclass(frozen=True)
class Ideal:
    """How long a run would take if starting, switching and waiting cost nothing.

    `seconds` is computed from the parameters; `why` says in a sentence where the number comes
    from and what the measured time adds to it. `name` is its key where demos share it.
    """

    seconds: Callable[[Values], float]
    name: str = ""
    why: Text = UNSAID  # set when the topic is found


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A demo beside another one, or beside itself with other values.

    `name` is the key of its words, `other` is named "topic/demo". `values` are the demo's own and
    `other_values` the other's, each where it is not the default. `look` says what to look for.
    """

    name: str
    other: str
    values: Values = field(default_factory=dict)
    other_values: Values = field(default_factory=dict)
    title: Text = UNSAID  # set when the topic is found
    look: Text = UNSAID  # likewise


@dataclass(frozen=True)
class Demo:
    """One program of a topic, and what is said of it.

    `claims` must hold in every run; `observations` are what was seen in this one. A `trap` is a
    demo whose lesson is a fault. `outcome` is what to look at when it is run many times, `beside`
    what it is worth to be compared with.
    `as_in_report` holds the values of the course report where they differ from the defaults.
    `watch` says before the first run what to look for, `needs` what the machine must have.
    """

    slug: str
    ideal: Ideal
    outcome: DemoOutcome
    parameters: tuple[AnyParameter, ...] = ()
    claims: tuple[Claim, ...] = ()
    observations: tuple[Claim, ...] = ()
    trap: bool = False
    needs: Needs = ANYWHERE
    as_in_report: Mapping[str, Value] = field(default_factory=dict)
    beside: tuple[Pair, ...] = ()
    next: str = ""  # the slug of the demo to go on with; the next in order if empty
    title: Text = UNSAID  # set when the topic is found
    watch: Text = UNSAID  # likewise
    folder: Path = Path()  # likewise

    @property
    def path(self) -> Path:
        """The program's file."""
        return self.folder / f"{self.slug.replace('-', '_')}.py"

    @cached_property
    def source(self) -> str:
        """The program's text, as it stands in its file."""
        return self.path.read_text(encoding="utf-8")

    @property
    def defaults(self) -> dict[str, Value]:
        """The values that the form starts with."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    def values(
        self, given: Mapping[str, Sequence[str]], *, partial: bool = False
    ) -> dict[str, Value]:
        """Check what was entered; see `parameters.parse_all`."""
        return parse_all(self.parameters, given, partial=partial)

    def program(self, values: Values) -> Program:
        """The program with its parameters, ready for a runner."""
        return Program(self.path, parameters=dict(values), needs=self.needs)


@dataclass(frozen=True)
class Topic:
    """One idea: a text and some demos. Its folder's name is its address."""

    demos: tuple[Demo, ...]
    chapter: str = ""  # set when the topic is found
    order: int = 0  # likewise: its place in the course, from 1
    title: Text = UNSAID  # likewise
    summary: Text = UNSAID  # likewise
    folder: Path = Path()  # likewise

    @property
    def slug(self) -> str:
        """The topic's name in addresses."""
        return self.folder.name.replace("_", "-")

    def demo(self, slug: str) -> Demo | None:
        """The demo of that name, if there is one."""
        return next((demo for demo in self.demos if demo.slug == slug), None)

    def name_of(self, demo: Demo) -> str:
        """How another topic names one of its demos: "topic/demo"."""
        return f"{self.slug}/{demo.slug}"

    def prose(self, language: Language) -> str:
        """The explanation, in Markdown."""
        return (self.folder / f"{language}.md").read_text(encoding="utf-8")


def find_demo(topics: Iterable[Topic], name: str) -> tuple[Topic, Demo] | None:
    """Give the demo that is named "topic/demo", if there is one."""
    slug, _, demo_slug = name.partition("/")
    for topic in topics:
        if topic.slug == slug and (demo := topic.demo(demo_slug)):
            return topic, demo
    return None
