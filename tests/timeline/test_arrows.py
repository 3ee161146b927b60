"""Arrows: who brought about what another worker did next."""

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


def test_a_start_leads_to_the_first_step_and_an_end_to_who_waited_for_it() -> None:
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


def test_who_did_not_wait_was_not_held_up() -> None:
    main = life(MAIN, 0, 90, (60, MAIN, Kind.JOINED, "A", "100.101"))
    assert arrows([*main, *life(A, 12, 50)]) == []


def test_an_item_goes_from_who_put_it_to_who_took_it() -> None:
    puts: list[Step] = [(10, A, Kind.PUT, "q", "1: 'x'"), (11, A, Kind.PUT, "q", "2: 'y'")]
    # The last in is the first out here: items are told apart, not only counted.
    takes: list[Step] = [(20, B, Kind.TOOK, "q", "1: 'y'"), (30, B, Kind.TOOK, "q", "0: 'x'")]
    assert arrows([*life(A, 0, 90, *puts), *life(B, 0, 90, *takes)]) == [
        (Cause.ITEM, "A", "B", 11, 20),
        (Cause.ITEM, "A", "B", 10, 30),
    ]


def test_an_item_goes_from_one_end_of_a_pipe_to_the_other() -> None:
    sends = life(A, 0, 90, (10, A, Kind.PUT, "here", "?: 'x'"))
    assert arrows([*sends, *life(B, 0, 90, (20, B, Kind.TOOK, "there", "?: 'x'"))]) == [
        (Cause.ITEM, "A", "B", 10, 20)
    ]
    # A queue counts, and is no pipe.
    assert arrows([*sends, *life(B, 0, 90, (20, B, Kind.TOOK, "queue", "0: 'x'"))]) == []


def test_a_release_leads_to_who_waited_for_it_and_to_nobody_else() -> None:
    one = life(A, 0, 90, (5, A, Kind.GOT, "lock", ""), (30, A, Kind.RELEASED, "lock", ""))
    waited: list[Step] = [(10, B, Kind.WAITS, "lock", "acquire"), (32, B, Kind.GOT, "lock", "")]
    late: list[Step] = [(40, B, Kind.GOT, "lock", "")]
    assert arrows([*one, *life(B, 0, 90, *waited)]) == [(Cause.RELEASE, "A", "B", 30, 32)]
    assert arrows([*one, *life(B, 0, 90, *late)]) == []


def test_a_signal_leads_to_all_who_waited_for_it() -> None:
    steps = life(MAIN, 0, 90, (30, MAIN, Kind.SIGNALLED, "go", ""))
    for key in (A, B):
        steps += life(
            key, 0, 80, (10, key, Kind.WAITS, "go", "signal"), (40, key, Kind.PASSED, "go", "")
        )
    assert [(cause, taker) for cause, _, taker, _, _ in arrows(steps)] == [
        (Cause.SIGNAL, "A"),
        (Cause.SIGNAL, "B"),
    ]


def test_a_signal_kills() -> None:
    main = life(
        MAIN,
        0,
        90,
        (30, MAIN, Kind.SIGNALLED, "child", "SIGTERM"),
        (50, MAIN, Kind.EXITED, "child", "200 -15"),
    )
    assert arrows([*main, *life(CHILD, 5, None)]) == [(Cause.KILL, "MainThread", "child", 30, 50)]
