"""What was submitted of a comparison: two demos with their values.

    a=lock/lost-update & a-thread_count=4 & … & b=lock/lost-update-fixed & b-thread_count=4 & …

The field `a` or `b` names a side's demo, and its parameters have the prefix `a-` or `b-`. No
parameter's own name contains a hyphen, so no two fields clash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from werkzeug.exceptions import NotFound

from webapp.lessons.parameters import InvalidParameters, Problem
from webapp.lessons.topic import Demo, Topic, find_demo
from webapp.lessons.values import Values
from webapp.pages.demo.form import Submission, value_texts
from webapp.pages.site.site import Site

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
