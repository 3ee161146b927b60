"""Questions: a run decides every one of them, and refutes every misconception."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.running import finish
from tests.lessons.demos import DEMOS, TRIES
from tests.lessons.test_claims import prints, recording
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event, Kind
from webapp.engine.machines import this_machine
from webapp.engine.recording import Outcome, Recording
from webapp.lessons.claims import Measured, unless
from webapp.lessons.measures.printed.lines import printed
from webapp.lessons.measures.printed.numbers import equals
from webapp.lessons.measures.timing import took_nearest
from webapp.lessons.measures.waiting import line_of_longest_wait
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.questions import VARIES, Option, Question, at, place
from webapp.lessons.topic import Demo

HELD = [
    (belief, name, demo, question, option)
    for belief in Misconception
    for name, demo in DEMOS
    for question in demo.questions
    for option in question.options
    if option.misconception is belief
]
"""Misconception, demo, question and the option that one chooses who believes it."""


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


@pytest.mark.parametrize(
    ("text", "held_up", "found"),
    [
        pytest.param("2", 0.0, (False, False), id="on time"),
        pytest.param("2", 0.4, (None, None), id="late"),
        pytest.param("3", 0.4, (True, False), id="late, and yet as an option says"),
    ],
)
def test_a_late_run_that_fits_no_option_decides_nothing(
    text: str, held_up: float, found: tuple[bool | None, bool | None]
) -> None:
    order = Question("order", (Option("a", printed("^3")), Option("b", printed("^4"))))
    run = recording(prints(text), held_up=held_up)
    assert (*order.answer(run, {}).holds.values(),) == found


def test_a_deadlock_decides() -> None:
    stuck = replace(recording(prints("2")), outcome=Outcome.DEADLOCKED)
    assert QUESTION.answer(stuck, {}).true == ("fewer",)


def test_none_of_several_checks() -> None:
    neither = unless(printed("^a"), printed("^b"))
    assert neither(recording(prints("c")), {}).holds is True
    assert neither(recording(prints("b")), {}).holds is False
    assert unless(lambda run, values: Measured(None))(recording([]), {}).holds is None


ONE, FIVE = took_nearest(lambda v: 1, lambda v: 5), took_nearest(lambda v: 5, lambda v: 1)


def asleep(*sleeps: tuple[float, float], wall: float, held_up: float = 0.0) -> Recording:
    """Make the record of a run whose workers slept, each a second and until it woke up."""
    steps = [
        step
        for worker, (start, end) in enumerate(sleeps, 201)
        for step in (
            (round(start * 1000), (100, worker), Kind.SLEPT, "", "1"),
            (round(end * 1000), (100, worker), Kind.WOKE, "", ""),
        )
    ]
    return recording(steps, wall=wall, held_up=held_up)


@pytest.mark.parametrize(
    ("run", "found"),
    [
        pytest.param(recording([], wall=1.4), (True, False), id="quick"),
        pytest.param(recording([], wall=5.2), (False, True), id="slow"),
        pytest.param(recording([], wall=4.9, held_up=2.5), (True, False), id="not that long"),
        pytest.param(recording([], wall=5.2, held_up=2.5), (None, None), id="held up"),
        pytest.param(
            asleep(*((at, at + 1) for at in range(5)), wall=5.2, held_up=5.1),
            (False, True),
            id="asleep all the time, on a busy machine",
        ),
        pytest.param(asleep((0, 5), wall=5.2), (None, None), id="overslept"),
        pytest.param(asleep(*[(0, 1)] * 5, wall=5.2, held_up=4.1), (None, None), id="late"),
        pytest.param(asleep(*[(0, 1)] * 5, wall=4.1, held_up=3.0), (True, False), id="together"),
    ],
)
def test_a_time_is_of_the_nearest_option(
    run: Recording, found: tuple[bool | None, bool | None]
) -> None:
    """A busy machine may delay what a program does, and never the time in which it sleeps."""
    assert (ONE(run, {}).holds, FIVE(run, {}).holds) == found


def test_what_is_open_between_two_options_is_undecided() -> None:
    never = Option("never", unless(lambda run, values: Measured(True)))
    question = Question("time", (Option("one", ONE), Option("five", FIVE), never))
    held_up = recording([], wall=5.2, held_up=2.5)
    assert not question.answer(held_up, {}).is_decided
    assert question.answer(recording([], wall=1.4), {}).true == ("one",)


PROGRAM = """with lock:
    work()
with lock:
    rest()
"""
WAITS = Question(
    "wait",
    (at("first", "with lock:"), at("second", "with lock:", nth=2)),
    line=line_of_longest_wait("^A"),
)


def waiting(*lines: int, for_ever: bool = False) -> Recording:
    """Make a run in which thread A waits at these lines, each time longer, or for ever at last."""
    events = []
    for number, line in enumerate(lines, start=1):
        begun = Event(number, number * 1000, 1, 2, "A", Kind.WAITS, "lock", "acquire", line)
        events += [begun, begun._replace(time=begun.time + number * 10, kind=Kind.GOT)]
    return replace(recording([]), events=tuple(events[:-1] if for_ever else events))


def test_lines_are_found_and_a_run_decides_which_is_right() -> None:
    placed = place(WAITS, PROGRAM)
    assert [option.number for option in placed.options] == [1, 3]
    assert placed.answer(waiting(1, 3), {}).true == ("second",)
    assert placed.answer(waiting(3, 1), {}).true == ("first",)
    assert placed.answer(waiting(3, 1), {}).is_right("second") is False
    assert placed.answer(waiting(3, 1, 3), {}).true == ("second",)  # both waits count together
    assert placed.answer(waiting(1, 2), {}).true == ()
    assert not placed.answer(recording([]), {}).is_decided


def test_a_wait_that_does_not_end_is_the_longest() -> None:
    stuck = waiting(3, 3, 1, for_ever=True)
    assert place(WAITS, PROGRAM).answer(stuck, {}).true == ("first",)


def test_a_line_that_is_not_in_the_program_is_refused() -> None:
    with pytest.raises(ValueError, match="does not have the line 'with lock:' 2 times"):
        place(WAITS, "with lock:\n    work()\n")


def test_lines_are_asked_for_in_several_topics() -> None:
    asking = [name for name, demo in DEMOS if demo.lines]
    assert len({name.partition("/")[0] for name in asking}) >= 3
