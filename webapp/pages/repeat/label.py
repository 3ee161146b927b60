"""What runs came to, in the words of a page."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.engine.recording import Outcome
from webapp.lessons.repeats.distribution import Key, Range
from webapp.lessons.text import Text
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class Label:
    """What runs came to, as it is read. What is `code` is the program's own text."""

    text: str
    code: bool = False


def tell(say: Wording, told: Key) -> Label:
    """Write what a run came to."""
    match told:
        case None:
            return Label(say("repeat.untold"))
        case Outcome():
            return Label(say(f"outcome.{told.name.lower()}.title"))
        case Text():
            return Label(told[say.language])
        case Range():
            return Label(say("repeat.range", low=told.low, high=told.high))
        case str():
            return Label(told, code=True)
        case int() | float():
            return Label(say.number(told))


def tell_often(say: Wording, count: int) -> str:
    """Say how many runs came to it."""
    return say({0: "repeat.never", 1: "repeat.once"}.get(count, "repeat.times"), count=count)
