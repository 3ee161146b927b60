"""The table of printed lines: their places in many runs, and which kept their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.lessons.repeats.lines import ComparedLine, compare_lines
from webapp.lessons.repeats.summary import LINES_COMPARED, Summary
from webapp.pages.texts.wording import Wording

LINES_SHOWN = 60
SIGNS = {True: "✓", False: "↕", None: "–"}
STATES = {True: "kept", False: "moved", None: "partly"}


@dataclass(frozen=True)
class LineRow:
    """One line: its places in all runs, and whether it kept its order."""

    text: str
    occurrence: str
    places: str
    state: str
    sign: str
    order: str


@dataclass(frozen=True)
class LineTable:
    """The table of lines under its `summary`; `notes` say what is left out."""

    summary: str
    reading: str
    rows: tuple[LineRow, ...]
    notes: tuple[str, ...]


def build_line_table(say: Wording, summaries: Sequence[Summary]) -> LineTable | None:
    """Return the table, or None if there is nothing to compare."""
    compared = compare_lines(summaries)
    if compared.runs <= 1 or not (compared.lines or compared.once):
        return None
    everywhere = [line for line in compared.lines if line.kept is not None]
    notes = []
    if compared.once:
        notes.append(say("repeat.lines_once", count=len(compared.once), line=compared.once[0]))
    if compared.cut:
        notes.append(say("repeat.lines_cut", count=LINES_COMPARED))
    if hidden := compared.lines[LINES_SHOWN:]:
        notes.append(say("repeat.lines_hidden", count=len(hidden)))
    return LineTable(
        summary=say(
            "repeat.lines",
            kept=sum(1 for line in everywhere if line.kept),
            all=len(everywhere),
        ),
        reading=say("repeat.lines_note", count=compared.runs),
        rows=tuple(_row(say, line, compared.runs) for line in compared.lines[:LINES_SHOWN]),
        notes=tuple(notes),
    )


def _row(say: Wording, line: ComparedLine, runs: int) -> LineRow:
    moves = line.earliest != line.latest
    state = STATES[line.kept]
    return LineRow(
        text=line.text,
        occurrence=say("repeat.occurrence", number=line.occurrence) if line.repeated else "",
        places=say("repeat.places", first=line.earliest, last=line.latest)
        if moves
        else say.number(line.earliest),
        state=state,
        sign=SIGNS[line.kept],
        order=say(f"repeat.{state}", runs=line.runs, all=runs),
    )
