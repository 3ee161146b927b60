"""Two sources side by side, aligned line by line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from markupsafe import Markup

from webapp.lessons.topic import Demo
from webapp.pages.compare.selection import KEYS
from webapp.pages.demo.source import highlighted
from webapp.pages.run.lanes import LINES
from webapp.pages.texts.wording import Wording

SIGNS = ("\u2212", "+")
"""The marks of a line that only the first source has, and that only the second has."""

MOST_CHANGED = 24
"""Changed lines. If there are more, the programs are different ones, and only listed."""


@dataclass(frozen=True)
class ComparedProgram:
    """A demo, the source that runs or ran, and the address of its file."""

    demo: Demo
    source: str
    download: str


@dataclass(frozen=True)
class SourceLine:
    """One line. `sign` is "" if both sources have it.

    `number` counts from 1. It is 0 for a gap beside a line that only the other source has.
    """

    number: int
    html: Markup
    sign: str


@dataclass(frozen=True)
class Source:
    """The listing of one side, or of both if they are the same: `numbers` says of which.

    `prefix` is the prefix of the ids of its lines.
    """

    prefix: str
    numbers: tuple[str, ...]
    title: str
    name: str
    download: str
    lines: Sequence[SourceLine]


@dataclass(frozen=True)
class ChangedLine:
    """A line that one side has alone. `target` is the id of that line in its listing."""

    target: str
    line: SourceLine
    side: str


@dataclass(frozen=True)
class Sources:
    """Two listings with equally many rows, or one if both sources are the same.

    `only` is the text for a line that one source has alone. `changes` are groups of the lines in
    which the programs differ, those of the first before those of the second; with none, the sources
    are the same or differ in too much. `note` counts the lines of the listings that differ,
    `changes_note` those of the changes.
    """

    note: str
    only: str
    listings: tuple[Source, ...]
    changes: tuple[tuple[ChangedLine, ...], ...] = ()
    changes_note: str = ""


def prefixes(first: str, second: str) -> tuple[str, str]:
    """Return the prefixes of the ids of both listings' lines; equal if the sources are equal."""
    if first == second:
        return LINES, LINES
    return f"{KEYS[0]}-{LINES}", f"{KEYS[1]}-{LINES}"


def build_sources(say: Wording, first: ComparedProgram, second: ComparedProgram) -> Sources:
    """Return the listings of both sources, or the single one if they are equal."""
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
    note = _note(say, [line.sign for listing in listings for line in listing.lines])
    changes = tuple(_changes(listings, *(_after_docstring(p.source) for p in programs)))
    changed = [one.line.sign for group in changes for one in group]
    if len(changed) > MOST_CHANGED:
        return Sources(note, say("compare.only_here"), listings)
    return Sources(note, say("compare.only_here"), listings, changes, _note(say, changed))


def _changes(
    listings: tuple[Source, ...], first_code: int, second_code: int
) -> Iterator[tuple[ChangedLine, ...]]:
    """Yield each group of adjacent rows that differ, without docstrings: these say it in words."""
    sides: tuple[list[ChangedLine], list[ChangedLine]] = [], []
    rows = zip(*(listing.lines for listing in listings), strict=True)
    for pair in (*rows, ()):
        told = [
            (side, line)
            for side, (line, code) in enumerate(zip(pair, (first_code, second_code), strict=False))
            if line.sign and line.number > code
        ]
        for side, line in told:
            target = f"{listings[side].prefix}{line.number}"
            sides[side].append(ChangedLine(target, line, listings[side].numbers[0]))
        if not told and any(sides):
            yield (*sides[0], *sides[1])
            sides = [], []


def _after_docstring(source: str) -> int:
    """Return the number of the last line of the module's docstring; 0 if there is none."""
    body = ast.parse(source).body
    first = body[0] if body else None
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (first.end_lineno or 0) if first and is_docstring else 0


Pairing = tuple[int | None, int | None, bool]
"""The indices of two lines in one row (None is a gap), and whether the lines are equal."""


def align(first: Sequence[str], second: Sequence[str]) -> Iterator[Pairing]:
    """Align the lines of two texts, row by row.

    Lines that differ only in their indentation share a row as well.
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


def _note(say: Wording, signs: Sequence[str]) -> str:
    """Say how many lines have each of the signs."""
    minus, plus = SIGNS
    first, second = signs.count(minus), signs.count(plus)
    return say("compare.sources_note", first=first, second=second, minus=minus, plus=plus)
