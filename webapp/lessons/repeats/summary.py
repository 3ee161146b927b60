"""What is kept of each run, small enough for many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.measures import Values
from webapp.lessons.outcomes import DemoOutcome, Told
from webapp.lessons.repeats.masking import masked, own_numbers

LINES_COMPARED = 200
"""Of each run: enough for every demo of the course, with its defaults."""

OWN_END = frozenset({Outcome.FINISHED, Outcome.FAILED, Outcome.DEADLOCKED, Outcome.TIMED_OUT})
"""Endings that are the program's own: of the others its lines tell nothing."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of a run: `told` is what it came to (see `DemoOutcome.of`), `wall` seconds.

    `lines` are the first of its transcript, masked; there were more of them if it is `longer`.
    """

    run: str
    ending: Outcome
    told: Told | None
    wall: float
    lines: tuple[str, ...]
    longer: bool


def summarise(run: str, recording: Recording, outcome: DemoOutcome, values: Values) -> Summary:
    """Keep of a run what its comparison with others needs."""
    own = own_numbers(recording)
    return Summary(
        run=run,
        ending=recording.outcome,
        told=outcome.of(recording, values),
        wall=recording.wall,
        lines=tuple(masked(line.text, own) for line in recording.lines[:LINES_COMPARED]),
        longer=len(recording.lines) > LINES_COMPARED,
    )


def own_ends(summaries: Sequence[Summary]) -> list[Summary]:
    """The runs that came to an end of their own."""
    return [summary for summary in summaries if summary.ending in OWN_END]
