"""Rooms: every vote counts once, only while its vote is open, and rooms end after a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from webapp.store import rooms as stored
from webapp.store.rooms import LENGTH, LETTERS, Closed, Full, Moved, Room, Stage, UnknownRoom, Vote
from webapp.store.store import Store


@pytest.fixture
def asked(store: Store) -> Room:
    """Return a room whose first vote is open."""
    code, _ = store.rooms.open()
    store.rooms.ask(store.rooms.find(code), "lock/lost-update", "final")
    return store.rooms.find(code)


def test_a_room_is_found_by_its_code_and_its_key(store: Store) -> None:
    code, key = store.rooms.open()
    assert len(code) == LENGTH and {*code} <= {*LETTERS}
    room = store.rooms.find(code.lower())
    assert room == store.rooms.of_key(key)
    assert (room.stage, room.ballot, room.round) == (Stage.WAITING, None, 0)
    for unknown in ("", "BBBBBB", code + "B", key):
        with pytest.raises(UnknownRoom):
            store.rooms.find(unknown)
    with pytest.raises(UnknownRoom):
        store.rooms.of_key(code)


def test_a_ballot_goes_through_its_stages(store: Store, asked: Room) -> None:
    assert asked.ballot is not None and asked.ballot.demo == "lock/lost-update"
    assert (asked.stage, asked.round) == (Stage.FIRST_VOTE, 1)
    store.rooms.move(asked, Stage.TALK)
    assert store.rooms.find(asked.code).round == 0
    store.rooms.move(store.rooms.find(asked.code), Stage.SECOND_VOTE)
    assert store.rooms.find(asked.code).round == 2
    store.rooms.show_run(store.rooms.find(asked.code), "abc")
    room = store.rooms.find(asked.code)
    assert room.stage is Stage.RUN and room.ballot is not None and room.ballot.run == "abc"
    store.rooms.ask(room, "barrier/race", "first")
    room = store.rooms.find(asked.code)
    assert room.ballot is not None and (room.ballot.number, room.ballot.run) == (2, "")


def test_a_page_that_is_behind_changes_nothing(store: Store, asked: Room) -> None:
    store.rooms.move(asked, Stage.TALK)
    with pytest.raises(Moved):
        store.rooms.move(asked, Stage.SECOND_VOTE)
    with pytest.raises(Moved):
        store.rooms.show_run(asked, "abc")
    with pytest.raises(Moved):
        store.rooms.ask(asked, "barrier/race", "first")
    room = store.rooms.find(asked.code)
    assert room.stage is Stage.TALK
    store.rooms.ask(room, "barrier/race", "first")  # its number is free


def test_the_last_vote_of_a_seat_counts(store: Store, asked: Room) -> None:
    for seat, option in (("ann", "all"), ("bob", "fewer"), ("ann", "fewer"), ("ann", "fewer")):
        store.rooms.vote(asked.code, Vote(1, 1, seat, option))
    assert store.rooms.tally(asked.code, 1) == {1: {"fewer": 2}, 2: {}}
    assert store.rooms.choices(asked.code, 1, "ann") == {1: "fewer"}
    assert [vote.seat for vote, _, _ in store.rooms.votes(asked.code)] == ["bob", "ann"]


@pytest.mark.parametrize(("ballot", "round"), [(1, 2), (2, 1), (0, 0), (1, 0)])
def test_a_vote_that_is_not_open_is_refused(
    store: Store, asked: Room, ballot: int, round: int
) -> None:
    with pytest.raises(Closed):
        store.rooms.vote(asked.code, Vote(ballot, round, "ann", "all"))
    assert not store.rooms.votes(asked.code)


def test_a_late_vote_is_refused_and_an_early_one_stays(store: Store, asked: Room) -> None:
    store.rooms.vote(asked.code, Vote(1, 1, "ann", "all"))
    store.rooms.move(asked, Stage.TALK)
    with pytest.raises(Closed):
        store.rooms.vote(asked.code, Vote(1, 1, "ann", "fewer"))
    assert store.rooms.tally(asked.code, 1)[1] == {"all": 1}


def test_many_votes_at_once_count_once_each(store: Store, asked: Room) -> None:
    ballots = [Vote(1, 1, f"seat{n % 100}", ("all", "fewer")[n % 2]) for n in range(200)]
    with ThreadPoolExecutor(16) as students:
        [*students.map(lambda vote: store.rooms.vote(asked.code, vote), ballots)]
    assert store.rooms.tally(asked.code, 1)[1].total() == 100


def test_a_full_room_still_counts_those_who_are_in_it(
    store: Store, asked: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "SEATS", 2)
    for seat in ("ann", "bob"):
        store.rooms.vote(asked.code, Vote(1, 1, seat, "all"))
    with pytest.raises(Full):
        store.rooms.vote(asked.code, Vote(1, 1, "eve", "all"))
    store.rooms.vote(asked.code, Vote(1, 1, "ann", "fewer"))
    assert store.rooms.tally(asked.code, 1)[1] == {"all": 1, "fewer": 1}


def test_votes_survive_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.sqlite"
    first = Store(url)
    code, key = first.rooms.open()
    first.rooms.ask(first.rooms.find(code), "lock/lost-update", "final")
    first.rooms.vote(code, Vote(1, 1, "ann", "all"))
    first.close()
    again = Store(url)
    assert again.rooms.of_key(key).round == 1
    assert again.rooms.tally(code, 1)[1] == {"all": 1}
    again.close()


def test_own_runs_are_pooled_one_for_each_seat(store: Store, asked: Room) -> None:
    store.rooms.add_run(asked.code, 1, "ann", "run1", ["all"])
    store.rooms.add_run(asked.code, 1, "ann", "run2", ["fewer"])
    store.rooms.add_run(asked.code, 1, "bob", "run3", [])
    assert store.rooms.runs(asked.code, 1) == {"ann": ("run2", ("fewer",)), "bob": ("run3", ())}


def test_pulses_change_with_the_room_its_votes_and_its_runs(store: Store, asked: Room) -> None:
    seen = [store.rooms.pulses([asked.code])]
    store.rooms.vote(asked.code, Vote(1, 1, "ann", "all"))
    seen.append(store.rooms.pulses([asked.code]))
    store.rooms.add_run(asked.code, 1, "ann", "run1", [])
    seen.append(store.rooms.pulses([asked.code]))
    store.rooms.move(asked, Stage.TALK)
    seen.append(store.rooms.pulses([asked.code, "BBBBBB"]))
    assert [pulse[asked.code] for pulse in seen] == [(2, 0, 0), (2, 1, 0), (2, 1, 1), (3, 1, 1)]


def test_a_room_ends_after_its_day_and_leaves_nothing(
    store: Store, asked: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.rooms.vote(asked.code, Vote(1, 1, "ann", "all"))
    store.rooms.add_run(asked.code, 1, "ann", "run1", [])
    monkeypatch.setattr(stored, "LIFE", timedelta(0))
    with pytest.raises(UnknownRoom):
        store.rooms.find(asked.code)
    with pytest.raises(UnknownRoom):
        store.rooms.vote(asked.code, Vote(1, 1, "ann", "all"))
    store.rooms.open()
    assert not store.rooms.votes(asked.code) and not store.rooms.runs(asked.code, 1)
