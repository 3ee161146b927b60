"""Says how a program ended: by what, and which of its workers were left waiting for what.

The page begins with these sentences, and the command ends with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Outcome, Recording, Wait
from webapp.pages.texts.wording import Wording
from webapp.timeline.standing import Left, Standing, wait_text

SHOWN = 6
"""Exceptions and waits that are told, of each; the others are counted."""

LETTERS = 200
"""Characters that are told of an exception's message."""


class Answer(NamedTuple):
    """What explains the outcome, a sentence each. `whole`: no other worker was left waiting."""

    raised: tuple[str, ...]
    waits: tuple[str, ...]
    whole: bool
    never: str = ""  # that those in a ring will never go on
    unasked: tuple[str, ...] = ()  # exceptions that nobody has seen

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it."""
        return (*self.raised, *self.waits, *filter(None, [self.never]), *self.unasked)


def explain(say: Wording, recording: Recording, standing: Standing) -> Answer:
    """Return the exceptions of a run, and the waits that decided how it ended."""
    raised = [_raised(say, event) for event in recording.of(Kind.RAISED)]
    waits = [wait_text(say, left) for left in _decisive(recording, standing)]
    deadlocked = recording.outcome is Outcome.DEADLOCKED
    return Answer(
        tuple(_most(say, raised)),
        tuple(_most(say, waits)),
        whole=len(waits) == len(standing.waits) <= SHOWN,
        never=say("answer.never") if standing.rings and not deadlocked else "",
        unasked=tuple(_most(say, [_unasked(say, event) for event in find_unasked(recording)])),
    )


def find_unasked(recording: Recording) -> list[Event]:
    """Return the events of futures that got an exception for which the program never asked."""
    asked = {(event.pid, event.object): event.id for event in recording.of(Kind.PASSED)}
    return [
        event
        for event in recording.of(Kind.THREW)
        if asked.get((event.pid, event.object), 0) < event.id
    ]


def tell(say: Wording, recording: Recording, standing: Standing) -> str:
    """Return all of it as a text for a terminal; "" if there is nothing to explain.

    What ended a program, or a thread of it, Python has said itself; and who stopped it knows.
    """
    outcome, answer = recording.outcome, explain(say, recording, standing)
    title = say(f"outcome.{outcome.name.lower()}.title")
    told = outcome is Outcome.FAILED or (outcome is Outcome.FINISHED and not standing.rings)
    sentences = answer.unasked if told else answer.sentences
    if not sentences and outcome in (Outcome.TIMED_OUT, Outcome.LOST):
        time = say.seconds(recording.wall)
        sentences = (say(f"own.ended.{outcome.name.lower()}", time=time),)
    return " ".join([f"{title}.", *sentences]) if sentences else ""


def _decisive(recording: Recording, standing: Standing) -> list[Left]:
    """Return the waits of the deadlock, or of all rings; without one, all if the run was ended."""
    rings: list[tuple[Wait, ...]] = [recording.cycle] if recording.cycle else [*standing.rings]
    if not rings:
        return [] if recording.outcome is Outcome.FINISHED else [*standing.waits]
    left = {(one.wait.worker, one.wait.object): one for one in standing.waits}
    keys = [(wait.worker, wait.object) for ring in rings for wait in ring]
    return [left[key] for key in keys if key in left]


def _raised(say: Wording, event: Event) -> str:
    line = say("standing.line", line=event.line) if event.line else ""
    message = " ".join(event.text.split())[:LETTERS]
    key = "answer.raised" if message else "answer.raised_bare"
    return say(key, worker=event.worker, error=event.object, line=line, message=message)


def _unasked(say: Wording, event: Event) -> str:
    error = " ".join(event.text.split())[:LETTERS]
    return say("answer.unasked", object=event.object, error=error)


def _most(say: Wording, sentences: list[str]) -> Iterator[str]:
    yield from sentences[:SHOWN]
    if rest := len(sentences[SHOWN:]):
        yield say("answer.more", count=rest)
