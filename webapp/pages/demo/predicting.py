"""The questions of a demo as form fields, and the predictions that are sent with a run.

A prediction is a field `predict-QUESTION`, in the form and in the address of a run's stream. Like
the form's other control fields its name contains a hyphen, so that no parameter is called so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.lessons.text import Language
from webapp.lessons.topic import Demo
from webapp.pages.demo.option import Option

PREDICT = "predict-"
"""How the name of a question's field begins."""


@dataclass(frozen=True)
class QuestionField:
    """A question with its options; `chosen` is the predicted option's name, or ""."""

    name: str
    prompt: str
    options: tuple[Option, ...]
    chosen: str


def is_prediction(field: str) -> bool:
    """Return whether a form field or an argument of an address is a prediction."""
    return field.startswith(PREDICT)


def read_predictions(demo: Demo, sent: Mapping[str, str]) -> dict[str, str]:
    """Return the predicted options, by question. What is no option of a question is ignored."""
    found = {question.name: sent.get(PREDICT + question.name) for question in demo.questions}
    return {
        question.name: chosen
        for question in demo.questions
        if (chosen := found[question.name]) in question.choices()
    }


def query_of_predictions(predicted: Mapping[str, str]) -> dict[str, str]:
    """Return predictions as the query of an address."""
    return {PREDICT + question: chosen for question, chosen in predicted.items()}


def build_questions(
    demo: Demo, language: Language, predicted: Mapping[str, str]
) -> tuple[QuestionField, ...]:
    """Return the questions of a demo as form fields."""
    return tuple(
        QuestionField(
            name=PREDICT + question.name,
            prompt=question.prompt[language],
            options=tuple(
                Option(name, text[language]) for name, text in question.choices().items()
            ),
            chosen=predicted.get(question.name, ""),
        )
        for question in demo.questions
    )
