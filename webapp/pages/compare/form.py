"""Two demos to be compared: what was sent, what was wrong with it, the form that asks for it.

    a=lock/lost-update & a-thread_count=4 & … & b=lock/lost-update-fixed & b-thread_count=4 & …

A side is named by a letter, and its parameters begin with it. A hyphen is in no parameter's own
name, so the two sides never clash with each other nor with the form's other fields.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from werkzeug.exceptions import NotFound

from webapp.engine.machines import Machine
from webapp.lessons.parameters import InvalidParameters, Problem
from webapp.lessons.topic import Demo, Topic, Values, find_demo
from webapp.pages import addresses
from webapp.pages.demo.form import VISITOR_BYTES, Entry, Field, draw_form, written
from webapp.pages.demo.needs import Lack, draw_lack, is_offered
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording

KEYS = ("a", "b")
CHOSEN = "choose"
"""The field that says which side's demo was just changed."""

Problems = Mapping[str, Sequence[Problem]]
"""What is wrong with each side, by its letter; under "" what belongs to neither."""


class NoSuchDemo(NotFound):
    """The address names a demo that is not here."""

    reason = "demo"


@dataclass(frozen=True)
class Side:
    """One of the two: which demo, and what was entered for it."""

    key: str
    topic: Topic
    demo: Demo
    entry: Entry

    @property
    def name(self) -> str:
        """The demo as it is named in an address."""
        return self.topic.name_of(self.demo)

    def query(self) -> dict[str, object]:
        """Give what belongs in an address."""
        given = {f"{self.key}-{name}": values for name, values in self.entry.given.items()}
        return {self.key: self.name, **given}


@dataclass(frozen=True)
class Enquiry:
    """What was sent. `unknown` are the names of fields that no form of ours has."""

    sides: tuple[Side, Side]
    unknown: Sequence[str]
    transcript_only: bool
    visitor: str

    @property
    def names(self) -> tuple[str, str]:
        """Both demos, as they are named in an address."""
        first, second = self.sides
        return first.name, second.name

    def query(self) -> dict[str, object]:
        """Give what belongs in an address: all but the visitor."""
        first, second = self.sides
        controls = Entry({}, self.transcript_only).query()
        return {**first.query(), **second.query(), **controls}

    def values(self, *, partial: bool = False) -> tuple[Values, Values]:
        """Check all that was entered for both. Raises InvalidComparison."""
        values: list[Values] = []
        problems: dict[str, Sequence[Problem]] = {}
        for side in self.sides:
            try:
                values.append(side.demo.values(side.entry.given, partial=partial))
            except InvalidParameters as invalid:
                problems[side.key] = invalid.problems
        if self.unknown:
            problems[""] = [Problem(name, "extra_forbidden") for name in self.unknown]
        if problems:
            raise InvalidComparison(problems)
        return values[0], values[1]

    def fitting(self) -> Enquiry:
        """Leave out what the demos do not take: another one may just have been chosen."""
        first, second = (replace(side, entry=fitting(side.demo, side.entry)) for side in self.sides)
        return replace(self, sides=(first, second), unknown=())


