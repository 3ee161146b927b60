"""Parses single values from the form, and validates those from JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

Numbers = tuple[int, ...] | tuple[float, ...]
Value = int | float | str | Numbers

Values = Mapping[str, Any]
"""Parameters of a run, by name. Each is a `Value`; Any, so that topics can calculate with them."""

# Persian separators; int() and float() accept Persian digits.
SEPARATORS = str.maketrans({"٫": ".", "،": ","})

# Persian keyboards give the first digits, Arabic ones the second.
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2) | SEPARATORS


def in_latin_digits(text: str) -> str:
    """Return what was entered with Latin digits and separators, as it stands in addresses."""
    return text.translate(_DIGITS)


class Refused(Exception):
    """A value is invalid; `type` is pydantic's name for the reason, `bounds` its arguments."""

    def __init__(self, type: str, **bounds: Value | tuple[Value, ...]) -> None:
        super().__init__(type)
        self.type = type
        self.bounds = bounds


N = TypeVar("N", int, float)


def read_float(given: str, minimum: float, maximum: float) -> float:
    """Parse a number, in Latin or Persian digits. Raises Refused."""
    try:
        # float() alone would also accept "1_000".
        number = float(given.translate(SEPARATORS).replace("_", "?"))
    except ValueError:
        raise Refused("float_parsing") from None
    if not math.isfinite(number):
        raise Refused("finite_number")
    return bounded(number, minimum, maximum)


def take_integer(given: object) -> int:
    """Validate an integer. Raises Refused."""
    # In JSON Schema 3.0 is an integer; in Python True is one.
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Refused("int_type")
    if isinstance(given, float) and not given.is_integer():
        raise Refused("int_from_float")
    return int(given)


def take_float(given: object, minimum: float, maximum: float) -> float:
    """Validate a number. Raises Refused."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Refused("float_type")
    if isinstance(given, float) and not math.isfinite(given):
        raise Refused("finite_number")
    # Check the bounds first: float() raises OverflowError for large integers.
    return float(bounded(given, minimum, maximum))


def take_list(given: object) -> Sequence[object]:
    """Validate a list. Raises Refused."""
    if not isinstance(given, list):
        raise Refused("list_type")
    return given


def between_commas(value: Value) -> str:
    """Return numbers separated by commas."""
    return ", ".join(f"{number:g}" for number in value) if isinstance(value, tuple) else str(value)


def bounded(number: N, minimum: N, maximum: N) -> N:
    """Return the number if it is within the bounds, both included. Raises Refused."""
    if number < minimum:
        raise Refused("greater_than_equal", ge=minimum)
    if number > maximum:
        raise Refused("less_than_equal", le=maximum)
    return number
