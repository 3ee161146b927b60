"""A demo's declaration as a form: what is drawn, what was sent, what was wrong with it.

Besides a demo's parameters the form sends fields of its own. Their names hold a hyphen, which no
argument of a Python function can, so the two never clash.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import g, request
from werkzeug.datastructures import MultiDict

from webapp.lessons.parameters import (
    AnyParameter,
    Choice,
    Float,
    Floats,
    Integer,
    Permutation,
    Problem,
)
from webapp.lessons.topic import Demo, Topic, Values
from webapp.lessons.values import Value
from webapp.pages import addresses
from webapp.pages.demo.needs import Lack
from webapp.pages.repeat.running import RUNS
from webapp.pages.texts.wording import Wording

VISITOR = "run-visitor"
TRANSCRIPT_ONLY = "run-transcript-only"
CONTROLS = frozenset({VISITOR, TRANSCRIPT_ONLY})

# A floating-point number as HTML takes it; Persian digits, for one, are not.
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$", re.ASCII)

VISITOR_BYTES = 9
VISITOR_LENGTH = 32  # characters that are looked at; more is not ours


@dataclass(frozen=True)
class Entry:
    """What was sent: the values of each parameter, and the form's own fields."""

    given: Mapping[str, Sequence[str]]
    transcript_only: bool = False
    visitor: str = ""

    def query(self) -> dict[str, object]:
        """Give what belongs in an address: all but the visitor."""
        query: dict[str, object] = {name: list(values) for name, values in self.given.items()}
        return {**query, **_controls(self.transcript_only)}


def read_entry(sent: MultiDict[str, str]) -> Entry:
    """Tell the parameters apart from the form's own fields."""
    given = {name: values for name, values in sent.lists() if name not in CONTROLS}
    visitor = sent.get(VISITOR, "")[:VISITOR_LENGTH]
    return Entry(given, TRANSCRIPT_ONLY in sent, visitor)


def entered() -> Entry:
    """Give what the form of this request sent; it is read once."""
    if "entered" not in g:
        g.entered = read_entry(request.form)
    found: Entry = g.entered
    return found


def query_of(demo: Demo, values: Values, *, transcript_only: bool = False) -> dict[str, object]:
    """Give the query of an address that opens the demo with these values."""
    return {**written(demo, values), **_controls(transcript_only)}


def written(demo: Demo, values: Values) -> dict[str, str]:
    """Write values as they would be entered."""
    return {
        parameter.name: parameter.write(values[parameter.name]) for parameter in demo.parameters
    }


@dataclass(frozen=True)
class Option:
    """One choice of a field."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One parameter as it is drawn. `problem` says what was wrong with the value.

    `type` is the input's, and "" for a choice. An entry that a number field would drop gets a text
    field, to be seen.
    """

    name: str
    label: str
    help: str
    value: str
    problem: str
    type: str = ""
    limits: str = ""
    minimum: Value = 0
    maximum: Value = 0
    step: Value = 1
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Preset:
    """A link that fills the form."""

    address: str
    chosen: bool


@dataclass(frozen=True)
class CompareLink:
    """A way to a comparison; `look` says what to look for."""

    title: str
    address: str
    look: str = ""


@dataclass(frozen=True)
class CompareMenu:
    """The ways from one demo to a comparison: with the course's own `pairs`, and with `others`,
    itself first, which carry its values."""

    pairs: tuple[CompareLink, ...]
    others: tuple[CompareLink, ...]


@dataclass(frozen=True)
class Form:
    """A demo's form as it is drawn. `problems` are those of no field.

    Where no machine has what the demo needs, `lack` says so, and nothing can be run.
    """

    address: str
    repeat: str
    runs: int
    fields: tuple[Field, ...]
    problems: tuple[str, ...]
    refused: bool
    transcript_only: bool
    visitor: str
    preset: Preset | None
    compare: CompareMenu | None
    lack: Lack | None


