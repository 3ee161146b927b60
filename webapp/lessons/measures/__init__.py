"""Measures: functions of a recording, from which claims and outcomes are built.

    Recording, Values ──> Measure ──> measured value ──> an outcome, as it is
                                                    └──> a claim, by a predicate (`judged`)

A measure's name is a noun (`deepest_hold`), the name of a check based on it a verb
(`held_deepest`). The modules of this package define both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import NamedTuple, TypeVar

from webapp.engine.recording import Recording
from webapp.lessons.values import Values

T = TypeVar("T")
U = TypeVar("U")

Measure = Callable[[Recording, Values], T | None]
"""Computes a value from one run; None if the recording does not contain it."""


class Share(NamedTuple):
    """A part of a whole number of things: "3 / 4"."""

    part: int
    whole: int

    @property
    def complete(self) -> bool:
        """Whether the part is the whole; true of "0 / 0"."""
        return self.part == self.whole

    def __str__(self) -> str:
        return f"{self.part} / {self.whole}"


def watched(measure: Measure[T]) -> Measure[T]:
    """Return None from a measure if the run had no observer, or has dropped events."""

    @wraps(measure)
    def seen(recording: Recording, values: Values) -> T | None:
        if not recording.receipt.observed or recording.dropped:
            return None
        return measure(recording, values)

    return seen


def given(of: Callable[[Values], T]) -> Measure[T]:
    """Return a measure that depends only on the parameters."""
    return lambda recording, values: of(values)


def derived(measure: Measure[T], change: Callable[[T], U | None]) -> Measure[U]:
    """Apply `change` to the value of a measure, unless that is None."""

    def changed(recording: Recording, values: Values) -> U | None:
        found = measure(recording, values)
        return None if found is None else change(found)

    return changed


def both(first: Measure[T], second: Measure[U]) -> Measure[tuple[T, U]]:
    """Combine two measures into a pair; None if one of them is None."""

    def pair(recording: Recording, values: Values) -> tuple[T, U] | None:
        one, other = first(recording, values), second(recording, values)
        return None if one is None or other is None else (one, other)

    return pair


def rounded(measure: Measure[int | float], digits: int = 2) -> Measure[float]:
    """Round the number of a measure."""
    return derived(measure, lambda number: round(number, digits))


def more(first: Measure[int | float], second: Measure[int | float]) -> Measure[float]:
    """Measure by how much `first` is more than `second`, to two digits; it may be negative."""
    return rounded(derived(both(first, second), lambda pair: pair[0] - pair[1]))


def out_of(count: Measure[int], whole: Callable[[Values], int]) -> Measure[Share]:
    """Return a count as a share of a number given by the parameters."""
    return derived(both(count, given(whole)), lambda counts: Share(*counts))


def listed(measure: Measure[Iterable[object]], between: str = ", ") -> Measure[str]:
    """Join the values of a measure into one text; None if there are none."""
    return derived(measure, lambda found: between.join(map(str, found)) or None)
