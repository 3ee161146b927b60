"""Measures of printed numbers, and their bounds."""

from __future__ import annotations

from collections.abc import Callable
from operator import eq, ge, le, lt

from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, judged
from webapp.lessons.measures import Measure, both, derived, given
from webapp.lessons.measures.printed import matches, words
from webapp.lessons.values import Values


def printed_number(pattern: str) -> Measure[int | float]:
    """Measure the number in the group of `pattern`, in the last matching line."""
    return derived(_numbers(pattern), lambda numbers: numbers[-1] if numbers else None)


def largest(pattern: str) -> Measure[int | float]:
    """Measure the largest number in the group of `pattern`, of all matching lines."""
    return derived(_numbers(pattern), lambda numbers: max(numbers, default=None))


def smallest(pattern: str) -> Measure[int | float]:
    """Measure the smallest number in the group of `pattern`, of all matching lines."""
    return derived(_numbers(pattern), lambda numbers: min(numbers, default=None))


def least(pattern: str) -> Measure[str]:
    """Measure the name with the least number; the groups of `pattern` are name and number."""

    def name(recording: Recording, values: Values) -> str | None:
        named = [(float(found.group(2)), found.group(1)) for found in matches(recording, pattern)]
        return min(named)[1] if named else None

    return name


def at_most(pattern: str, limit: str | Callable[[Values], float]) -> Check:
    """Check that the number of `pattern` is at most `limit`; see `_compared`."""
    return _compared(pattern, limit, le)


def at_least(pattern: str, limit: str | Callable[[Values], float]) -> Check:
    """Check that the number of `pattern` is at least `limit`; see `_compared`."""
    return _compared(pattern, limit, ge)


def equals(pattern: str, limit: str | Callable[[Values], float]) -> Check:
    """Check that the number of `pattern` equals `limit`; see `_compared`."""
    return _compared(pattern, limit, eq)


def below(pattern: str, limit: str | Callable[[Values], float]) -> Check:
    """Check that the number of `pattern` is below `limit`; see `_compared`."""
    return _compared(pattern, limit, lt)


def printed_ascending(pattern: str) -> Check:
    """Check that the number of `pattern` never decreases from one matching line to the next."""
    return judged(
        words(pattern),
        lambda seen, values: bool(seen) and sorted(seen, key=float) == seen,
        " ".join,
    )


def _numbers(pattern: str) -> Measure[list[int | float]]:
    return derived(
        words(pattern),
        lambda texts: [float(text) if "." in text else int(text) for text in texts],
    )


def _compared(
    pattern: str,
    limit: str | Callable[[Values], float],
    holds: Callable[[float, float], bool],
) -> Check:
    """Compare the printed number of `pattern` with `limit`.

    `limit` is the pattern of another printed number, or a function of the parameters.
    """
    bound = printed_number(limit) if isinstance(limit, str) else given(limit)
    return judged(
        both(derived(printed_number(pattern), float), derived(bound, float)),
        lambda pair, values: holds(*pair),
        lambda pair: f"{pair[0]:g} / {pair[1]:g}",
        untold=False,
    )
