"""The headline of a demo: what a finished run showed, in a sentence with its numbers.

A demo declares its numbers in `topic.py`, and its two sentences are in the language files.

    Headline({"lost": printed_number(r"^lost: (\\d+)$"), "all": given(expected)})

    headline.shown = "{lost} of {all} updates were lost."
    headline.unshown = "No update was lost this time: all {all} arrived."
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.measures import Measure
from webapp.lessons.text import UNSAID, Text
from webapp.lessons.values import Values


@dataclass(frozen=True, slots=True)
class Told:
    """A headline of one run: whether it `shows` what the demo is about, its text and numbers."""

    shows: bool
    text: Text
    numbers: Mapping[str, int | float | str]


@dataclass(frozen=True, slots=True)
class Headline:
    """How to measure a headline's numbers, and its texts.

    The run shows what the demo is about if the first number is above zero; the others may be words.
    `name` is the key of the texts if demos share them.
    """

    numbers: Mapping[str, Measure[int | float | str]]
    name: str = ""
    shown: Text = UNSAID  # set when the topic is loaded
    unshown: Text = UNSAID  # likewise

    def of(self, recording: Recording, values: Values) -> Told | None:
        """Return the headline of a run; None if it did not finish or a number is missing."""
        if recording.outcome is not Outcome.FINISHED or recording.cut:
            return None
        numbers: dict[str, int | float | str] = {}
        for name, measure in self.numbers.items():
            number = measure(recording, values)
            if number is None:
                return None
            numbers[name] = number
        first = next(iter(numbers.values()))
        shows = not isinstance(first, str) and first > 0
        return Told(shows, self.shown if shows else self.unshown, numbers)
