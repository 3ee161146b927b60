"""Measures of printed lines: how many match, what they contain, and which worker printed them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, judged
from webapp.lessons.measures import Measure, both, derived, given, listed
from webapp.lessons.measures.printed import matches, words
from webapp.lessons.values import Values

# --- how many ---------------------------------------------------------------------------------


def lines_that_fit(pattern: str) -> Measure[int]:
    """Count the lines that match `pattern`."""
    return lambda recording, values: sum(1 for _ in matches(recording, pattern))


def missing(pattern: str, due: Callable[[Values], int] = lambda values: 1) -> Measure[int]:
    """Measure how many of the lines matching `pattern` that are due did not come."""
    return derived(both(given(due), lines_that_fit(pattern)), lambda found: found[0] - found[1])


def printed(pattern: str, times: Callable[[Values], int] = lambda values: 1) -> Check:
    """Check that `times` lines match `pattern`."""
    return judged(lines_that_fit(pattern), lambda seen, values: seen == times(values))


def never_printed(pattern: str) -> Check:
    """Check that no line matches `pattern`."""
    return printed(pattern, lambda values: 0)


def printed_exactly_when(pattern: str, condition: Callable[[Values], bool]) -> Check:
    """Check that some line matches `pattern` if `condition` holds, and none if it does not."""
    return judged(
        lines_that_fit(pattern),
        lambda seen, values: (seen > 0) == condition(values),
        lambda seen: "✓" if seen else "–",
    )


# --- what they contain ------------------------------------------------------------------------


def printed_word(pattern: str) -> Measure[str]:
    """Measure the group of `pattern` in the last matching line."""
    return derived(words(pattern), lambda seen: seen[-1] if seen else None)


def printed_once_each(pattern: str, expected: Callable[[Values], Iterable[object]]) -> Check:
    """Check that the group of `pattern` takes each expected value once, and no other value."""
    return judged(
        both(words(pattern), given(lambda values: [str(value) for value in expected(values)])),
        lambda lists, values: Counter(lists[0]) == Counter(lists[1]),
        lambda lists: f"{(Counter(lists[0]) & Counter(lists[1])).total()} / {len(lists[1])}",
    )


def printed_alike(pattern: str) -> Check:
    """Check that the group of `pattern` is the same in every matching line."""
    return judged(
        words(pattern),
        lambda seen, values: len(set(seen)) == 1,
        lambda seen: ", ".join(dict.fromkeys(seen)),
    )


def printed_distinct(pattern: str) -> Check:
    """Check that the group of `pattern` differs in all matching lines."""
    return judged(
        words(pattern),
        lambda seen, values: bool(seen) and len(set(seen)) == len(seen),
        lambda seen: str(len(set(seen))),
    )


def shared_out(pattern: str) -> Measure[str]:
    """Measure the two groups of `pattern`, a name and its share, in all matching lines."""

    def shares(recording: Recording, values: Values) -> list[str]:
        found = sorted(found.groups() for found in matches(recording, pattern))
        return [f"{name}: {share}" for name, share in found]

    return listed(shares)


def either(cases: Mapping[str, str]) -> Measure[str]:
    """Measure the name of the first pattern that some line matches; `cases` maps them to names."""

    def case(recording: Recording, values: Values) -> str | None:
        found = (name for pattern, name in cases.items() if any(matches(recording, pattern)))
        return next(found, None)

    return case


# --- by which worker --------------------------------------------------------------------------


def printers() -> Measure[str]:
    """Measure the names of the workers that printed, in order of their first lines."""
    return listed(_names)


def every_line_from(worker: str) -> Check:
    """Check that the worker of that name printed everything."""
    return judged(
        _names,
        lambda names, values: names == [worker],
        lambda names: ", ".join(sorted(names)),
    )


def _names(recording: Recording, values: Values) -> list[str]:
    return [*dict.fromkeys(line.worker for line in recording.lines)]
