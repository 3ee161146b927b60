"""Lanes: the states of each worker, from a record that may be incomplete."""

from __future__ import annotations

import pytest

from tests.timeline.records import CHILD, MAIN, A, B, Step, life, record
from webapp.engine.events import How, Kind
from webapp.engine.recording import Outcome, Recording
from webapp.timeline.lanes import WAITING, End, Lane, State
from webapp.timeline.reading import draw


def states(lane: Lane) -> list[tuple[State, int, int]]:
    return [(stretch.state, stretch.start, stretch.end) for stretch in lane.stretches]


def held(lane: Lane) -> list[tuple[str, int, int]]:
    return [(stretch.object, stretch.start, stretch.end) for stretch in lane.beside]


def lane_of(recording: Recording, name: str) -> Lane:
    [lane] = [lane for lane in draw(recording).lanes if lane.name == name]
    return lane


def test_a_worker_runs_sleeps_and_waits_without_a_gap() -> None:
    steps = life(
        MAIN,
        0,
        90,
        (10, MAIN, Kind.SLEPT, "", "0.00001"),
        (20, MAIN, Kind.WOKE, "", ""),
        (30, MAIN, Kind.WAITS, "A", "join"),
        (40, MAIN, Kind.JOINED, "A", "100.101"),
    )
    assert states(lane_of(record(steps), "MainThread")) == [
        (State.RUNNING, 0, 10),
        (State.SLEEPING, 10, 20),
        (State.RUNNING, 20, 30),
        (State.JOINING, 30, 40),
        (State.RUNNING, 40, 90),
    ]


ENDS = {
    How.ACQUIRE: Kind.GOT,
    How.COPIED: Kind.GOT,
    How.JOIN: Kind.JOINED,
    How.BARRIER: Kind.PASSED,
    How.SIGNAL: Kind.PASSED,
    How.PUT: Kind.PUT,
    How.GET: Kind.TOOK,
    How.RESULT: Kind.PASSED,
    How.AWAIT: Kind.RESUMED,
    How.TURN: Kind.RESUMED,
    How.LOOP: Kind.RESUMED,
    How.POLL: Kind.RESUMED,
}


@pytest.mark.parametrize("how", How)
@pytest.mark.parametrize("in_vain", [False, True])
def test_every_way_to_wait_is_a_state_that_ends(how: How, in_vain: bool) -> None:
    end = Kind.GAVE_UP if in_vain else ENDS[how]
    steps = life(A, 0, 90, (10, A, Kind.WAITS, "x", f"{how} 5"), (40, A, end, "x", ""))
    assert states(lane_of(record(steps), "A"))[1] == (WAITING[how], 10, 40)


def test_a_worker_that_waits_on_a_condition_does_not_hold_its_lock() -> None:
    steps = life(
        A,
        0,
        90,
        (10, A, Kind.GOT, "lock", "2"),
        (20, A, Kind.WAITS, "condition", "signal"),
        (21, A, Kind.RELEASED, "lock", "0"),
        (50, A, Kind.GOT, "lock", "2"),
        (51, A, Kind.PASSED, "condition", ""),
        (60, A, Kind.RELEASED, "lock", "0"),
    )
    lane = lane_of(record(steps), "A")
    assert (State.SIGNAL, 20, 51) in states(lane)
    assert held(lane) == [("lock", 10, 21), ("lock", 50, 60)]


def test_an_rlock_is_held_until_its_last_release() -> None:
    steps = life(
        A,
        0,
        90,
        (10, A, Kind.GOT, "lock", "1"),
        (20, A, Kind.GOT, "lock", "2"),
        (30, A, Kind.RELEASED, "lock", "1"),
        (40, A, Kind.RELEASED, "lock", "0"),
    )
    assert held(lane_of(record(steps), "A")) == [("lock", 10, 40)]


def test_a_lock_that_another_worker_releases_is_held_until_then() -> None:
    steps = [
        *life(A, 0, 90, (10, A, Kind.GOT, "lock", "")),
        *life(B, 0, 90, (50, B, Kind.RELEASED, "lock", "")),
    ]
    recording = record(steps)
    assert held(lane_of(recording, "A")) == [("lock", 10, 50)]
    assert held(lane_of(recording, "B")) == []


def test_a_semaphore_that_another_worker_released_first_is_not_held() -> None:
    steps = [
        *life(A, 0, 90, (30, A, Kind.GOT, "full", "0")),
        *life(B, 0, 90, (20, B, Kind.RELEASED, "full", "1")),
    ]
    assert held(lane_of(record(steps), "A")) == []


def test_a_lock_that_is_never_released_is_held_to_the_end_of_its_holder() -> None:
    steps = life(A, 0, 60, (10, A, Kind.GOT, "lock", ""))
    assert held(lane_of(record(steps), "A")) == [("lock", 10, 60)]


