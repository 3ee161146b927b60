"""Which lines were printed: how many, with what in them, and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, judged
from webapp.lessons.measures import Measure, Values, both, derived, given, listed
from webapp.lessons.measures.printed import matches, words

# --- how many ---------------------------------------------------------------------------------


def lines_that_fit(pattern: str) -> Measure[int]:
    """How many lines fit `pattern`; none is a number, too."""
    return lambda recording, values: sum(1 for _ in matches(recording, pattern))


def printed(pattern: str, times: Callable[[Values], int] = lambda values: 1) -> Check:
    """As many lines as told fit `pattern`."""
    return judged(lines_that_fit(pattern), lambda seen, values: seen == times(values))


def never_printed(pattern: str) -> Check:
    """No line fits `pattern`."""
    return printed(pattern, lambda values: 0)


def printed_exactly_when(pattern: str, condition: Callable[[Values], bool]) -> Check:
    """A line fits `pattern` if the parameters say so, and none does if they do not."""
    return judged(
        lines_that_fit(pattern),
        lambda seen, values: (seen > 0) == condition(values),
        lambda seen: "✓" if seen else "–",
    )


# --- with what in them ------------------------------------------------------------------------


def printed_word(pattern: str) -> Measure[str]:
    """The group of `pattern`, in the last line that fits it."""
    return derived(words(pattern), lambda seen: seen[-1] if seen else None)


def printed_once_each(pattern: str, expected: Callable[[Values], Iterable[object]]) -> Check:
    """The group of `pattern` takes each expected value in exactly one line, and no other value."""
    return judged(
        both(words(pattern), given(lambda values: [str(value) for value in expected(values)])),
        lambda lists, values: Counter(lists[0]) == Counter(lists[1]),
        lambda lists: f"{(Counter(lists[0]) & Counter(lists[1])).total()} / {len(lists[1])}",
    )


def printed_alike(pattern: str) -> Check:
    """The group of `pattern` is the same in every line that fits it."""
    return judged(
        words(pattern),
        lambda seen, values: len(set(seen)) == 1,
        lambda seen: ", ".join(dict.fromkeys(seen)),
    )


def printed_distinct(pattern: str) -> Check:
    """The group of `pattern` is another one in every line that fits it."""
    return judged(
        words(pattern),
        lambda seen, values: bool(seen) and len(set(seen)) == len(seen),
        lambda seen: str(len(set(seen))),
    )


def shared_out(pattern: str) -> Measure[str]:
    """Who got how much: the two groups of `pattern` in every line that fits it, by name."""

    def shares(recording: Recording, values: Values) -> list[str]:
        found = sorted(found.groups() for found in matches(recording, pattern))
        return [f"{name}: {share}" for name, share in found]

    return listed(shares)


def either(cases: Mapping[str, str]) -> Measure[str]:
    """The name of the first of these patterns that some line fits."""

    def case(recording: Recording, values: Values) -> str | None:
        found = (name for pattern, name in cases.items() if any(matches(recording, pattern)))
        return next(found, None)

    return case


# --- by whom ----------------------------------------------------------------------------------


def printers() -> Measure[str]:
    """The names of all who printed anything, each once, in order of their first line."""
    return listed(_names)


def every_line_from(worker: str) -> Check:
    """One worker, known by name, printed everything."""
    return judged(
        _names,
        lambda names, values: names == [worker],
        lambda names: ", ".join(sorted(names)),
    )


def _names(recording: Recording, values: Values) -> list[str]:
    return [*dict.fromkeys(line.worker for line in recording.lines)]
