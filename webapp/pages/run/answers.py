"""What a run says to the questions of its demo, beside what the visitor has predicted."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.engine.recording import Recording
from webapp.lessons.questions import VARIES, Answer, Question
from webapp.lessons.text import UNSAID
from webapp.lessons.topic import find_demo
from webapp.pages import addresses
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class DemoToSee:
    """The demo to look at after a wrong answer."""

    title: str
    address: str


@dataclass(frozen=True)
class AnswerView:
    """A question and the run's answer. `state` is right, wrong, undecided, or "": not predicted.

    `predicted` says whether the prediction was right, `feedback` why it was wrong, and `belief`
    what is behind it. Each of them may be "".
    """

    prompt: str
    said: str
    state: str = ""
    predicted: str = ""
    feedback: str = ""
    belief: str = ""
    varies: str = ""
    see: DemoToSee | None = None


def build_answers(site: Site, run: Run, recording: Recording) -> tuple[AnswerView, ...]:
    """Return the run's answers to all questions of its demo."""
    return tuple(
        view_answer(
            site,
            site.wordings[run.language],
            question,
            question.answer(recording, run.values),
            run.predicted.get(question.name, ""),
        )
        for question in run.demo.questions
    )


def said_of(say: Wording, question: Question, answer: Answer) -> str:
    """Return which options a run made true, as a sentence."""
    if not answer.is_decided:
        return say("question.undecided")
    texts = [question.choices()[name][say.language] for name in answer.true]
    if not texts:
        return say("question.none")
    key = "question.true" if len(texts) == 1 else "question.several"
    return say(key, answer=say("list.separator").join(texts))


def view_answer(
    site: Site, say: Wording, question: Question, answer: Answer, chosen: str
) -> AnswerView:
    """Return one question's answer beside the option that was `chosen`, if not ""."""
    prompt, said = question.prompt[say.language], said_of(say, question, answer)
    varies = say("question.varies") if question.varies and answer.is_decided else ""
    if not chosen:
        return AnswerView(prompt, said, varies=varies)
    right = answer.is_right(chosen)
    state = {True: "right", False: "wrong", None: "undecided"}[right]
    option = question.option(chosen) if right is False else None
    return AnswerView(
        prompt=prompt,
        said=said,
        state=state,
        predicted=say(
            f"question.{state}_predicted", answer=question.choices()[chosen][say.language]
        ),
        feedback=option.feedback[say.language] if option else "",
        belief=option.belief[say.language] if option and option.belief is not UNSAID else "",
        varies=varies if chosen != VARIES else say("question.it_varies"),
        see=_demo_to_see(site, say, question) if right is False else None,
    )


def _demo_to_see(site: Site, say: Wording, question: Question) -> DemoToSee | None:
    found = find_demo(site.topics, question.see)
    if found is None:
        return None
    return DemoToSee(found[1].title[say.language], addresses.demo(say.language, *found))
