"""Tasks are lanes of their thread, and many that are alike are one band."""

from __future__ import annotations

import pytest

from tests.timeline.records import MAIN, A, Step, life, record
from tests.timeline.test_pictures import EN
from webapp.engine.events import ASLEEP, TASK_BITS, Key, Kind
from webapp.engine.recording import Recording
from webapp.timeline.bands import ALIKE, AREA, COLUMNS, MANY, areas, columns, fold, strip
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.lanes import State
from webapp.timeline.reading import draw
from webapp.timeline.scale import View
from webapp.timeline.steps import draw_steps
from webapp.timeline.trace import draw_trace


def task(number: int, thread: Key = MAIN) -> Key:
    """Return the key of a task."""
    return thread[0], thread[1] | number << TASK_BITS


def lived(key: Key, created: int, *steps: Step, end: int) -> list[Step]:
    """Return a task's creation, these steps, and its end."""
    return [(created, key, Kind.STARTED, "task", "100.100"), *steps, (end, key, Kind.ENDED, "", "")]


def sleepers(count: int) -> Recording:
    """Return the record of so many tasks: created at 100, they sleep from 200 to 800."""
    steps = life(MAIN, 0, 1000)
    for key in map(task, range(1, count + 1)):
        steps += lived(
            key,
            100,
            (200, key, Kind.RESUMED, "", ""),
            (200, key, Kind.SLEPT, "", "0.0006"),
            (800, key, Kind.WOKE, "", ""),
            end=810,
        )
    return record(steps)


def test_a_task_is_ready_then_runs_and_waits_below_its_thread() -> None:
    first, second = task(1, A), task(2)
    lanes = draw(
        record(
            [
                *life(MAIN, 0, 90),
                *lived(second, 5, end=80),
                *life(A, 10, 70),
                *lived(
                    first,
                    20,
                    (30, first, Kind.RESUMED, "", ""),
                    (40, first, Kind.WAITS, "", "turn"),
                    (50, first, Kind.RESUMED, "", ""),
                    end=60,
                ),
            ]
        )
    ).lanes
    assert [(lane.key, lane.depth) for lane in lanes] == [
        (MAIN, 0),
        (second, 1),
        (A, 1),
        (first, 2),
    ]
    assert [(part.state, part.start, part.end) for part in lanes[3].stretches] == [
        (State.READY, 20, 30),
        (State.RUNNING, 30, 40),
        (State.READY, 40, 50),
        (State.RUNNING, 50, 60),
    ]


def test_a_task_is_ready_from_the_end_of_its_sleep_until_its_turn() -> None:
    key = task(1)
    sleeps = [
        (100, key, Kind.RESUMED, "", ""),
        (100, key, Kind.SLEPT, ASLEEP, "0.05"),
        (90_000, key, Kind.WOKE, "", ""),
        (90_000, key, Kind.SLEPT, "", "0.0001"),
        (95_000, key, Kind.WOKE, "", ""),
    ]
    timeline = draw(record(lived(key, 0, *sleeps, end=95_500), wall=100_000))
    assert [(part.state, part.start, part.end) for part in timeline.lanes[0].stretches] == [
        (State.READY, 0, 100),
        (State.SLEEPING, 100, 50_100),
        (State.READY, 50_100, 90_000),
        (State.SLEEPING, 90_000, 95_000),
        (State.RUNNING, 95_000, 95_500),
    ]
    assert draw_steps(timeline, EN)["spans"]


def test_a_loop_waits_and_is_not_counted_as_a_wait() -> None:
    steps = [(10, MAIN, Kind.WAITS, "loop", "poll 0.5"), (40, MAIN, Kind.RESUMED, "loop", "")]
    (lane,) = draw(record(life(MAIN, 0, 90, *steps))).lanes
    assert [part.state for part in lane.stretches] == [State.RUNNING, State.LOOP, State.RUNNING]


@pytest.mark.parametrize(("count", "lanes"), [(MANY - 1, MANY), (MANY, 2), (1000, 2)])
def test_many_tasks_that_are_alike_are_one_band(count: int, lanes: int) -> None:
    timeline = fold(draw(sleepers(count)))
    assert len(timeline.lanes) == lanes
    assert len(timeline.index) == count + 1
    if lanes == 2:
        band = timeline.lanes[1]
        assert (band.name, len(band.members)) == (f"{count} × w#", count)


def test_few_tasks_that_are_alike_stay_lanes() -> None:
    crowd = [life((100, 101 + at), 0, 90) for at in range(MANY)]
    own = [lived(task(number), 0, end=90) for number in range(1, ALIKE)]
    timeline = draw(record([step for steps in (*crowd, *own) for step in steps]))
    assert fold(timeline) == timeline


def test_a_band_shows_how_many_tasks_are_in_each_state() -> None:
    band = fold(draw(sleepers(100))).lanes[1]
    found = columns(band.stretches, View(0, 1000))
    assert [round(found[State.READY][at]) for at in (0, 99, 100, 199, 200)] == [0, 0, 100, 100, 0]
    assert [round(found[State.SLEEPING][at]) for at in (199, 200, 799, 800)] == [0, 100, 100, 0]
    shapes = dict(areas(found, 10, 100))
    assert f"M4000 10.0H16000V{10 + AREA}.0H4000z" in shapes[State.SLEEPING]
    assert [look for look, _ in strip(found[State.RUNNING], 0)] == ["running"]


def test_a_view_of_a_part_has_all_columns() -> None:
    band = fold(draw(sleepers(100))).lanes[1]
    found = columns(band.stretches, View(300, 301))
    assert {len(counts) for counts in found.values()} == {COLUMNS}
    assert min(found[State.SLEEPING]) == max(found[State.SLEEPING]) == 100


def test_the_picture_and_the_walk_tell_of_the_band() -> None:
    timeline = draw(sleepers(100))
    html = draw_figure(timeline, EN, Setting(steps="x"))
    assert 'class="band-sleeping"' in html
    assert "100 tasks that are alike are drawn as one band" in html
    data = draw_steps(timeline, EN)
    states = {data["sentences"][span[2]] for span in data["spans"] if span[0] == 1}
    assert {"100 ready", "100 sleeping"} <= states
    assert any(sentence.startswith("w") for sentence in data["sentences"])


def test_the_trace_has_every_task() -> None:
    parts = draw_trace(draw(sleepers(100)))["traceEvents"]
    assert len({part["tid"] for part in parts}) == 101
