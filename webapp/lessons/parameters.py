"""A demo's parameters, declared once for the form, the validation and the API.

An invalid value is a `Problem`, whose `type` is pydantic's name for the error (`missing`,
`int_parsing`, `greater_than_equal` …). The pages translate it, and the API returns it.

People enter numbers in Latin or Persian digits (`parse`). Programs send JSON, whose numbers have
Latin digits only, so the API takes no others (`take`).
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
    """Why a value is invalid: `type` is pydantic's name, `given` the value as it was sent."""

    parameter: str
    type: str
    given: object = None
    bounds: Mapping[str, Value | tuple[Value, ...]] = field(default_factory=dict)


class InvalidParameters(ValueError):
    """Some values are invalid; `problems` are in the order of declaration."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.parameter}: {p.type}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Parameter(ABC, Generic[V]):
    """One keyword argument of a demo's `main`, with the same default."""

    name: str
    default: V
    label: Text = UNSAID  # set when the topic is loaded
    help: Text = UNSAID  # likewise

    @abstractmethod
    def parse(self, given: str) -> V:
        """Parse a value entered in the form. Raises `Refused`."""

    @abstractmethod
    def take(self, given: object) -> V:
        """Validate a value from JSON. Raises `Refused`."""

    def write(self, value: Value) -> str:
        """Return a value as it would be entered in the form."""
        return str(value)

    def check_default(self) -> None:
        """Raise ValueError if the default is invalid."""
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
        """Parse an integer, in Latin or Persian digits. Raises `Refused`."""
        # int() alone would also accept "1_000".
        if not re.fullmatch(r"\s*[+-]?\d{1,18}\s*", given):
            raise Refused("int_parsing")
        return bounded(int(given), self.minimum, self.maximum)

    def take(self, given: object) -> int:
        """Validate an integer. Raises `Refused`."""
        return bounded(take_integer(given), self.minimum, self.maximum)


@dataclass(frozen=True, kw_only=True)
class Float(Parameter[float]):
    """A number from `minimum` to `maximum`, both included; the field's arrows add `step`."""

    minimum: float
    maximum: float
    step: float = 0.1

    def parse(self, given: str) -> float:
        """Parse a number, in Latin or Persian digits. Raises `Refused`."""
        return read_float(given, self.minimum, self.maximum)

    def take(self, given: object) -> float:
        """Validate a number. Raises `Refused`."""
        return take_float(given, self.minimum, self.maximum)


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter[str]):
    """One of a few words, each with a label."""

    options: tuple[str, ...]
    labels: Mapping[str, Text] = field(default_factory=dict)  # set when the topic is loaded

    def parse(self, given: str) -> str:
        """Return the word if it is one of the options. Raises `Refused`."""
        if given not in self.options:
            raise Refused("literal_error", expected=self.options)
        return given

    def take(self, given: object) -> str:
        """Return the word if it is one of the options. Raises `Refused`."""
        if not isinstance(given, str):
            raise Refused("literal_error", expected=self.options)
        return self.parse(given)


@dataclass(frozen=True, kw_only=True)
class Floats(Parameter[tuple[float, ...]]):
    """As many numbers as the default has, each from `minimum` to `maximum`, as in `3, 2, 1`."""

    minimum: float
    maximum: float

    def parse(self, given: str) -> tuple[float, ...]:
        """Parse numbers separated by commas. Raises `Refused`."""
        parts = given.translate(SEPARATORS).split(",")
        if len(parts) != len(self.default):
            raise Refused("wrong_length", length=len(self.default))
        return tuple(read_float(part, self.minimum, self.maximum) for part in parts)

    def take(self, given: object) -> tuple[float, ...]:
        """Validate a list of numbers. Raises `Refused`."""
        parts = take_list(given)
        if len(parts) != len(self.default):
            raise Refused("wrong_length", length=len(self.default))
        return tuple(take_float(part, self.minimum, self.maximum) for part in parts)

    def write(self, value: Value) -> str:
        """Return the numbers separated by commas."""
        return between_commas(value)


@dataclass(frozen=True, kw_only=True)
class Permutation(Parameter[tuple[int, ...]]):
    """A permutation of the default's numbers, entered as `2, 1, 3`."""

    def parse(self, given: str) -> tuple[int, ...]:
        """Parse numbers separated by commas. Raises `Refused`."""
        try:
            numbers = tuple(int(part) for part in given.translate(SEPARATORS).split(","))
        except ValueError:
            raise Refused("int_parsing") from None
        return self._checked(numbers)

    def take(self, given: object) -> tuple[int, ...]:
        """Validate a list of numbers. Raises `Refused`."""
        return self._checked(tuple(take_integer(part) for part in take_list(given)))

    def _checked(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if sorted(numbers) != sorted(self.default):
            raise Refused("permutation", size=len(self.default))
        return numbers

    def write(self, value: Value) -> str:
        """Return the numbers separated by commas."""
        return between_commas(value)


AnyParameter = Integer | Float | Choice | Floats | Permutation


def parse_all(
    parameters: Sequence[AnyParameter], given: Mapping[str, Sequence[str]], *, partial: bool = False
) -> dict[str, Value]:
    """Parse all values entered in the form; return them by name.

    `given` holds the list of values sent for each name. With `partial` a missing value gets its
    default, as in a URL without parameters. Raises InvalidParameters, with all problems at once:
    missing, unknown, repeated, unparsable or out of bounds.
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
    """Validate all values sent as JSON; return them by name.

    Raises InvalidParameters, with all problems at once: missing, unknown, of a wrong type or out of
    bounds.
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
