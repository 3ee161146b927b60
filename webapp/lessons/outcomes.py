"""The outcome of a demo: the value to compare when it is run many times.

Each demo declares it in its `topic.py`, by a measure (see `measures`).

    DemoOutcome(printed_number(r"^final: (\\d+)$"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.measures import Measure
from webapp.lessons.text import UNSAID, Text
from webapp.lessons.values import Values

Told = int | float | str | Text
"""The outcome of a run: a number, a printed text, or a translated answer."""


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """How to measure the outcome of a demo's runs, and its texts.

    `read` measures it. `name` is the key of its label if demos share it; the label includes the
    unit. If the outcome is one of a few answers, `read` returns one of the keys in `answers`.
    `expected` computes from the parameters the number that a right program comes to; in a trap, the
    number that one who overlooks its fault expects.
    """

    read: Measure[int | float | str]
    name: str = ""
    answers: tuple[str, ...] = ()
    expected: Callable[[Values], float] | None = None
    label: Text = UNSAID  # set when the topic is loaded
    words: Mapping[str, Text] = field(default_factory=dict)  # likewise, by answer

    def of(self, recording: Recording, values: Values) -> Told | None:
        """Return the outcome of a run, or the engine's `Outcome` if the run did not finish."""
        if recording.outcome is not Outcome.FINISHED:
            return recording.outcome
        told = None if recording.cut else self.read(recording, values)
        return self.words[told] if isinstance(told, str) and self.answers else told
