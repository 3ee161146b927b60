"""Arrows: which worker caused the next step of another."""

from __future__ import annotations

from tests.timeline.records import CHILD, MAIN, A, B, Step, life, record
from webapp.engine.events import Kind
from webapp.timeline.arrows import Cause, find_arrows
from webapp.timeline.reading import draw

Found = tuple[Cause, str, str, int, int]


def arrows(steps: list[Step]) -> list[Found]:
    timeline = draw(record(steps))
    names = [lane.name for lane in timeline.lanes]
    return [
        (arrow.cause, names[arrow.giver], names[arrow.taker], arrow.start, arrow.end)
        for arrow in find_arrows(timeline)
    ]


def test_a_start_leads_to_the_first_step_and_an_end_to_the_joining_worker() -> None:
    main = life(
        MAIN,
        0,
        90,
        (10, MAIN, Kind.STARTS, "A", ""),
        (20, MAIN, Kind.WAITS, "A", "join"),
        (60, MAIN, Kind.JOINED, "A", "100.101"),
    )
    assert arrows([*main, *life(A, 12, 50)]) == [
        (Cause.START, "MainThread", "A", 10, 12),
        (Cause.JOIN, "A", "MainThread", 50, 60),
    ]


def test_a_join_without_a_wait_has_no_arrow() -> None:
    main = life(MAIN, 0, 90, (60, MAIN, Kind.JOINED, "A", "100.101"))
    assert arrows([*main, *life(A, 12, 50)]) == []


def test_an_item_leads_from_its_producer_to_its_consumer() -> None:
    puts: list[Step] = [(10, A, Kind.PUT, "q", "1: 'x'"), (11, A, Kind.PUT, "q", "2: 'y'")]
    # Last in, first out: items are matched by value, not only counted.
    takes: list[Step] = [(20, B, Kind.TOOK, "q", "1: 'y'"), (30, B, Kind.TOOK, "q", "0: 'x'")]
    assert arrows([*life(A, 0, 90, *puts), *life(B, 0, 90, *takes)]) == [
        (Cause.ITEM, "A", "B", 11, 20),
        (Cause.ITEM, "A", "B", 10, 30),
    ]


def test_an_item_leads_from_one_end_of_a_pipe_to_the_other() -> None:
    sends = life(A, 0, 90, (10, A, Kind.PUT, "here", "?: 'x'"))
    assert arrows([*sends, *life(B, 0, 90, (20, B, Kind.TOOK, "there", "?: 'x'"))]) == [
        (Cause.ITEM, "A", "B", 10, 20)
    ]
    # A queue numbers its items, so it is no pipe.
    assert arrows([*sends, *life(B, 0, 90, (20, B, Kind.TOOK, "queue", "0: 'x'"))]) == []


def test_a_release_leads_only_to_a_worker_that_waited_for_it() -> None:
    one = life(A, 0, 90, (5, A, Kind.GOT, "lock", ""), (30, A, Kind.RELEASED, "lock", ""))
    waited: list[Step] = [(10, B, Kind.WAITS, "lock", "acquire"), (32, B, Kind.GOT, "lock", "")]
    late: list[Step] = [(40, B, Kind.GOT, "lock", "")]
    assert arrows([*one, *life(B, 0, 90, *waited)]) == [(Cause.RELEASE, "A", "B", 30, 32)]
    assert arrows([*one, *life(B, 0, 90, *late)]) == []


def test_a_notification_leads_to_all_workers_that_waited_for_it() -> None:
    steps = life(MAIN, 0, 90, (30, MAIN, Kind.SIGNALLED, "go", ""))
    for key in (A, B):
        steps += life(
            key, 0, 80, (10, key, Kind.WAITS, "go", "signal"), (40, key, Kind.PASSED, "go", "")
        )
    assert [(cause, taker) for cause, _, taker, _, _ in arrows(steps)] == [
        (Cause.SIGNAL, "A"),
        (Cause.SIGNAL, "B"),
    ]


def test_a_signal_leads_to_the_end_of_the_killed_process() -> None:
    main = life(
        MAIN,
        0,
        90,
        (30, MAIN, Kind.SIGNALLED, "child", "SIGTERM"),
        (50, MAIN, Kind.EXITED, "child", "200 -15"),
    )
    assert arrows([*main, *life(CHILD, 5, None)]) == [(Cause.KILL, "MainThread", "child", 30, 50)]
