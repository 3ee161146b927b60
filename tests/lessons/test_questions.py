"""Questions: a run decides every one of them, and refutes every misconception."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.running import finish
from tests.lessons.demos import DEMOS, each_choice, every_demo, run_all
from tests.lessons.test_claims import prints, recording
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.machines import this_machine
from webapp.engine.recording import Outcome
from webapp.lessons.claims import Measured, unless
from webapp.lessons.measures.printed.lines import printed
from webapp.lessons.measures.printed.numbers import equals
from webapp.lessons.measures.timing import took_nearest
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.questions import VARIES, Option, Question
from webapp.lessons.text import UNSAID
from webapp.lessons.topic import Demo

TRIES = 10
"""Runs, one of which must refute a misconception: on a busy machine its workers may not meet."""

HELD = [
    (belief, name, demo, question, option)
    for belief in Misconception
    for name, demo in DEMOS
    for question in demo.questions
    for option in question.options
    if option.misconception is belief
]
"""Misconception, demo, question and the option that one chooses who believes it."""


@every_demo(lambda demo: demo.questions)
def test_each_run_makes_one_option_true(runner: EmbeddedRunner, demo: Demo) -> None:
    chosen = [demo.defaults, *each_choice(demo)]
    runs = run_all(runner, [demo.program(values) for values in chosen])
    for values, run in zip(chosen, runs, strict=True):
        for question in demo.questions:
            answer = question.answer(run, values)
            # None, if the machine was too late for a question of time to be decided.
            undecided = None in answer.holds.values()
            assert len(answer.true) == 1 or undecided, (question.name, values, answer.holds)
            for option in question.options:
                if answer.holds[option.name] is False:
                    assert option.feedback is not UNSAID, (question.name, option.name, values)


def test_every_demo_has_a_question() -> None:
    assert [name for name, demo in DEMOS if not demo.questions] == []


def test_every_misconception_has_a_question() -> None:
    assert {belief for belief, *_ in HELD} == {*Misconception}


@pytest.mark.parametrize("belief", Misconception)
def test_a_run_with_the_defaults_refutes_it(runner: EmbeddedRunner, belief: Misconception) -> None:
    """Some question's run refutes the misconception: its option is false, another one true."""

    def is_refuted(demo: Demo, question: Question, option: Option) -> bool:
        run = finish(runner, runner.start(demo.program(demo.defaults)))
        answer = question.answer(run, demo.defaults)
        return answer.is_right(option.name) is False and bool(answer.true)

    here = [
        (name, demo, question, option)
        for held, name, demo, question, option in HELD
        if held is belief and this_machine().meets(demo.needs) and not question.varies
    ]
    assert here
    for name, demo, question, option in here:
        if any(is_refuted(demo, question, option) for _ in range(TRIES)):
            print(f"{belief}: {name}, question {question.name}: {option.text['en']!r} is refuted")
            return
    pytest.fail(f"no run refuted: {belief}")


QUESTION = Question(
    "final",
    (
        Option("all", equals(r"(\d)", lambda values: 3), Misconception.INCREMENT),
        Option("fewer", unless(equals(r"(\d)", lambda values: 3))),
    ),
    varies=True,
)


def test_the_run_decides() -> None:
    right, wrong = recording(prints("3")), recording(prints("2"))
    assert QUESTION.answer(right, {}).true == ("all",)
    assert QUESTION.answer(wrong, {}).true == ("fewer",)
    assert QUESTION.answer(wrong, {}).is_right("all") is False
    assert QUESTION.answer(wrong, {}).is_right("fewer") is True
    assert QUESTION.answer(wrong, {}).is_right(VARIES) is True


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.LOST])
def test_a_run_that_was_stopped_decides_nothing(outcome: Outcome) -> None:
    whole = recording(prints("3"))
    for run in (replace(whole, outcome=outcome), replace(whole, cut=True)):
        answer = QUESTION.answer(run, {})
        assert not answer.is_decided
        assert answer.true == ()
        assert answer.is_right("all") is answer.is_right(VARIES) is None


def test_a_deadlock_decides() -> None:
    stuck = replace(recording(prints("2")), outcome=Outcome.DEADLOCKED)
    assert QUESTION.answer(stuck, {}).true == ("fewer",)


def test_none_of_several_checks() -> None:
    neither = unless(printed("^a"), printed("^b"))
    assert neither(recording(prints("c")), {}).holds is True
    assert neither(recording(prints("b")), {}).holds is False
    assert unless(lambda run, values: Measured(None))(recording([]), {}).holds is None


def test_a_time_is_of_the_nearest_option() -> None:
    one, five = took_nearest(lambda v: 1, lambda v: 5), took_nearest(lambda v: 5, lambda v: 1)
    quick, slow = recording([], wall=1.4), recording([], wall=5.2)
    assert (one(quick, {}).holds, five(quick, {}).holds) == (True, False)
    assert (one(slow, {}).holds, five(slow, {}).holds) == (False, True)
    held_up = recording([], wall=4.9, held_up=2.5)
    assert one(held_up, {}).holds is five(held_up, {}).holds is None
