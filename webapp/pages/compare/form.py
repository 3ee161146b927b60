"""The form of a comparison: what was submitted, the errors in it, and its fields.

    a=lock/lost-update & a-thread_count=4 & … & b=lock/lost-update-fixed & b-thread_count=4 & …

The field `a` or `b` names a side's demo, and its parameters have the prefix `a-` or `b-`. No
parameter's own name contains a hyphen, so no two fields clash.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from werkzeug.exceptions import NotFound

from webapp.engine.machines import Machine
from webapp.lessons.parameters import InvalidParameters, Problem
from webapp.lessons.topic import Demo, Topic, find_demo
from webapp.lessons.values import Values
from webapp.pages import addresses
from webapp.pages.demo.fields import Field
from webapp.pages.demo.form import VISITOR_BYTES, Submission, build_form, value_texts
from webapp.pages.demo.needs import UnmetNeeds, build_unmet_needs, is_offered
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording

KEYS = ("a", "b")
CHOSEN = "choose"
"""The field that names the side whose demo was just changed."""

Problems = Mapping[str, Sequence[Problem]]
"""The errors of each side, by its letter; those of neither side are under ""."""


class NoSuchDemo(NotFound):
    """The address names a demo that does not exist."""

    reason = "demo"


@dataclass(frozen=True)
class Side:
    """One of the two sides: its demo, and the values submitted for it."""

    key: str
    topic: Topic
    demo: Demo
    submission: Submission

    @property
    def name(self) -> str:
        """The demo's name in an address: "topic/demo"."""
        return self.topic.name_of(self.demo)

    def query(self) -> dict[str, object]:
        """Return the side's part of an address's query."""
        given = {f"{self.key}-{name}": values for name, values in self.submission.given.items()}
        return {self.key: self.name, **given}


@dataclass(frozen=True)
class Selection:
    """What was submitted. `unknown` are names of fields that the form does not have."""

    sides: tuple[Side, Side]
    unknown: Sequence[str]
    transcript_only: bool
    visitor: str

    @property
    def names(self) -> tuple[str, str]:
        """Both demos' names in an address."""
        first, second = self.sides
        return first.name, second.name

    def query(self) -> dict[str, object]:
        """Return everything but the visitor's token, as the query of an address."""
        first, second = self.sides
        controls = Submission({}, self.transcript_only).query()
        return {**first.query(), **second.query(), **controls}

    def values(self, *, partial: bool = False) -> tuple[Values, Values]:
        """Check both sides' values. `partial` allows missing ones. Raises InvalidComparison."""
        values: list[Values] = []
        problems: dict[str, Sequence[Problem]] = {}
        for side in self.sides:
            try:
                values.append(side.demo.values(side.submission.given, partial=partial))
            except InvalidParameters as invalid:
                problems[side.key] = invalid.problems
        if self.unknown:
            problems[""] = [Problem(name, "extra_forbidden") for name in self.unknown]
        if problems:
            raise InvalidComparison(problems)
        return values[0], values[1]

    def only_valid(self) -> Selection:
        """Drop the values that are not valid for the demos, since a demo was just changed."""
        first, second = (
            replace(side, submission=keep_valid(side.demo, side.submission)) for side in self.sides
        )
        return replace(self, sides=(first, second), unknown=())


