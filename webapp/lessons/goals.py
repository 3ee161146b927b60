"""Goals: what a schedule of a demo's threads may reach that the demo should not do.

    Goal("lost", below(r"^final: (\\d+)$", expected), values={"increments": 1}, mended="…-fixed")

A search looks for a schedule that reaches the goal, and a student who chooses the schedule by hand
tries to. The mended demo has the same goal, which no schedule reaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Outcome, Receipt, Recording
from webapp.engine.schedules import Tried
from webapp.lessons.claims import Check, Measured
from webapp.lessons.text import UNSAID, Text
from webapp.lessons.values import Value, Values

OUTCOMES = {
    "finished": Outcome.FINISHED,
    "failed": Outcome.FAILED,
    "deadlocked": Outcome.DEADLOCKED,
    "halted": Outcome.TIMED_OUT,
}


@dataclass(frozen=True)
class Goal:
    """What to reach: `reached` checks a run. `name` is the key of its sentences.

    `values` are the parameters that differ from the defaults, so that few choices reach it.
    At the beginning the main thread goes on for up to `starts` choices: it starts the others.
    `mended` is the slug of the demo that cannot be brought there ("": this one), with
    `mended_values`.
    """

    name: str
    reached: Check
    values: Mapping[str, Value] = field(default_factory=dict)
    mended: str = ""
    mended_values: Mapping[str, Value] = field(default_factory=dict)
    starts: int = 12
    aim: Text = UNSAID  # set when the topic is loaded: what to do
    won: Text = UNSAID  # likewise: what went wrong
    held: Text = UNSAID  # likewise: what keeps the mended demo from it

    def is_reached(self, recording: Recording, values: Values) -> bool:
        """Return whether a run has reached it."""
        return self.reached(recording, values).holds is True

    def is_mended(self, values: Values, usual: Values) -> bool:
        """Return whether the demo's `values` have what mends it, if no other demo does.

        `usual` are its defaults.
        """
        open_ = {**usual, **self.values}
        remedy = {name for name, value in self.mended_values.items() if value != open_[name]}
        return all(values[name] == self.mended_values[name] for name in remedy)


def hangs(recording: Recording, values: Values) -> Measured:
    """Check that a run is deadlocked."""
    return Measured(recording.outcome is Outcome.DEADLOCKED)


def recording_of(tried: Tried) -> Recording:
    """Return what is known of a schedule's run as a recording: its outcome, and what it printed."""
    printed = Kind.PRINTED
    events = tuple(
        Event(at, at, 1, 1, line.worker, printed, line.stream, f"{line.text}\n", line.line)
        for at, line in enumerate(tried.lines, 1)
    )
    receipt = Receipt("", "", 1, "", "", "", 1, (), "", observed=False, schedule=tried.schedule)
    return Recording(
        events=events,
        outcome=OUTCOMES.get(tried.outcome, Outcome.FAILED),
        detail=tried.detail,
        wall=0.0,
        cpu=0.0,
        dropped=0,
        exit_code=None,
        swept=0,
        receipt=receipt,
        cut=tried.cut,
    )


def breaks(tried: Tried, goal: Goal | None, values: Values) -> bool:
    """Return whether a schedule breaks a demo: it fails, deadlocks, or reaches the goal."""
    if tried.outcome in ("failed", "deadlocked"):
        return True
    return goal is not None and goal.is_reached(recording_of(tried), values)
