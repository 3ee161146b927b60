"""Compares the lines that many runs printed: their places, and whether their order varied."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webapp.lessons.repeats.summary import Summary, own_ends

MANY = 3
"""Number of runs from which a line that came in only one of them counts as rare."""


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line over all runs.

    It is the `occurrence`th line with its text (from 1); `repeated` if some run has more than one.
    `earliest` and `latest` are its places in the transcripts, from 1. It occurs in `runs` runs; if
    those are all, `kept` says whether the same lines precede it in each of them, else it is None.
    """

    text: str
    occurrence: int
    repeated: bool
    earliest: int
    latest: int
    runs: int
    kept: bool | None


@dataclass(frozen=True, slots=True)
class ComparedLines:
    """All lines over `runs` runs, by their places; `once` holds those that only one run printed.

    If it is `cut`, only the beginning of some transcripts was compared.
    """

    lines: tuple[ComparedLine, ...]
    runs: int
    once: tuple[str, ...] = ()
    cut: bool = False


def compare_lines(summaries: Sequence[Summary]) -> ComparedLines:
    """Compare the lines of all runs that ended by themselves."""
    own = own_ends(summaries)
    orders = [_told_apart(summary.lines) for summary in own]
    places = [{line: at for at, line in enumerate(order, 1)} for order in orders]
    often = Counter(line for order in orders for line in order)
    everywhere = {line for line, runs in often.items() if runs == len(own)}
    kept = _kept(orders, everywhere)
    found = []
    once = []
    for line, runs in often.items():
        absent = (summary for summary, at in zip(own, places, strict=True) if line not in at)
        if any(summary.longer for summary in absent):
            continue  # it may be in the part that was not kept
        if runs == 1 and len(own) >= MANY:
            once.append(line[0])
            continue
        seen = [at[line] for at in places if line in at]
        repeated = (line[0], 2) in often
        order = line in kept if line in everywhere else None
        found.append(ComparedLine(*line, repeated, min(seen), max(seen), runs, order))
    found.sort(key=lambda line: (line.earliest, line.latest, -line.runs))
    return ComparedLines(tuple(found), len(own), tuple(once), any(s.longer for s in own))


_Line = tuple[str, int]
"""A text, and its number among the equal texts of its run, from 1."""


def _told_apart(texts: Iterable[str]) -> list[_Line]:
    seen: Counter[str] = Counter()
    lines = []
    for text in texts:
        seen[text] += 1
        lines.append((text, seen[text]))
    return lines


def _kept(orders: Sequence[Sequence[_Line]], everywhere: set[_Line]) -> set[_Line]:
    """Return the lines of `everywhere` that the same lines precede in every run."""
    numbers = {line: number for number, line in enumerate(everywhere)}
    before: defaultdict[_Line, set[int]] = defaultdict(set)
    for order in orders:
        seen = 0  # a bit for each line
        for line in order:
            if line in numbers:
                before[line].add(seen)
                seen |= 1 << numbers[line]
    return {line for line, sets in before.items() if len(sets) == 1}
