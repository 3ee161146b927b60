"""How often the runs of a repetition made each answer to a question true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from webapp.lessons.questions import VARIES
from webapp.lessons.repeats.tally import Answered
from webapp.lessons.text import Language
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class AnswerCount:
    """An option and how many of all deciding runs made it true. `own` if it was predicted."""

    text: str
    count: int
    own: bool


@dataclass(frozen=True)
class AnswerCounts:
    """A question and the counts of its options, out of `all` runs that decided it."""

    prompt: str
    all: int
    counts: tuple[AnswerCount, ...]
    varies: str


def count_answers(
    say: Wording, answered: Mapping[str, Answered], predicted: Mapping[str, str]
) -> Iterator[AnswerCounts]:
    """Yield the counts of each question that a run has decided."""
    for name, found in answered.items():
        if found.decided:
            counts = tuple(_counts(say.language, found, predicted.get(name, "")))
            differ = sum(1 for count in counts if count.count) > 1
            varies = say("question.differed" if differ else "question.same")
            chosen = predicted.get(name) == VARIES
            own = say("question.own_varies") if chosen else ""
            yield AnswerCounts(
                found.question.prompt[say.language],
                found.decided,
                counts,
                f"{varies} {own}".strip() if found.decided > 1 else own,
            )


def _counts(language: Language, found: Answered, chosen: str) -> Iterator[AnswerCount]:
    for option in found.question.options:
        yield AnswerCount(option.text[language], found.true[option.name], option.name == chosen)
