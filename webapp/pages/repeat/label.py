"""An outcome of a run, in the page's language."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.engine.recording import Outcome
from webapp.lessons.repeats.distribution import Key, Range
from webapp.lessons.text import Text
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class Label:
    """An outcome as text. It is `code` if it is the program's own text."""

    text: str
    code: bool = False


def outcome_label(say: Wording, key: Key) -> Label:
    """Return the label of an outcome."""
    match key:
        case None:
            return Label(say("repeat.untold"))
        case Outcome():
            return Label(say(f"outcome.{key.name.lower()}.title"))
        case Text():
            return Label(key[say.language])
        case Range():
            return Label(say("repeat.range", low=key.low, high=key.high))
        case str():
            return Label(key, code=True)
        case int() | float():
            return Label(say.number(key))


def count_text(say: Wording, count: int) -> str:
    """Return the number of runs in words: never, once, or so many times."""
    return say({0: "repeat.never", 1: "repeat.once"}.get(count, "repeat.times"), count=count)
