"""The fields of a demo's parameters, with the errors in what was entered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from webapp.lessons.parameters import (
    AnyParameter,
    Choice,
    Float,
    Floats,
    Integer,
    Permutation,
    Problem,
)
from webapp.lessons.topic import Demo
from webapp.lessons.values import Value
from webapp.pages.demo.option import Option
from webapp.pages.texts.wording import Wording

# A floating-point number as HTML defines it: ASCII digits only.
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$", re.ASCII)

KEYBOARDS: Mapping[type, str] = {Integer: "numeric", Float: "decimal"}


@dataclass(frozen=True)
class Field:
    """One parameter in the form. `problem` is the error in its value, or "".

    `type` is the input's type, or "" for a choice. A value that browsers would not show in a number
    input gets a text input; `keyboard` is then the one that a phone shows (HTML's `inputmode`).
    """

    name: str
    label: str
    help: str
    value: str
    problem: str
    type: str = ""
    keyboard: str = "text"
    limits: str = ""
    minimum: Value = 0
    maximum: Value = 0
    step: Value = 1
    options: tuple[Option, ...] = ()


def build_fields(
    say: Wording, demo: Demo, given: Mapping[str, Sequence[str]], reasons: Mapping[str, str]
) -> tuple[Field, ...]:
    """Return a demo's fields, filled with what was given or the defaults.

    `reasons` are the messages for errors, by the names of parameters: see `describe`.
    """
    return tuple(
        _field(say, parameter, given.get(parameter.name, ()), reasons.get(parameter.name, ""))
        for parameter in demo.parameters
    )


def describe(say: Wording, demo: Demo, problems: Sequence[Problem]) -> dict[str, str]:
    """Return the messages for errors, by the names of what was given."""
    return {problem.parameter: _reason(say, problem, demo) for problem in problems}


def _field(say: Wording, parameter: AnyParameter, given: Sequence[str], problem: str) -> Field:
    value = given[-1] if given else parameter.write(parameter.default)
    label, help_ = parameter.label[say.language], parameter.help[say.language]
    entry = Field(parameter.name, label, help_, value, problem)
    if isinstance(parameter, Choice):
        return replace(entry, options=_options(say, parameter))
    kind, bounds = _bounds(say, parameter)
    keyboard = KEYBOARDS.get(type(parameter), "text")
    limits, shown = say(f"limits.{kind}", **bounds), say.entered(value)
    entry = replace(entry, type="text", keyboard=keyboard, limits=limits, value=shown)
    # A number input takes Latin digits only.
    if isinstance(parameter, Integer | Float) and _NUMBER.match(shown):
        return replace(
            entry,
            type="number",
            minimum=parameter.minimum,
            maximum=parameter.maximum,
            step=parameter.step,
        )
    return entry


def _options(say: Wording, parameter: Choice) -> tuple[Option, ...]:
    return tuple(Option(word, label[say.language]) for word, label in parameter.labels.items())


def _reason(say: Wording, problem: Problem, demo: Demo) -> str:
    """Return the message for an error: what is wrong and what is allowed."""
    for parameter in demo.parameters:
        if parameter.name == problem.parameter:
            kind, bounds = _bounds(say, parameter)
            return say(f"problem.{kind}.{_kind(problem)}", **bounds)
    return say("problem.extra_forbidden", name=problem.parameter)


def _bounds(say: Wording, parameter: AnyParameter) -> tuple[str, dict[str, object]]:
    """Return a parameter's kind, which is part of a text's key, and its bounds for that text."""
    match parameter:
        case Choice():
            # The visitor sees the labels, not the option values.
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
    """Reduce pydantic's error types to those that the texts tell apart."""
    if problem.type in ("greater_than_equal", "less_than_equal"):
        return "bounds"
    return problem.type if problem.type in ("missing", "repeated") else "unreadable"