class InvalidComparison(ValueError):
    """Some values are not valid; `problems` says which and why."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def read_selection(site: Site, submission: Submission) -> Selection:
    """Split what was sent into two sides. A side without a demo gets the other side's.

    Raises NoSuchDemo.
    """
    given = {
        name: values for name, values in submission.given.items() if name not in (*KEYS, CHOSEN)
    }
    sides = [
        _side(site, key, name, submission, given)
        for key, name in zip(KEYS, _names(site, submission), strict=True)
    ]
    unknown = [name for name in given if name.partition("-")[0] not in KEYS or "-" not in name]
    return Selection((sides[0], sides[1]), unknown, submission.transcript_only, submission.visitor)


def find(site: Site, name: str) -> tuple[Topic, Demo]:
    """Return the demo named "topic/demo". Raises NoSuchDemo."""
    found = find_demo(site.topics, name)
    if found is None:
        raise NoSuchDemo
    return found


def keep_valid(demo: Demo, submission: Submission) -> Submission:
    """Return `submission` with only the values that are valid for a demo."""
    return replace(
        submission,
        given={
            name: values for name, values in submission.given.items() if _takes(demo, name, values)
        },
    )


def _takes(demo: Demo, name: str, values: Sequence[str]) -> bool:
    try:
        demo.values({name: values}, partial=True)
    except InvalidParameters:
        return False
    return True


def _side(
    site: Site, key: str, name: str, submission: Submission, given: Mapping[str, Sequence[str]]
) -> Side:
    own = {
        name.removeprefix(f"{key}-"): values
        for name, values in given.items()
        if name.startswith(f"{key}-")
    }
    return Side(key, *find(site, name), replace(submission, given=own))


def _names(site: Site, submission: Submission) -> tuple[str, str]:
    """Return the names of both demos. The default is the first comparison of the course."""
    first, second = ((*submission.given.get(key, ()), "")[0] for key in KEYS)
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
    """Return the query of an address that compares these demos with these values."""
    query = Submission({}, transcript_only).query()
    for key, (topic, demo, values) in zip(KEYS, (first, second), strict=True):
        given = {name: [value] for name, value in value_texts(demo, values).items()}
        query |= Side(key, topic, demo, Submission(given)).query()
    return query


# --- the form ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class DemoOption:
    """A demo in the list to choose from."""

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
    """One side of the form. `number` is 1 or 2, in the language's digits.

    `unmet` is set if no machine has what the demo needs: then neither side can run.
    """

    key: str
    number: str
    title: str
    topics: tuple[TopicOptions, ...]
    fields: tuple[Field, ...]
    unmet: UnmetNeeds | None


@dataclass(frozen=True)
class CompareForm:
    """The form. `problems` are the errors that belong to no field."""

    address: str
    sides: tuple[SideForm, ...]
    problems: tuple[str, ...]
    refused: bool
    transcript_only: bool
    visitor: str

    @property
    def blocked(self) -> list[str]:
        """The letters of the sides that cannot run."""
        return [side.key for side in self.sides if side.unmet]


def build_compare_form(
    site: Site, say: Wording, selection: Selection, problems: Problems | None = None
) -> CompareForm:
    """Return the form, filled with what was submitted or the defaults, and with its errors."""
    problems = problems or {}
    forms = [
        build_form(say, side.topic, side.demo, side.submission, problems.get(side.key, ()))
        for side in selection.sides
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
                topics=tuple(_options(say, selection, side)),
                fields=tuple(
                    replace(field, name=f"{side.key}-{field.name}") for field in form.fields
                ),
                unmet=_unmet(say, side, machines, bare=bool(problems)),
            )
            for number, side, form in zip((1, 2), selection.sides, forms, strict=True)
        ),
        problems=(*chain.from_iterable(form.problems for form in forms), *unknown),
        refused=bool(problems),
        transcript_only=selection.transcript_only,
        visitor=selection.visitor or secrets.token_urlsafe(VISITOR_BYTES),
    )


def _unmet(
    say: Wording, side: Side, machines: Sequence[Machine], *, bare: bool
) -> UnmetNeeds | None:
    if is_offered(side.demo, machines):
        return None
    return build_unmet_needs(say, side.topic, side.demo, {} if bare else side.submission.given)


def _options(say: Wording, selection: Selection, side: Side) -> list[TopicOptions]:
    """Return the demos of the side's topic, and those of the other side's topic if it differs."""
    others = [other.topic for other in selection.sides if other.topic.slug != side.topic.slug]
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
