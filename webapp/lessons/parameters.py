"""A demo's parameters: declared once, for the form, the checks and the API alike.

What is wrong with a value is a `Problem`, whose `type` is pydantic's name for it (`missing`,
`int_parsing`, `greater_than_equal` …), so that the web can say it in the page's language and the
JSON API in the report's envelope.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from webapp.lessons.text import Text

Numbers = tuple[int, ...] | tuple[float, ...]
Value = int | float | str | Numbers
V = TypeVar("V", int, float, str, tuple[int, ...], tuple[float, ...])

# Persian separators; int() and float() read the digits themselves.
_SEPARATORS = str.maketrans({"٫": ".", "،": ","})


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


class _Refused(Exception):
    """A single value cannot be taken."""

    def __init__(self, type: str, **bounds: Value | tuple[Value, ...]) -> None:
        super().__init__(type)
        self.type = type
        self.bounds = bounds


@dataclass(frozen=True, kw_only=True)
class Parameter(ABC, Generic[V]):
    """One keyword argument of a demo's `main`: its default stands in both and must agree."""

    name: str
    label: Text
    help: Text
    default: V

    @abstractmethod
    def parse(self, given: str) -> V:
        """Read a value as it was entered. Raises `_Refused`."""

    @abstractmethod
    def take(self, given: object) -> V:
        """Check a value that has a type already, as JSON gives it. Raises `_Refused`."""

    def write(self, value: Value) -> str:
        """Write a value as it would be entered."""
        return str(value)

    def check_default(self) -> None:
        """Raise ValueError where the declaration contradicts itself."""
        try:
            taken = self.parse(self.write(self.default))
        except _Refused as refused:
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
            raise _Refused("int_parsing")
        return _bounded(int(given), self.minimum, self.maximum)

    def take(self, given: object) -> int:
        """Take a whole number."""
        return _bounded(_take_integer(given), self.minimum, self.maximum)


@dataclass(frozen=True, kw_only=True)
class Float(Parameter[float]):
    """A number from `minimum` to `maximum`, both included; the field's arrows add `step`."""

    minimum: float
    maximum: float
    step: float = 0.1

    def parse(self, given: str) -> float:
        """Read a number, in Latin or Persian digits."""
        return _read_float(given, self.minimum, self.maximum)

    def take(self, given: object) -> float:
        """Take a number."""
        return _take_float(given, self.minimum, self.maximum)


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter[str]):
    """One of a few words, each with a label."""

    options: Mapping[str, Text]

    def parse(self, given: str) -> str:
        """Take the word if it is one of the options."""
        if given not in self.options:
            raise _Refused("literal_error", expected=tuple(self.options))
        return given

    def take(self, given: object) -> str:
        """Take the word if it is one of the options."""
        if not isinstance(given, str):
            raise _Refused("literal_error", expected=tuple(self.options))
        return self.parse(given)


@dataclass(frozen=True, kw_only=True)
class Floats(Parameter[tuple[float, ...]]):
    """As many numbers as the default has, each from `minimum` to `maximum`, as in `3, 2, 1`."""

    minimum: float
    maximum: float

    def parse(self, given: str) -> tuple[float, ...]:
        """Read the numbers, between commas."""
        parts = given.translate(_SEPARATORS).split(",")
        if len(parts) != len(self.default):
            raise _Refused("wrong_length", length=len(self.default))
        return tuple(_read_float(part, self.minimum, self.maximum) for part in parts)

    def take(self, given: object) -> tuple[float, ...]:
        """Take the numbers from a list."""
        parts = _take_list(given)
        if len(parts) != len(self.default):
            raise _Refused("wrong_length", length=len(self.default))
        return tuple(_take_float(part, self.minimum, self.maximum) for part in parts)

    def write(self, value: Value) -> str:
        """Write the numbers between commas."""
        return _between_commas(value)


@dataclass(frozen=True, kw_only=True)
class Permutation(Parameter[tuple[int, ...]]):
    """The numbers from 1 to as many as the default has, each once, entered as `2, 1, 3`."""

    def parse(self, given: str) -> tuple[int, ...]:
        """Read the numbers, between commas."""
        try:
            numbers = tuple(int(part) for part in given.translate(_SEPARATORS).split(","))
        except ValueError:
            raise _Refused("int_parsing") from None
        return self._checked(numbers)

    def take(self, given: object) -> tuple[int, ...]:
        """Take the numbers from a list."""
        return self._checked(tuple(_take_integer(part) for part in _take_list(given)))

    def _checked(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        if sorted(numbers) != sorted(self.default):
            raise _Refused("permutation", size=len(self.default))
        return numbers

    def write(self, value: Value) -> str:
        """Write the numbers between commas."""
        return _between_commas(value)


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
            except _Refused as refused:
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
        except _Refused as refused:
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


N = TypeVar("N", int, float)


def _read_float(given: str, minimum: float, maximum: float) -> float:
    try:
        # float() would also take "1_000", which nobody means in a form.
        number = float(given.translate(_SEPARATORS).replace("_", "?"))
    except ValueError:
        raise _Refused("float_parsing") from None
    if not math.isfinite(number):
        raise _Refused("finite_number")
    return _bounded(number, minimum, maximum)


def _take_integer(given: object) -> int:
    # To JSON Schema 3.0 is an integer, too; to Python True is one.
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _Refused("int_type")
    if isinstance(given, float) and not given.is_integer():
        raise _Refused("int_from_float")
    return int(given)


def _take_float(given: object, minimum: float, maximum: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _Refused("float_type")
    if isinstance(given, float) and not math.isfinite(given):
        raise _Refused("finite_number")
    # Before float(), for which a whole number may be too large.
    return float(_bounded(given, minimum, maximum))


def _take_list(given: object) -> Sequence[object]:
    if not isinstance(given, list):
        raise _Refused("list_type")
    return given


def _between_commas(value: Value) -> str:
    return ", ".join(f"{number:g}" for number in value) if isinstance(value, tuple) else str(value)


def _bounded(number: N, minimum: N, maximum: N) -> N:
    if number < minimum:
        raise _Refused("greater_than_equal", ge=minimum)
    if number > maximum:
        raise _Refused("less_than_equal", le=maximum)
    return number
