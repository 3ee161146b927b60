"""What a run of a demo comes to: the one thing to look at when it is run many times.

Each demo declares it in its `topic.py`. The vocabulary below is shared by all topics; each of its
functions reads a number, a short text, or None where the record cannot tell.

    DemoOutcome(Text("final number", "مقدار نهایی"), printed_number(r"^final: (\\d+)$"))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps

from webapp.engine.events import Kind
from webapp.engine.recording import Outcome, Recording, overlaps
from webapp.lessons.claims import Values, matches
from webapp.lessons.text import Text

Told = int | float | str | Text
"""What a run came to: a number, a text as the program printed it, or words of ours."""

Read = Callable[[Recording, Values], Told | None]

THEN = " → "


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What to look at in every run of a demo, in both languages, and how it is read.

    A number's unit, if it has one, is part of the label.
    """

    label: Text
    read: Read

    def of(self, recording: Recording, values: Values) -> Told | None:
        """Read it from one run; a run that did not finish came to what ended it (an `Outcome`)."""
        if recording.outcome is not Outcome.FINISHED:
            return recording.outcome
        return None if recording.cut else self.read(recording, values)


def watched(read: Read) -> Read:
    """Mark what needs the observer: without it the record cannot tell."""

    @wraps(read)
    def reading(recording: Recording, values: Values) -> Told | None:
        if not recording.receipt.observed or recording.dropped:
            return None
        return read(recording, values)

    return reading


# --- what was printed -------------------------------------------------------------------------


def printed_number(pattern: str) -> Read:
    """The number of `pattern`, in the last line that fits it."""

    def read(recording: Recording, values: Values) -> Told | None:
        numbers = _numbers(recording, pattern)
        return numbers[-1] if numbers else None

    return read


def largest(pattern: str) -> Read:
    """The largest number of `pattern` in any line that fits it."""

    def read(recording: Recording, values: Values) -> Told | None:
        return max(_numbers(recording, pattern), default=None)

    return read


def printed_word(pattern: str) -> Read:
    """The group of `pattern`, in the last line that fits it."""

    def read(recording: Recording, values: Values) -> Told | None:
        words = [found.group(1) for found in matches(recording, pattern)]
        return words[-1] if words else None

    return read


def order_of(pattern: str) -> Read:
    """The group of `pattern` in every line that fits it, in the order of the lines."""

    def read(recording: Recording, values: Values) -> Told | None:
        return THEN.join(found.group(1) for found in matches(recording, pattern)) or None

    return read


def printers_of(pattern: str) -> Read:
    """Who printed the lines that fit `pattern`, in the order of the lines."""

    def read(recording: Recording, values: Values) -> Told | None:
        fitting = (line for line in recording.lines if re.search(pattern, line.text))
        return THEN.join(line.worker for line in fitting) or None

    return read


def printers() -> Read:
    """The names of all who printed anything, each once, in order of their first line."""

    def read(recording: Recording, values: Values) -> Told | None:
        return ", ".join(dict.fromkeys(line.worker for line in recording.lines)) or None

    return read


def lines_that_fit(pattern: str) -> Read:
    """How many lines fit `pattern`; none is a number, too."""

    def read(recording: Recording, values: Values) -> Told | None:
        return sum(1 for _ in matches(recording, pattern))

    return read


def lines_before_the_last(pattern: str, other: str) -> Read:
    """How many lines that fit `pattern` came before the last line that fits `other`."""

    def read(recording: Recording, values: Values) -> Told | None:
        texts = [line.text for line in recording.lines]
        others = [at for at, text in enumerate(texts) if re.search(other, text)]
        if not others:
            return None
        return sum(1 for text in texts[: others[-1]] if re.search(pattern, text))

    return read


def lines_followed_by(first: str, second: str) -> Read:
    """How many lines that fit `first` are followed at once by one of the same group's `second`."""

    def read(recording: Recording, values: Values) -> Told | None:
        kept, waiting = 0, ""
        for line in recording.lines:
            begun, ended = re.search(first, line.text), re.search(second, line.text)
            kept += bool(ended and ended.group(1) == waiting)
            waiting = begun.group(1) if begun else ""
        return kept

    return read


def shared_out(pattern: str) -> Read:
    """Who got how much: the two groups of `pattern` in every line that fits it, by name."""

    def read(recording: Recording, values: Values) -> Told | None:
        shares = sorted(found.groups() for found in matches(recording, pattern))
        return ", ".join(f"{name}: {share}" for name, share in shares) or None

    return read


def least(pattern: str) -> Read:
    """Whose number is the least: the first group of `pattern` names, the second counts."""

    def read(recording: Recording, values: Values) -> Told | None:
        named = [(float(found.group(2)), found.group(1)) for found in matches(recording, pattern)]
        return min(named)[1] if named else None

    return read


def either(cases: Mapping[str, Text]) -> Read:
    """The text of the first of these patterns that some line fits."""

    def read(recording: Recording, values: Values) -> Told | None:
        found = (text for pattern, text in cases.items() if any(matches(recording, pattern)))
        return next(found, None)

    return read


# --- how it ended, who ran --------------------------------------------------------------------


def ending() -> Read:
    """How the run ended: the engine's own word for it."""

    def read(recording: Recording, values: Values) -> Told | None:
        return recording.outcome

    return read


def codes_left() -> Read:
    """The exit codes of the child processes whose end was seen, in order of size."""

    def read(recording: Recording, values: Values) -> Told | None:
        events = (event for event in recording.events if event.kind is Kind.EXITED)
        codes = sorted(event.exit[1] for event in events)
        return ", ".join(map(str, codes)) or None

    return read


def workers_begun() -> Read:
    """How many threads and processes the program started."""

    def read(recording: Recording, values: Values) -> Told | None:
        return len(recording.workers)

    return read


def alive_together() -> Read:
    """How many of the workers that the program started lived at the same time, at most."""

    def read(recording: Recording, values: Values) -> Told | None:
        return overlaps(recording.workers)

    return read


def deepest_hold(name: str) -> Read:
    """How many times over one worker held the RLock of that name, at most."""

    @watched
    def read(recording: Recording, values: Values) -> Told | None:
        got = [e for e in recording.events if e.kind is Kind.GOT and e.object == name]
        return max((int(event.text or 1) for event in got), default=0)

    return read


# --- helpers ----------------------------------------------------------------------------------


def _numbers(recording: Recording, pattern: str) -> list[int | float]:
    texts = [found.group(1) for found in matches(recording, pattern)]
    return [float(text) if "." in text else int(text) for text in texts]
