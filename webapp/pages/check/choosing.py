"""Chooses the questions of a topic's check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.engine.machines import Machine
from webapp.lessons.questions import Question
from webapp.lessons.topic import Demo, Topic
from webapp.pages.demo.needs import is_offered

MOST = 5
"""Questions in a check. A topic with fewer demos has fewer."""


@dataclass(frozen=True)
class Asked:
    """A question of a demo. `name` identifies it in the check's form."""

    demo: Demo
    question: Question

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"{self.demo.slug}.{self.question.name}"


def choose_questions(topic: Topic, machines: Sequence[Machine]) -> tuple[Asked, ...]:
    """Return the questions of a topic's check, in the order of its demos.

    There is one of each demo at most, since what one asks may answer the other. Questions for a
    line of the program come first into the choice, then those behind which there is a
    misconception, then those of traps. Only demos that a machine can run are asked about.
    """
    asked = [
        Asked(demo, question)
        for demo in topic.demos
        for question in (*demo.questions, *demo.lines)
        if is_offered(demo, machines)
    ]
    of_demo: dict[str, Asked] = {}
    for one in sorted(asked, key=_interest):
        of_demo.setdefault(one.demo.slug, one)
    chosen = [*of_demo.values()][:MOST]
    return tuple(one for one in asked if one in chosen)


def _interest(asked: Asked) -> tuple[bool, bool, bool]:
    """Return a key by which the most telling questions are sorted first."""
    told = any(option.misconception for option in asked.question.options)
    return asked.question.line is None, not told, not asked.demo.trap
