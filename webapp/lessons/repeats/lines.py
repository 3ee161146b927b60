"""Where each line came in all the runs, and which lines kept their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webapp.lessons.repeats.summary import Summary, own_ends

MANY = 3
"""Runs: with fewer, that a line came in one only says nothing of how seldom it comes."""


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line over all runs: the `occurrence`th of its text, of which it is `repeated` if many.

    `earliest` and `latest` are its places in the transcripts, from 1. It came in `runs` runs; if
    those are all, `kept` says whether the same lines came before it in each of them, else None.
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
    """All lines over `runs` runs, by their places. Those of a single run are only counted: `once`.

    Only the beginning of some transcripts was compared if it is `cut`.
    """

    lines: tuple[ComparedLine, ...]
    runs: int
    once: tuple[str, ...] = ()
    cut: bool = False


def compare_lines(summaries: Sequence[Summary]) -> ComparedLines:
    """Find where each line came in all the runs, and whether it kept its place among the others."""
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
            continue  # it may have come later there
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
"""A text, and the how manieth of it in its run."""


def _told_apart(texts: Iterable[str]) -> list[_Line]:
    seen: Counter[str] = Counter()
    lines = []
    for text in texts:
        seen[text] += 1
        lines.append((text, seen[text]))
    return lines


def _kept(orders: Sequence[Sequence[_Line]], everywhere: set[_Line]) -> set[_Line]:
    """The lines before which the same ones came in every run, and so the same after them."""
    numbers = {line: number for number, line in enumerate(everywhere)}
    before: defaultdict[_Line, set[int]] = defaultdict(set)
    for order in orders:
        seen = 0  # a bit for each line
        for line in order:
            if line in numbers:
                before[line].add(seen)
                seen |= 1 << numbers[line]
    return {line for line, sets in before.items() if len(sets) == 1}
