"""What a run of a demo comes to: the one thing to look at when it is run many times.

Each demo declares it in its `topic.py`, by one of the `measures` that all topics share.

    DemoOutcome(Text("final number", "مقدار نهایی"), printed_number(r"^final: (\\d+)$"))
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.measures import Measure, Values
from webapp.lessons.text import Text

Told = int | float | str | Text
"""What a run came to: a number, a text as the program printed it, or words of ours."""


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What to look at in every run of a demo, in both languages, and how it is read.

    A number's unit, if it has one, is part of the label.
    """

    label: Text
    read: Measure[Told]

    def of(self, recording: Recording, values: Values) -> Told | None:
        """Read it from one run; a run that did not finish came to what ended it (an `Outcome`)."""
        if recording.outcome is not Outcome.FINISHED:
            return recording.outcome
        return None if recording.cut else self.read(recording, values)