class InvalidComparison(ValueError):
    """Values that cannot be taken."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def read_enquiry(site: Site, entry: Entry) -> Enquiry:
    """Tell both sides apart; a side that is not named is as the other one. Raises NoSuchDemo."""
    given = {name: values for name, values in entry.given.items() if name not in (*KEYS, CHOSEN)}
    sides = [
        _side(site, key, name, entry, given)
        for key, name in zip(KEYS, _names(site, entry), strict=True)
    ]
    unknown = [name for name in given if name.partition("-")[0] not in KEYS or "-" not in name]
    return Enquiry((sides[0], sides[1]), unknown, entry.transcript_only, entry.visitor)


def find(site: Site, name: str) -> tuple[Topic, Demo]:
    """Give the demo that is named "topic/demo". Raises NoSuchDemo."""
    found = find_demo(site.topics, name)
    if found is None:
        raise NoSuchDemo
    return found


def fitting(demo: Demo, entry: Entry) -> Entry:
    """Keep of an entry what a demo takes."""
    return replace(
        entry,
        given={name: values for name, values in entry.given.items() if _takes(demo, name, values)},
    )


def _takes(demo: Demo, name: str, values: Sequence[str]) -> bool:
    try:
        demo.values({name: values}, partial=True)
    except InvalidParameters:
        return False
    return True


def _side(
    site: Site, key: str, name: str, entry: Entry, given: Mapping[str, Sequence[str]]
) -> Side:
    own = {
        name.removeprefix(f"{key}-"): values
        for name, values in given.items()
        if name.startswith(f"{key}-")
    }
    return Side(key, *find(site, name), replace(entry, given=own))


def _names(site: Site, entry: Entry) -> tuple[str, str]:
    """What is compared; without a word, what the course is the first to compare."""
    first, second = ((*entry.given.get(key, ()), "")[0] for key in KEYS)
    if named := first or second:
        return named, second or named
    demos = [(topic, demo) for topic in site.topics for demo in topic.demos]
    topic, demo = next((found for found in demos if found[1].beside), demos[0])
    name = topic.name_of(demo)
    return name, demo.beside[0].other if demo.beside else name


def query_of_both(
    first: tuple[Topic, Demo, Values],
    second: tuple[Topic, Demo, Values],
    *,
    transcript_only: bool = False,
) -> dict[str, object]:
    """Give the query of an address that compares these demos with these values."""
    query = Entry({}, transcript_only).query()
    for key, (topic, demo, values) in zip(KEYS, (first, second), strict=True):
        given = {name: [value] for name, value in written(demo, values).items()}
        query |= Side(key, topic, demo, Entry(given)).query()
    return query


# --- the form ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class DemoOption:
    """A demo that can be chosen."""

    name: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class TopicOptions:
    """A topic's demos."""

    title: str
    demos: tuple[DemoOption, ...]


@dataclass(frozen=True)
class SideForm:
    """One side of the form; its `number` is 1 or 2, as it is read.

    Where no machine has what its demo needs, `lack` says so, and nothing can be run.
    """

    key: str
    number: str
    title: str
    topics: tuple[TopicOptions, ...]
    fields: tuple[Field, ...]
    lack: Lack | None


@dataclass(frozen=True)
class CompareForm:
    """The form as it is drawn. `problems` are those of no field."""

    address: str
    sides: tuple[SideForm, ...]
    problems: tuple[str, ...]
    refused: bool
    transcript_only: bool
    visitor: str

    @property
    def lacks(self) -> list[str]:
        """The letters of the sides that cannot be run."""
        return [side.key for side in self.sides if side.lack]


def draw_compare_form(
    site: Site, say: Wording, enquiry: Enquiry, problems: Problems | None = None
) -> CompareForm:
    """Fill the form with what was entered, or the demos' defaults, and tell the problems."""
    problems = problems or {}
    forms = [
        draw_form(say, side.topic, side.demo, side.entry, problems.get(side.key, ()))
        for side in enquiry.sides
    ]
    unknown = (
        say("problem.extra_forbidden", name=problem.parameter) for problem in problems.get("", ())
    )
    machines = site.runner.machines()
    return CompareForm(
        address=addresses.comparison(say.language),
        sides=tuple(
            SideForm(
                key=side.key,
                number=say.number(number),
                title=say(f"compare.{side.key}"),
                topics=tuple(_options(say, enquiry, side)),
                fields=tuple(
                    replace(field, name=f"{side.key}-{field.name}") for field in form.fields
                ),
                lack=_lack(say, side, machines, bare=bool(problems)),
            )
            for number, side, form in zip((1, 2), enquiry.sides, forms, strict=True)
        ),
        problems=(*chain.from_iterable(form.problems for form in forms), *unknown),
        refused=bool(problems),
        transcript_only=enquiry.transcript_only,
        visitor=enquiry.visitor or secrets.token_urlsafe(VISITOR_BYTES),
    )


def _lack(say: Wording, side: Side, machines: Sequence[Machine], *, bare: bool) -> Lack | None:
    if is_offered(side.demo, machines):
        return None
    return draw_lack(say, side.topic, side.demo, {} if bare else side.entry.given)


def _options(say: Wording, enquiry: Enquiry, side: Side) -> list[TopicOptions]:
    """The demos of the side's topic, and of the other side's if that is another one."""
    others = [other.topic for other in enquiry.sides if other.topic.slug != side.topic.slug]
    return [
        TopicOptions(
            topic.title[say.language],
            tuple(
                DemoOption(name, demo.title[say.language], name == side.name)
                for demo in topic.demos
                if (name := topic.name_of(demo))
            ),
        )
        for topic in (side.topic, *others)
    ]
