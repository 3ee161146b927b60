"""Says how a program ended: by what, and which of its workers were left waiting for what.

The page begins with these sentences, and the command ends with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Outcome, Recording, Wait
from webapp.pages.texts.wording import Wording
from webapp.timeline.standing import Left, Standing, wait_text

SHOWN = 6
"""Exceptions and waits that are told, of each; the others are counted."""

LETTERS = 200
"""Characters that are told of an exception's message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What explains the outcome, a sentence each. `whole`: no other worker was left waiting."""

    raised: tuple[str, ...]
    waits: tuple[str, ...]
    whole: bool
    never: str = ""  # that those in a ring will never go on

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it."""
        return (*self.raised, *self.waits, *filter(None, [self.never]))


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
    )


def tell(say: Wording, recording: Recording, standing: Standing) -> str:
    """Return all of it as a text for a terminal; "" if there is nothing to explain.

    A program that has failed has said so itself.
    """
    outcome = recording.outcome
    if outcome is Outcome.FAILED or (outcome is Outcome.FINISHED and not standing.rings):
        return ""
    title = say(f"outcome.{outcome.name.lower()}.title")
    sentences = explain(say, recording, standing).sentences
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


def _most(say: Wording, sentences: list[str]) -> Iterator[str]:
    yield from sentences[:SHOWN]
    if rest := len(sentences[SHOWN:]):
        yield say("answer.more", count=rest)
