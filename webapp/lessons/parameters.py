"""A demo's parameters: declared once, for the form, the checks and the API alike.

What is wrong with a value is a `Problem`, whose `type` is pydantic's name for it (`missing`,
`int_parsing`, `greater_than_equal` …), so that the web can say it in the page's language and the
JSON API in the report's envelope.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from webapp.lessons.text import UNSAID, Text
from webapp.lessons.values import (
    SEPARATORS,
    Refused,
    Value,
    between_commas,
    bounded,
    read_float,
    take_float,
    take_integer,
    take_list,
)

V = TypeVar("V", int, float, str, tuple[int, ...], tuple[float, ...])


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value cannot be taken: `type` as pydantic names it, `given` as it was sent."""

    parameter: str
    type: str
    given: object = None
    bounds: Mapping[str, Value | tuple[Value, ...]] = field(default_factory=dict)


class InvalidParameters(ValueError):
    """Values that cannot be taken; `problems` says which and why, in order of declaration."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.parameter}: {p.type}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Parameter(ABC, Generic[V]):
    """One keyword argument of a demo's `main`: its default stands in both and must agree."""

    name: str
    default: V
    label: Text = UNSAID  # set when the topic is found
    help: Text = UNSAID  # likewise

    @abstractmethod
    def parse(self, given: str) -> V:
        """Read a value as it was entered. Raises `Refused`."""

    @abstractmethod
    def take(self, given: object) -> V:
        """Check a value that has a type already, as JSON gives it. Raises `Refused`."""

    def write(self, value: Value) -> str:
        """Write a value as it would be entered."""
        return str(value)

    def check_default(self) -> None:
        """Raise ValueError where the declaration contradicts itself."""
        try:
            taken = self.parse(self.write(self.default))
        except Refused as refused:
            raise ValueError(f"the default of {self.name} is refused: {refused.type}") from None
        if taken != self.default:
            raise ValueError(f"the default of {self.name} reads back as {taken!r}")


@dataclass(frozen=True, kw_only=True)
class Integer(Parameter[int]):
    """A whole number from `minimum` to `maximum`, both included."""

    minimum: int
    maximum: int
    step: int = 1

    def parse(self, given: str) -> int:
        """Read a whole number, in Latin or Persian digits."""
        # int() would also take "1_000", which nobody means in a form.
        if not re.fullmatch(r"\s*[+-]?\d{1,18}\s*", given):
            raise Refused("int_parsing")
        return bounded(int(given), self.minimum, self.maximum)

    def take(self, given: object) -> int:
        """Take a whole number."""
        return bounded(take_integer(given), self.minimum, self.maximum)


@dataclass(frozen=True, kw_only=True)
class Float(Parameter[float]):
    """A number from `minimum` to `maximum`, both included; the field's arrows add `step`."""

    minimum: float
    maximum: float
    step: float = 0.1

    def parse(self, given: str) -> float:
        """Read a number, in Latin or Persian digits."""
        return read_float(given, self.minimum, self.maximum)

    def take(self, given: object) -> float:
        """Take a number."""
        return take_float(given, self.minimum, self.maximum)


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter[str]):
    """One of a few words, each with a label."""

    options: tuple[str, ...]
    labels: Mapping[str, Text] = field(default_factory=dict)  # set when the topic is found

    def parse(self, given: str) -> str:
        """Take the word if it is one of the options."""
        if given not in self.options:
            raise Refused("literal_error", expected=self.options)
        return given

    def take(self, given: object) -> str:
        """Take the word if it is one of the options."""
        if not isinstance(given, str):
            raise Refused("literal_error", expected=self.options)
        return self.parse(given)


@dataclass(frozen=True, kw_only=True)
class Floats(Parameter[tuple[float, ...]]):
    """As many numbers as the default has, each from `minimum` to `maximum`, as in `3, 2, 1`."""

    minimum: float
    maximum: float

    def parse(self, given: str) -> tuple[float, ...]:
        """Read the numbers, between commas."""
        parts = given.translate(SEPARATORS).split(",")
        if len(parts) != len(self.default):
            raise Refused("wrong_length", length=len(self.default))
        return tuple(read_float(part, self.minimum, self.maximum) for part in parts)

    def take(self, given: object) -> tuple[float, ...]:
        """Take the numbers from a list."""
        parts = take_list(given)
        if len(parts) != len(self.default):
            raise Refused("wrong_length", length=len(self.default))
        return tuple(take_float(part, self.minimum, self.maximum) for part in parts)

    def write(self, value: Value) -> str:
        """Write the numbers between commas."""
        return between_commas(value)


@dataclass(frozen=True, kw_only=True)
class Permutation(Parameter[tuple[int, ...]]):
    """The numbers from 1 to as many as the default has, each once, entered as `2, 1, 3`."""

    def parse(self, given: str) -> tuple[int, ...]:
        """Read the numbers, between commas."""
        try:
            numbers = tuple(int(part) for part in given.translate(SEPARATORS).split(","))
        except ValueError:
            raise Refused("int_parsing") from None
        return self._checked(numbers)

    def take(self, given: object) -> tuple[int, ...]:
        """Take the numbers from a list."""
        return self._checked(tuple(take_integer(part) for part in take_list(given)))

    def _checked(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if sorted(numbers) != sorted(self.default):
            raise Refused("permutation", size=len(self.default))
        return numbers

    def write(self, value: Value) -> str:
        """Write the numbers between commas."""
        return between_commas(value)


AnyParameter = Integer | Float | Choice | Floats | Permutation


def parse_all(
    parameters: Sequence[AnyParameter], given: Mapping[str, Sequence[str]], *, partial: bool = False
) -> dict[str, Value]:
    """Check all that was entered at once, so that every problem is told at once.

    `given` holds the values of each name as they were sent. With `partial`, what is missing gets
    its default (an address that names no parameters shows the demo's own); else it is a problem.
    Raises InvalidParameters: missing, unknown, repeated, unreadable or out of bounds.
    """
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for parameter in parameters:
        entered = given.get(parameter.name, ())
        if not entered and partial:
            values[parameter.name] = parameter.default
        elif not entered or (len(entered) == 1 and not entered[0].strip()):
            problems.append(Problem(parameter.name, "missing"))
        elif len(entered) > 1:
            problems.append(Problem(parameter.name, "repeated", entered[-1]))
        else:
            try:
                values[parameter.name] = parameter.parse(entered[0])
            except Refused as refused:
                problems.append(
                    Problem(parameter.name, refused.type, entered[0], dict(refused.bounds))
                )
    names = {parameter.name for parameter in parameters}
    problems += [
        Problem(name, "extra_forbidden", entered[-1] if entered else None)
        for name, entered in given.items()
        if name not in names
    ]
    if problems:
        raise InvalidParameters(problems)
    return values


def take_all(parameters: Sequence[AnyParameter], given: Mapping[str, object]) -> dict[str, Value]:
    """Check all values that were sent as JSON at once, so that every problem is told at once.

    Raises InvalidParameters: missing, unknown, of a wrong type or out of bounds.
    """
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for parameter in parameters:
        if parameter.name not in given:
            problems.append(Problem(parameter.name, "missing", dict(given)))
            continue
        value = given[parameter.name]
        try:
            values[parameter.name] = parameter.take(value)
        except Refused as refused:
            problems.append(Problem(parameter.name, refused.type, value, dict(refused.bounds)))
    names = {parameter.name for parameter in parameters}
    problems += [
        Problem(name, "extra_forbidden", value)
        for name, value in given.items()
        if name not in names
    ]
    if problems:
        raise InvalidParameters(problems)
    return values