def draw_form(
    say: Wording,
    topic: Topic,
    demo: Demo,
    entry: Entry,
    problems: Sequence[Problem] = (),
    *,
    compare: CompareMenu | None = None,
    lack: Lack | None = None,
) -> Form:
    """Fill a demo's form with what was entered, or its defaults, and tell the problems."""
    reasons = {problem.parameter: _reason(say, problem, demo) for problem in problems}
    names = {parameter.name for parameter in demo.parameters}
    return Form(
        address=addresses.demo(say.language, topic, demo),
        repeat=addresses.repeat(say.language, topic, demo),
        runs=RUNS,
        fields=tuple(
            _field(say, parameter, entry, reasons.get(parameter.name, ""))
            for parameter in demo.parameters
        ),
        problems=tuple(reason for name, reason in reasons.items() if name not in names),
        refused=bool(problems),
        transcript_only=entry.transcript_only,
        visitor=entry.visitor or secrets.token_urlsafe(VISITOR_BYTES),
        preset=_preset(say, topic, demo, entry),
        compare=compare,
        lack=lack,
    )


def _field(say: Wording, parameter: AnyParameter, entry: Entry, problem: str) -> Field:
    given = entry.given.get(parameter.name)
    value = given[-1] if given else parameter.write(parameter.default)
    label, help_ = parameter.label[say.language], parameter.help[say.language]
    field = Field(parameter.name, label, help_, value, problem)
    if isinstance(parameter, Choice):
        return replace(field, options=_options(say, parameter))
    kind, bounds = _bounds(say, parameter)
    field = replace(field, type="text", limits=say(f"limits.{kind}", **bounds))
    if isinstance(parameter, Integer | Float) and _NUMBER.match(value):
        return replace(
            field,
            type="number",
            minimum=parameter.minimum,
            maximum=parameter.maximum,
            step=parameter.step,
        )
    return field


def _options(say: Wording, parameter: Choice) -> tuple[Option, ...]:
    return tuple(Option(word, label[say.language]) for word, label in parameter.labels.items())


def _preset(say: Wording, topic: Topic, demo: Demo, entry: Entry) -> Preset | None:
    if not demo.as_in_report:
        return None
    values = {**demo.defaults, **demo.as_in_report}
    entered = {name: given[-1] for name, given in entry.given.items() if given}
    query = query_of(demo, values, transcript_only=entry.transcript_only)
    address = addresses.demo(say.language, topic, demo, query)
    return Preset(address, entered == written(demo, values))


def _reason(say: Wording, problem: Problem, demo: Demo) -> str:
    """Say in the page's language why a value cannot be taken, and what can."""
    for parameter in demo.parameters:
        if parameter.name == problem.parameter:
            kind, bounds = _bounds(say, parameter)
            return say(f"problem.{kind}.{_kind(problem)}", **bounds)
    return say("problem.extra_forbidden", name=problem.parameter)


def _bounds(say: Wording, parameter: AnyParameter) -> tuple[str, dict[str, object]]:
    """Name the kind of a parameter in the texts, and give what they tell of its bounds."""
    match parameter:
        case Choice():
            # Labels are what the visitor sees; the words behind them mean nothing to most.
            labels = [option.label for option in _options(say, parameter)]
            return "choice", {"options": say("list.separator").join(labels)}
        case Permutation():
            return "permutation", {"count": len(parameter.default)}
        case Integer() | Float() | Floats():
            bounds: dict[str, object] = {"minimum": parameter.minimum, "maximum": parameter.maximum}
    match parameter:
        case Floats():
            return "numbers", {**bounds, "count": len(parameter.default)}
        case Integer():
            return "whole", bounds
        case Float():
            return "number", bounds


def _kind(problem: Problem) -> str:
    """Reduce pydantic's names to what makes a difference to a visitor."""
    if problem.type in ("greater_than_equal", "less_than_equal"):
        return "bounds"
    return problem.type if problem.type in ("missing", "repeated") else "unreadable"


def _controls(transcript_only: bool) -> dict[str, object]:
    return {TRANSCRIPT_ONLY: "on"} if transcript_only else {}
