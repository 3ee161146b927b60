"""Two sources beside each other, line by line, with what only one of them has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from markupsafe import Markup

from webapp.lessons.topic import Demo
from webapp.pages.compare.form import KEYS
from webapp.pages.demo.source import highlighted
from webapp.pages.run.lanes import LINES
from webapp.pages.texts.wording import Wording

SIGNS = ("\u2212", "+")
"""What marks a line that only the first has, or only the second."""


@dataclass(frozen=True)
class Program:
    """A demo, the source that runs or ran, and where that can be had."""

    demo: Demo
    source: str
    download: str


@dataclass(frozen=True)
class SourceLine:
    """One line. Its `sign` is "" where both have it; without a number it is a gap beside a line
    that only the other one has."""

    number: int
    html: Markup
    sign: str


@dataclass(frozen=True)
class Source:
    """A listing of one side, or of both: of the runs with these `numbers`.

    The ids of its lines begin with `prefix`.
    """

    prefix: str
    numbers: tuple[str, ...]
    title: str
    name: str
    download: str
    lines: Sequence[SourceLine]


@dataclass(frozen=True)
class Sources:
    """Two listings with as many rows, or one where both are the same. `only` says of a line that
    it is in one of them only."""

    note: str
    only: str
    listings: tuple[Source, ...]


def prefixes(first: str, second: str) -> tuple[str, str]:
    """What the ids of each source's lines begin with; the same where it is one source."""
    if first == second:
        return LINES, LINES
    return f"{KEYS[0]}-{LINES}", f"{KEYS[1]}-{LINES}"


def draw_sources(say: Wording, first: Program, second: Program) -> Sources:
    """Draw both sources, or the one that both are."""
    programs = (first, second)
    starts = prefixes(first.source, second.source)
    numbers = tuple(say.number(number) for number in (1, 2))
    titles = tuple(program.demo.title[say.language] for program in programs)
    if first.source == second.source:
        lines = [SourceLine(n, html, "") for n, html in enumerate(highlighted(first.source), 1)]
        only = Source(starts[0], numbers, titles[0], first.demo.path.name, first.download, lines)
        return Sources(say("compare.one_source"), "", (only,))
    rows = list(align(*(program.source.removesuffix("\n").split("\n") for program in programs)))
    listings = tuple(
        Source(
            starts[side],
            (numbers[side],),
            titles[side],
            program.demo.path.name,
            program.download,
            list(_lines(program.source, [(row[side], row[2]) for row in rows], SIGNS[side])),
        )
        for side, program in enumerate(programs)
    )
    return Sources(_note(say, rows), say("compare.only_here"), listings)


Pairing = tuple[int | None, int | None, bool]
"""The places of two lines that stand beside each other, and whether they are the same."""


def align(first: Sequence[str], second: Sequence[str]) -> Iterator[Pairing]:
    """Put the lines of two texts beside each other.

    Among those that differ, lines that were merely indented anew stand beside each other, too.
    """
    for same, ours, theirs in _stretches(first, second):
        if same:
            yield from ((*places, True) for places in zip(ours, theirs, strict=True))
            continue
        bare = [
            [line.strip() for line in lines[at.start : at.stop]]
            for lines, at in ((first, ours), (second, theirs))
        ]
        for _, left, right in _stretches(*bare):
            for at, to in zip_longest(left, right):
                yield (
                    None if at is None else ours.start + at,
                    None if to is None else theirs.start + to,
                    False,
                )


def _stretches(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[bool, range, range]]:
    for tag, i, i_end, j, j_end in SequenceMatcher(None, first, second, False).get_opcodes():
        yield tag == "equal", range(i, i_end), range(j, j_end)


def _lines(
    source: str, places: Sequence[tuple[int | None, bool]], sign: str
) -> Iterator[SourceLine]:
    html = highlighted(source)
    for at, same in places:
        if at is None:
            yield SourceLine(0, Markup(), "")
        else:
            yield SourceLine(at + 1, html[at], "" if same else sign)


def _note(say: Wording, rows: Sequence[Pairing]) -> str:
    differing = [row for row in rows if not row[2]]
    first, second = (sum(row[side] is not None for row in differing) for side in (0, 1))
    return say("compare.sources_note", first=first, second=second, minus=SIGNS[0], plus=SIGNS[1])
