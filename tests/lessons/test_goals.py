"""Each goal can be reached by a schedule, though not without thought; the mended demo's cannot."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from tests.topics import TOPICS
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Kind
from webapp.engine.limits import Limits
from webapp.engine.schedules import Search, Tried
from webapp.lessons.goals import Goal, recording_of
from webapp.lessons.topic import Demo
from webapp.lessons.values import Value

GOALS = [(topic, demo, demo.goal) for topic in TOPICS for demo in topic.demos if demo.goal]
IMPOSSIBLE = {"two-threads-one-box"}
"""Its aim says so."""

TO_REACH = Search(switches=2, number=5000, seconds=240.0)
OF_MENDED = Search(switches=1, number=60, seconds=240.0)


@pytest.fixture(scope="module")
def patient() -> Iterator[EmbeddedRunner]:
    runner = EmbeddedRunner(Limits(soft_deadline=300, unfollowed=None, grace=0.5))
    yield runner
    runner.close()


def tried(
    runner: EmbeddedRunner, demo: Demo, values: Mapping[str, Value], limits: Search
) -> Generator[Tried, None, None]:
    """Yield the schedules of a search. Closing the generator ends it."""
    run = runner.start(replace(demo.program(values), directed=limits))
    try:
        with closing(runner.follow(run)) as batches:
            for batch in batches:
                yield from (Tried.load(each.text) for each in batch if each.kind is Kind.TRIED)
    finally:
        runner.cancel(run)


@pytest.mark.parametrize(
    ("demo", "goal"),
    [
        pytest.param(demo, goal, id=demo.slug)
        for _, demo, goal in GOALS
        if demo.slug not in IMPOSSIBLE
    ],
)
def test_a_schedule_reaches_it(patient: EmbeddedRunner, demo: Demo, goal: Goal) -> None:
    values = {**demo.defaults, **goal.values}
    with closing(tried(patient, demo, values, TO_REACH)) as schedules:
        first = next(each for each in schedules if goal.is_reached(recording_of(each), values))
    assert first.switches


@pytest.mark.parametrize(
    ("mended", "goal"),
    [
        pytest.param(topic.demo(goal.mended) if goal.mended else demo, goal, id=demo.slug)
        for topic, demo, goal in GOALS
    ],
)
def test_no_schedule_of_the_mended_demo_reaches_it(
    patient: EmbeddedRunner, mended: Demo, goal: Goal
) -> None:
    values = {**mended.defaults, **goal.mended_values}
    with closing(tried(patient, mended, values, OF_MENDED)) as schedules:
        found = list(schedules)
    assert len(found) > 1
    assert not [each for each in found if goal.is_reached(recording_of(each), values)]


def test_a_goal_knows_which_values_mend_its_demo() -> None:
    mends = [(demo, goal) for _, demo, goal in GOALS if not goal.mended]
    assert mends
    for demo, goal in mends:
        broken, mended = ({**demo.defaults, **own} for own in (goal.values, goal.mended_values))
        assert goal.is_mended(mended, demo.defaults)
        assert goal.is_mended(broken, demo.defaults) == (demo.slug in IMPOSSIBLE)
