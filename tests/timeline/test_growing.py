"""The lanes of a run that is still running: the messages add up to the lanes of its record."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from tests.timeline.records import CHILD, MAIN, A, B, Step, life, many, record
from webapp.engine.events import Kind
from webapp.engine.recording import Recording
from webapp.timeline.growing import FEW, GrowingLanes
from webapp.timeline.lanes import MIXED, State
from webapp.timeline.reading import draw

EVERYTHING: list[Step] = [
    (0, MAIN, Kind.STARTED, "process", ""),
    (5, A, Kind.STARTED, "thread", "100.100"),
    (10, A, Kind.GOT, "lock", ""),
    (12, A, Kind.SLEPT, "", "0.00003"),
    (15, B, Kind.STARTED, "thread", "100.100"),
    (20, B, Kind.WAITS, "lock", "acquire"),
    (25, MAIN, Kind.WAITS, "A", "join"),
    (42, A, Kind.WOKE, "", ""),
    (50, A, Kind.RELEASED, "lock", ""),
    (51, B, Kind.GOT, "lock", ""),
    (52, A, Kind.ENDED, "", ""),
    (53, MAIN, Kind.JOINED, "A", "100.101"),
    (55, CHILD, Kind.STARTED, "process", "100.100"),
    (60, CHILD, Kind.BEGAN, "square", "3"),
    (65, CHILD, Kind.DONE, "square", ""),
    (70, CHILD, Kind.BEGAN, "square", "4"),
    (80, B, Kind.RELEASED, "lock", ""),
    (90, B, Kind.ENDED, "", ""),
    (95, MAIN, Kind.EXITED, "child", "200 -9"),
    (99, MAIN, Kind.ENDED, "", ""),
]


class Drawn:
    """What a browser knows of a run after some messages."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.states: defaultdict[int, list[tuple[str, int, int]]] = defaultdict(list)
        self.beside: defaultdict[int, list[tuple[str, int, int]]] = defaultdict(list)
        self.now: dict[int, list[Any] | None] = {}
        self.held: dict[int, list[Any]] = {}
        self.ends: dict[int, int | None] = {}

    def take(self, message: dict[str, Any]) -> None:
        self.names += [name for name, *_ in message["workers"]]
        for lane, past, now, beside, held, end in message["lanes"]:
            self.states[lane] += [(state, start, stop) for state, start, stop, _ in past]
            self.beside[lane] += [(state, start, stop) for state, start, stop, _ in beside]
            self.now[lane], self.held[lane], self.ends[lane] = now, held, end


def drawn(recording: Recording, step: int) -> Drawn:
    """Tell of a run after every so many events."""
    lanes, seen = GrowingLanes(), Drawn()
    for at in range(0, len(recording.events), step):
        lanes.take(recording.events[at : at + step])
        seen.take(lanes.tell())
    return seen


@pytest.mark.parametrize("step", [1, 3, 7, 100])
def test_the_messages_add_up_to_the_lanes_of_the_record(step: int) -> None:
    recording = record(EVERYTHING)
    seen = drawn(recording, step)
    for lane in draw(recording).lanes:
        at = seen.names.index(lane.name)
        closed = [one for one in lane.stretches if one.state is not State.RUNNING and one.last]
        assert seen.states[at] == [(one.state, one.start, one.end) for one in closed]
        beside = [one for one in lane.beside if one.last]
        assert sorted(seen.beside[at]) == sorted((one.state, one.start, one.end) for one in beside)
        assert seen.ends[at] == lane.end


def test_what_goes_on_is_told_with_its_start_and_its_object() -> None:
    seen = drawn(record(EVERYTHING[:7]), 7)
    main, a, b = map(seen.names.index, ("MainThread", "A", "B"))
    assert seen.now == {
        main: [State.JOINING, 25, "A"],
        a: [State.SLEEPING, 12, ""],
        b: [State.ACQUIRING, 20, "lock"],
    }
    assert seen.held == {main: [], a: [(State.HOLDING, 10, "lock")], b: []}
    assert set(seen.ends.values()) == {None}


def test_a_message_has_only_what_has_changed() -> None:
    lanes = GrowingLanes()
    first, *others = record(EVERYTHING).events
    lanes.take([first])
    begun = lanes.tell()
    assert begun["anew"]
    assert [name for name, *_ in begun["workers"]] == ["MainThread"]
    assert not lanes.has_news
    lanes.take(others[:2])
    assert lanes.has_news
    more = lanes.tell()
    assert "anew" not in more
    assert [name for name, *_ in more["workers"]] == ["A"]
    assert len(more["lanes"]) == 1


def test_a_message_stays_small_however_much_has_happened() -> None:
    recording = many(20_000)
    lanes = GrowingLanes()
    lanes.take(recording.events)
    message = lanes.tell()
    assert len(message["lanes"]) == 4
    for _, past, _, beside, _, _ in message["lanes"]:
        assert len(past) + len(beside) <= FEW
        [[state, start, end, _]] = beside
        assert state is State.HOLDING
        assert end - start > 100_000


def test_many_different_states_are_one() -> None:
    steps: list[Step] = []
    for at in range(FEW):
        steps += [
            (100 * at, A, Kind.SLEPT, "", "0"),
            (100 * at + 10, A, Kind.WOKE, "", ""),
            (100 * at + 20, A, Kind.WAITS, "lock", "acquire"),
            (100 * at + 30, A, Kind.GOT, "lock", ""),
        ]
    seen = drawn(record(life(A, 0, 10_000, *steps)), 1000)
    assert seen.states[0] == [(MIXED, 0, 100 * (FEW - 1) + 30)]
