"""The summary of a run: what its comparison with other runs needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.outcomes import DemoOutcome, Told
from webapp.lessons.repeats.masking import masked, own_numbers
from webapp.lessons.values import Values

LINES_COMPARED = 200
"""Lines of each run: enough for every demo of the course, with its defaults."""

OWN_END = frozenset({Outcome.FINISHED, Outcome.FAILED, Outcome.DEADLOCKED, Outcome.TIMED_OUT})
"""Endings that the program itself caused; runs with other endings are not compared."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Summary of a run: `told` is its outcome (see `DemoOutcome.of`), `wall` is in seconds.

    `lines` are the first LINES_COMPARED lines, masked; it is `longer` if there are more.
    """

    run: str
    ending: Outcome
    told: Told | None
    wall: float
    lines: tuple[str, ...]
    longer: bool


def summarise(run: str, recording: Recording, outcome: DemoOutcome, values: Values) -> Summary:
    """Summarise a recording; `run` is its id, `values` are its parameters."""
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
    """Return the runs whose ending is in OWN_END."""
    return [summary for summary in summaries if summary.ending in OWN_END]