def test_a_wait_at_a_barrier_has_the_number_of_arrived_workers() -> None:
    steps = life(
        A,
        0,
        90,
        (9, A, Kind.ARRIVED, "meeting", "2 of 3"),
        (10, A, Kind.WAITS, "meeting", "barrier"),
        (40, A, Kind.PASSED, "meeting", "1"),
    )
    assert lane_of(record(steps), "A").stretches[1].note == "2 of 3"


def test_a_pools_worker_is_idle_before_between_and_after_its_tasks() -> None:
    steps = life(
        CHILD,
        0,
        90,
        (10, CHILD, Kind.BEGAN, "square", "3"),
        (20, CHILD, Kind.DONE, "square", ""),
        (50, CHILD, Kind.BEGAN, "square", "4"),
        (60, CHILD, Kind.DONE, "square", ""),
    )
    lane = lane_of(record(steps), "child")
    assert states(lane) == [
        (State.IDLE, 0, 10),
        (State.RUNNING, 10, 20),
        (State.IDLE, 20, 50),
        (State.RUNNING, 50, 60),
        (State.IDLE, 60, 90),
    ]
    assert [(task.note, task.start, task.end) for task in lane.beside] == [
        ("3", 10, 20),
        ("4", 50, 60),
    ]


def test_threads_are_below_their_process() -> None:
    steps = [
        *life(MAIN, 0, 90),
        *life(CHILD, 5, 80),
        *life(A, 10, 70),
        *life((200, 201), 20, 60),
    ]
    lanes = draw(record(steps)).lanes
    assert [(lane.key, lane.depth) for lane in lanes] == [
        (MAIN, 0),
        (A, 1),
        (CHILD, 0),
        ((200, 201), 1),
    ]


def test_a_killed_process_and_its_threads_end_when_its_exit_is_noticed() -> None:
    steps = [
        *life(MAIN, 0, 90, (50, MAIN, Kind.EXITED, "child", "200 -15")),
        *life(CHILD, 5, None),
        *life((200, 201), 20, None),
    ]
    lanes = {lane.key: lane for lane in draw(record(steps)).lanes}
    assert (lanes[CHILD].end, lanes[CHILD].ending, lanes[CHILD].exit_code) == (50, End.KILLED, -15)
    assert (lanes[200, 201].end, lanes[200, 201].ending) == (50, End.KILLED)
    assert lanes[200, 201].exit_code is None


def test_a_daemon_thread_ends_with_its_process() -> None:
    steps = [*life(MAIN, 0, 60), *life(A, 5, None, (10, A, Kind.SLEPT, "", "9"))]
    lane = lane_of(record(steps, wall=70), "A")
    assert (lane.end, lane.ending) == (70, End.CUT)
    assert states(lane)[-1] == (State.SLEEPING, 10, 70)


def test_a_worker_that_waits_when_a_run_is_ended_has_no_end() -> None:
    steps = [*life(MAIN, 0, 60), *life(A, 5, None, (10, A, Kind.WAITS, "lock", "acquire"))]
    lane = lane_of(record(steps, wall=500, outcome=Outcome.DEADLOCKED), "A")
    assert (lane.end, lane.ending) == (500, End.OPEN)
    assert states(lane)[-1] == (State.ACQUIRING, 10, 500)


def test_a_worker_without_an_end_lasts_as_long_as_the_run() -> None:
    steps: list[Step] = [*life(MAIN, 0, None), *life(A, 5, None, (10, A, Kind.WAITS, "x", "get"))]
    lane = lane_of(record(steps, wall=500), "A")
    assert (lane.end, lane.ending) == (500, End.OPEN)
    assert states(lane)[-1] == (State.GETTING, 10, 500)


def test_events_that_arrive_out_of_order_are_sorted() -> None:
    straight = life(A, 0, 90, (10, A, Kind.SLEPT, "", "1"), (20, A, Kind.WOKE, "", ""))
    mixed = [straight[at] for at in (2, 0, 3, 1)]
    assert states(lane_of(record(mixed), "A")) == states(lane_of(record(straight), "A"))


def test_a_worker_without_a_start_begins_with_its_first_event() -> None:
    lane = lane_of(record([(30, A, Kind.PRINTED, "stdout", "x\n")]), "A")
    assert (lane.start, lane.end) == (30, 1000)


def test_output_of_no_worker_has_no_lane_but_keeps_its_event_number() -> None:
    steps: list[Step] = [(5, (0, 0), Kind.PRINTED, "stderr", "raw\n"), *life(MAIN, 0, 90)]
    [lane] = draw(record(steps)).lanes
    assert (lane.key, lane.number) == (MAIN, 1)


def test_noise_is_the_median_lateness_of_sleeps() -> None:
    sleeps: list[Step] = []
    for at, late in ((0, 300), (2000, 500), (4000, 900)):
        sleeps += [(at, A, Kind.SLEPT, "", "0.001"), (at + 1000 + late, A, Kind.WOKE, "", "")]
    assert draw(record(life(A, 0, 9000, *sleeps), wall=9000)).noise == 500


def test_a_record_without_events_has_no_lanes() -> None:
    timeline = draw(record([]))
    assert timeline.lanes == ()
    assert timeline.end == 1000
