"""Measures of the order of printed lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from webapp.engine.recording import Recording
from webapp.engine.transcript import Line
from webapp.lessons.claims import Check, judged
from webapp.lessons.measures import Measure, Share, listed
from webapp.lessons.measures.printed import words
from webapp.lessons.values import Values

THEN = " → "

# --- one kind of line -------------------------------------------------------------------------


def order_of(pattern: str) -> Measure[str]:
    """Measure the group of `pattern` in all matching lines, in order, joined by arrows."""
    return listed(words(pattern), THEN)


def out_of_place(pattern: str) -> Measure[int]:
    """Count the lines matching `pattern` that sorting by its group would move.

    Numbers are sorted as numbers, and other groups by their letters.
    """

    def moved(recording: Recording, values: Values) -> int:
        seen = words(pattern)(recording, values) or []
        ordered = sorted(seen, key=lambda word: (int(word) if word.isdigit() else 0, word))
        return sum(came != due for came, due in zip(seen, ordered, strict=True))

    return moved


def printed_sequence(pattern: str, expected: Callable[[Values], Iterable[object]]) -> Check:
    """Check that the group of `pattern` takes the expected values, line by line, in order."""
    return judged(
        words(pattern),
        lambda seen, values: seen == [str(value) for value in expected(values)],
        " ".join,
    )


def printers_of(pattern: str) -> Measure[str]:
    """Measure the names of the workers that printed lines matching `pattern`, in order."""

    def names(recording: Recording, values: Values) -> list[str]:
        return [line.worker for line in recording.lines if re.search(pattern, line.text)]

    return listed(names, THEN)


# --- several kinds ----------------------------------------------------------------------------


def printed_in_order(*patterns: str) -> Check:
    """Check that all lines matching a pattern come before all lines matching the next pattern."""

    def places(recording: Recording, values: Values) -> list[list[int]]:
        return [_places(recording, pattern) for pattern in patterns]

    return judged(
        places,
        lambda found, values: all(found) and all(max(a) < min(b) for a, b in pairwise(found)),
        lambda found: "",
    )


def lines_before_the_last(pattern: str, other: str) -> Measure[int]:
    """Count the lines matching `pattern` before the last line matching `other`."""

    def count(recording: Recording, values: Values) -> int | None:
        others = _places(recording, other)
        return sum(at < others[-1] for at in _places(recording, pattern)) if others else None

    return count


def lines_followed_by(first: str, second: str) -> Measure[int]:
    """Count the lines matching `first` whose next line matches `second` with the same group."""

    def count(recording: Recording, values: Values) -> int:
        kept, waiting = 0, ""
        for line in recording.lines:
            begun, ended = re.search(first, line.text), re.search(second, line.text)
            kept += bool(ended and ended.group(1) == waiting)
            waiting = begun.group(1) if begun else ""
        return kept

    return count


def printed_in_pairs(first: str, second: str) -> Check:
    """Check that after each line matching `first`, the same worker prints one matching `second`.

    No other line that matches either may come between the two.
    """

    def pairs(recording: Recording, values: Values) -> Share:
        either = f"(?:{first})|(?:{second})"
        lines = [line for line in recording.lines if re.search(either, line.text)]
        kept = sum(
            _is_pair(a, b, first, second) for a, b in zip(lines[::2], lines[1::2], strict=False)
        )
        return Share(kept, (len(lines) + 1) // 2)

    return judged(pairs, lambda kept, values: kept.complete)


def printed_after(later: str, earlier: str) -> Check:
    """Check that each line matching `later` comes after one matching `earlier`, by their groups."""

    def in_time(recording: Recording, values: Values) -> Share:
        seen: set[str] = set()
        lines = right = 0
        for line in recording.lines:
            if found := re.search(earlier, line.text):
                seen.add(found.group(1))
            elif found := re.search(later, line.text):
                lines += 1
                right += found.group(1) in seen
        return Share(right, lines)

    return judged(in_time, lambda right, values: right.complete and right.whole > 0)


def most_begun(begin: str, end: str) -> Measure[int]:
    """Measure how many groups of `begin` have no line matching `end` yet, at most."""

    def most(recording: Recording, values: Values) -> int:
        begun: set[str] = set()
        largest = 0
        for line in recording.lines:
            if found := re.search(begin, line.text):
                begun.add(found.group(1))
            elif found := re.search(end, line.text):
                begun.discard(found.group(1))
            largest = max(largest, len(begun))
        return largest

    return most


def begun_at_once(begin: str, end: str, at_most: Callable[[Values], int]) -> Check:
    """Check that at most so many have a line matching `begin` and none yet matching `end`."""
    return judged(most_begun(begin, end), lambda most, values: 0 < most <= at_most(values))


def _places(recording: Recording, pattern: str) -> list[int]:
    return [at for at, line in enumerate(recording.lines) if re.search(pattern, line.text)]


def _is_pair(a: Line, b: Line, first: str, second: str) -> bool:
    same = a.key == b.key
    return bool(same and re.search(first, a.text) and re.search(second, b.text))
