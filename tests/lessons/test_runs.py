"""The runs of every demo: its claims hold in each of them, and they decide its questions."""

from __future__ import annotations

import pytest

from tests.engine.running import finish
from tests.lessons.demos import TRIES, each_choice, every_demo, run_all
from tests.lessons.headlines import check_headline
from tests.lessons.test_demos import failures
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.lateness import lateness
from webapp.engine.recording import Recording
from webapp.lessons.questions import LATE, Option, Question
from webapp.lessons.text import UNSAID
from webapp.lessons.topic import Demo
from webapp.lessons.values import Value, Values

LATE_TRIES = 3
"""Runs after which an option is given up, if the machine was too busy in all of them."""

Runs = list[tuple[dict[str, Value], Recording]]
"""Runs and the values of each."""

every_demo_once = every_demo(scope="module")


@pytest.fixture(scope="module")
def runs(runner: EmbeddedRunner, demo: Demo, pytestconfig: pytest.Config) -> Runs:
    """The demo's runs with the defaults and with each choice, as often as `--runs` says.

    With `--fast` only those with the defaults.
    """
    others = [] if pytestconfig.getoption("fast") else each_choice(demo)
    chosen = [demo.defaults, *others]
    return [
        run
        for _ in range(pytestconfig.getoption("runs"))
        for run in zip(
            chosen, run_all(runner, [demo.program(values) for values in chosen]), strict=True
        )
    ]


@every_demo_once
def test_its_claims_hold_in_every_run(runs: Runs, demo: Demo) -> None:
    for values, recording in runs:
        assert not [*failures(demo, values, recording)]
        check_headline(demo, values, recording)
        if values == demo.defaults:
            assert demo.outcome.of(recording, values) is not None
            for claim in demo.claims:
                # A claim that a run with the defaults cannot check claims nothing.
                finding = claim.measure(recording, values)
                assert finding.holds is not None or finding.late is not None, claim.text["en"]


@every_demo_once
def test_each_run_makes_one_option_true(runs: Runs, demo: Demo) -> None:
    for values, run in runs:
        for question in (*demo.questions, *demo.lines):
            answer = question.answer(run, values)
            # A busy machine may leave short times undecided, and, if the run was late, any order.
            # A run on time with the defaults, with which students run a demo, decides all.
            busy = values != demo.defaults or lateness(run) > LATE
            undecided = busy and None in answer.holds.values()
            assert len(answer.true) == 1 or undecided, (question.name, values, answer.holds)
            for option in question.options:
                if answer.holds[option.name] is False:
                    assert option.feedback is not UNSAID, (question.name, option.name, values)


@pytest.mark.thorough
@every_demo_once
def test_each_option_is_true_of_some_run(runner: EmbeddedRunner, runs: Runs, demo: Demo) -> None:
    """Each but those that are rare, or that never are: these are true of none of the runs."""
    sample = Sample(runner, demo, runs)
    for question in (*demo.questions, *demo.lines):
        for option in question.options:
            if not (option.never or option.rare):
                values = {**demo.defaults, **option.when}
                seen = _seen(sample, question, option, values)
                assert seen[-1] or set(seen) == {None}, (question.name, option.name, seen)


class Sample:
    """Runs of a demo, each made once for all options: when the first of them asks for it."""

    def __init__(self, runner: EmbeddedRunner, demo: Demo, runs: Runs) -> None:
        self._runner = runner
        self._demo = demo
        self._runs = [*runs]

    def run(self, number: int, values: Values) -> Recording:
        """Return the run number `number` of those with these values, from 0; make it if needed."""
        made = [run for own, run in self._runs if own == values]
        if number < len(made):
            return made[number]
        run = finish(self._runner, self._runner.start(self._demo.program(values)))
        self._runs.append(({**values}, run))
        return run


def _seen(sample: Sample, question: Question, option: Option, values: Values) -> list[bool | None]:
    """Look at runs until the option is true; return what each run says, None if it was late."""
    seen: list[bool | None] = []
    while True not in seen and len(seen) < (TRIES if {*seen} - {None} else LATE_TRIES):
        run = sample.run(len(seen), values)
        answer = question.answer(run, values)
        wrong = [other.name for other in question.options if other.never]
        late = lateness(run) > LATE
        assert late or not {*answer.true} & {*wrong}, (question.name, answer)
        held = answer.holds[option.name]
        seen.append(held or (None if late else held))
    return seen
