"""What a run shows: the one vocabulary in which claims and outcomes are written.

    Recording, Values ──> Measure ──> what was measured ──> an outcome, as it is
                                                       └──> a claim, by a predicate (`judged`)

A measure is named by a noun (`deepest_hold`), a check that rests on it by a sentence's verb
(`held_deepest`). Both stand side by side in the modules of this package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from webapp.engine.recording import Recording

Values = Mapping[str, Any]
"""The parameters of the run, by name."""

T = TypeVar("T")
U = TypeVar("U")

Measure = Callable[[Recording, Values], T | None]
"""What one run shows of something; None where the record cannot tell."""


class Share(NamedTuple):
    """How many of how many: "3 / 4"."""

    part: int
    whole: int

    @property
    def complete(self) -> bool:
        """Whether it is all of them; all of none, too."""
        return self.part == self.whole

    def __str__(self) -> str:
        return f"{self.part} / {self.whole}"


def watched(measure: Measure[T]) -> Measure[T]:
    """Mark a measure that needs the observer: without it the record cannot tell."""

    @wraps(measure)
    def seen(recording: Recording, values: Values) -> T | None:
        if not recording.receipt.observed or recording.dropped:
            return None
        return measure(recording, values)

    return seen


def given(of: Callable[[Values], T]) -> Measure[T]:
    """What the parameters say, whatever the run shows."""
    return lambda recording, values: of(values)


def derived(measure: Measure[T], change: Callable[[T], U | None]) -> Measure[U]:
    """What is made of another measure, where that can be told."""

    def changed(recording: Recording, values: Values) -> U | None:
        found = measure(recording, values)
        return None if found is None else change(found)

    return changed


def both(first: Measure[T], second: Measure[U]) -> Measure[tuple[T, U]]:
    """Two measures of one run, where both can be told."""

    def pair(recording: Recording, values: Values) -> tuple[T, U] | None:
        one, other = first(recording, values), second(recording, values)
        return None if one is None or other is None else (one, other)

    return pair


def out_of(count: Measure[int], whole: Callable[[Values], int]) -> Measure[Share]:
    """How many that another measure counts, of as many as the parameters say."""
    return derived(both(count, given(whole)), lambda counts: Share(*counts))


def listed(measure: Measure[Iterable[object]], between: str = ", ") -> Measure[str]:
    """All that another measure found, in one text; None if that is nothing."""
    return derived(measure, lambda found: between.join(map(str, found)) or None)
