"""The headline of a run: what it showed, in one large sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.engine.recording import Link, Outcome, Recording, Wait
from webapp.lessons.topic import Demo
from webapp.lessons.values import Values
from webapp.pages.repeat.label import Label, outcome_label
from webapp.pages.texts.wording import Wording


class Tone(StrEnum):
    """How a headline is coloured: as meant, a trap that did what it shows, wrong, or neither."""

    GOOD = "good"
    TRAP = "trap"
    BAD = "bad"
    PLAIN = "plain"


@dataclass(frozen=True)
class HeadlineView:
    """A run's headline. `value` is the outcome after a label, or None; `waits` are those of a
    deadlock, a sentence each.
    """

    tone: Tone
    text: str
    value: Label | None = None
    waits: tuple[str, ...] = ()


def build_headline(
    say: Wording, demo: Demo, values: Values, recording: Recording, *, holds: bool
) -> HeadlineView:
    """Return the headline. `holds` says that no claim about the run fails."""
    if recording.outcome is not Outcome.FINISHED:
        return _unfinished(say, demo, recording)
    told = demo.headline.of(recording, values) if demo.headline else None
    if told:
        text = say.fill(told.text[say.language], told.numbers)
        return HeadlineView(_tone(demo, holds, shows=told.shows), text)
    tone = _tone(demo, holds, shows=demo.headline is None)
    found = demo.outcome.of(recording, values)
    if found is None:
        return HeadlineView(tone, say("outcome.finished.text"))
    label = say("headline.outcome", label=demo.outcome.label[say.language])
    return HeadlineView(tone, label, outcome_label(say, found))


def _tone(demo: Demo, holds: bool, *, shows: bool) -> Tone:
    if not holds:
        return Tone.BAD
    if demo.trap:
        return Tone.TRAP if shows else Tone.PLAIN
    return Tone.GOOD


def _unfinished(say: Wording, demo: Demo, recording: Recording) -> HeadlineView:
    outcome = recording.outcome
    if outcome is Outcome.CANCELLED:
        return HeadlineView(Tone.PLAIN, say("outcome.cancelled.text"))
    if outcome is not Outcome.DEADLOCKED or not recording.cycle:
        return HeadlineView(Tone.BAD, say(f"outcome.{outcome.name.lower()}.text"))
    tone = Tone.TRAP if demo.trap else Tone.BAD
    waits = tuple(_wait(say, wait) for wait in recording.cycle)
    return HeadlineView(tone, _ring(say, recording.cycle), waits=waits)


def _ring(say: Wording, cycle: Sequence[Wait]) -> str:
    if len(cycle) == 1:
        return say("headline.alone", worker=cycle[0].worker)
    return say("headline.ring", count=len(cycle))


def _wait(say: Wording, wait: Wait) -> str:
    """Return one wait as a sentence."""
    key = "headline.waits"
    if wait.object == wait.giver or wait.link is Link.COPIED:
        key = "headline.waits_for"
    elif wait.link is Link.HELD:
        key = "headline.waits_held"
    return say(key, worker=wait.worker, object=wait.object, giver=wait.giver)
