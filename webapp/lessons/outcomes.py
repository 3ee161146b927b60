"""What a run of a demo comes to: the one thing to look at when it is run many times.

Each demo declares it in its `topic.py`, by one of the `measures` that all topics share.

    DemoOutcome(printed_number(r"^final: (\\d+)$"))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.measures import Measure, Values
from webapp.lessons.text import UNSAID, Text

Told = int | float | str | Text
"""What a run came to: a number, a text as the program printed it, or words of ours."""


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What to look at in every run of a demo, and how it is read.

    `name` is the key of its label where demos share it. A number's unit, if it has one, is part of
    the label. Where it is one of a few answers, `answers` are the keys of their words, and `read`
    gives one of them.
    """

    read: Measure[int | float | str]
    name: str = ""
    answers: tuple[str, ...] = ()
    label: Text = UNSAID  # set when the topic is found
    words: Mapping[str, Text] = field(default_factory=dict)  # likewise, by answer

    def of(self, recording: Recording, values: Values) -> Told | None:
        """Read it from one run; a run that did not finish came to what ended it (an `Outcome`)."""
        if recording.outcome is not Outcome.FINISHED:
            return recording.outcome
        told = None if recording.cut else self.read(recording, values)
        return self.words[told] if isinstance(told, str) and self.answers else told
