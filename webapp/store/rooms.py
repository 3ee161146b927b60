"""The rooms of classes: a teacher asks, students vote twice, and a run decides.

A room lives a day. Its code is short, to be typed; who has its key is the teacher.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from webapp.store.database import Database, transaction
from webapp.store.runs import sha256
from webapp.store.tables import ballots, class_runs, rooms, votes

LIFE = timedelta(hours=24)

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""The letters of codes: without vowels, so that they spell nothing, and without I and O."""
LENGTH = 6

SEATS = 1000
"""The most seats that may vote in one room."""


class Stage(StrEnum):
    """What a room does. Each ballot goes through all but the first, in this order."""

    WAITING = "waiting"
    FIRST_VOTE = "first vote"
    TALK = "talk"
    SECOND_VOTE = "second vote"
    RUN = "run"


ROUNDS = {1: Stage.FIRST_VOTE, 2: Stage.SECOND_VOTE}


class UnknownRoom(LookupError):
    """There is no such room, or its day is over."""


class Closed(Exception):
    """The vote is not open any more, or not yet."""


class Full(Exception):
    """Too many seats have voted."""


class Moved(Exception):
    """The room has moved on since the teacher's page was made."""


@dataclass(frozen=True)
class Ballot:
    """A question that was put to a room. `demo` is "topic/demo"; `run` is "" before it runs."""

    number: int
    demo: str
    question: str
    run: str = ""


@dataclass(frozen=True)
class Room:
    """The state of a room. `version` grows with every change of it, but not with votes."""

    code: str
    version: int
    stage: Stage
    ballot: Ballot | None

    @property
    def round(self) -> int:
        """The number of the vote that is open, or 0."""
        return next((number for number, stage in ROUNDS.items() if stage is self.stage), 0)


@dataclass(frozen=True)
class Vote:
    """One seat's vote."""

    ballot: int
    round: int
    seat: str
    option: str


class Rooms:
    """All rooms. Raises StoreError wherever the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self) -> tuple[str, str]:
        """Open a room. Return its code and its key. Rooms whose day is over are deleted."""
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        key = secrets.token_urlsafe(24)
        now = datetime.now(UTC)
        with transaction(self._database.writer) as connection:
            delete_old(connection)
            connection.execute(
                insert(rooms).values(
                    code=code,
                    key=sha256(key),
                    opened_at=now,
                    version=1,
                    stage=Stage.WAITING.value,
                    ballot=0,
                )
            )
        return code, key

    def find(self, code: str) -> Room:
        """Return a room by its code. Raises UnknownRoom."""
        return self._find(rooms.c.code == code.upper())

    def of_key(self, key: str) -> Room:
        """Return a teacher's room. Raises UnknownRoom."""
        return self._find(rooms.c.key == sha256(key))

    def _find(self, which: ColumnElement[bool]) -> Room:
        with transaction(self._database.readers) as connection:
            return _read(connection, which)

    def ask(self, room: Room, demo: str, question: str) -> None:
        """Put a question to the room, and open its first vote. Raises Moved."""
        number = (room.ballot.number if room.ballot else 0) + 1
        with transaction(self._database.writer) as connection:
            _move(connection, room, Stage.FIRST_VOTE, number)
            row = {"code": room.code, "number": number, "demo": demo, "question": question}
            connection.execute(insert(ballots).values(**row, run=""))

    def move(self, room: Room, stage: Stage) -> None:
        """Change the stage of the room's ballot. Raises Moved."""
        with transaction(self._database.writer) as connection:
            _move(connection, room, stage, room.ballot.number if room.ballot else 0)

    def show_run(self, room: Room, run: str) -> None:
        """Close the votes: all follow a run. Raises Moved."""
        assert room.ballot is not None
        this = and_(ballots.c.code == room.code, ballots.c.number == room.ballot.number)
        with transaction(self._database.writer) as connection:
            _move(connection, room, Stage.RUN, room.ballot.number)
            connection.execute(update(ballots).where(this).values(run=run))

    def vote(self, code: str, vote: Vote) -> None:
        """Count a vote; the last one of a seat counts. Raises UnknownRoom, Closed and Full."""
        row = {
            "code": code,
            "ballot": vote.ballot,
            "round": vote.round,
            "seat": vote.seat,
            "option": vote.option,
            "voted_at": datetime.now(UTC),
        }
        with transaction(self._database.writer) as connection:
            room = _read(connection, rooms.c.code == code, lock=True)
            if room.ballot is None or (room.ballot.number, room.round) != (vote.ballot, vote.round):
                raise Closed
            self._check_seats(connection, code, vote)
            self._put(connection, votes, row)

    def add_run(self, code: str, ballot: int, seat: str, run: str, options: Iterable[str]) -> None:
        """Keep what a seat's own run came to; the last one of a seat counts."""
        row = {"code": code, "ballot": ballot, "seat": seat, "run": run}
        with transaction(self._database.writer) as connection:
            self._put(connection, class_runs, {**row, "options": " ".join(options)})

    def votes(self, code: str) -> list[tuple[Vote, Ballot, datetime]]:
        """Return all votes of a room, the oldest first."""
        joined = votes.join(ballots)
        query = select(votes, ballots.c.demo, ballots.c.question, ballots.c.run)
        query = query.select_from(joined).where(votes.c.code == code).order_by(votes.c.voted_at)
        with transaction(self._database.readers) as connection:
            return [
                (
                    Vote(row.ballot, row.round, row.seat, row.option),
                    Ballot(row.ballot, row.demo, row.question, row.run),
                    row.voted_at.replace(tzinfo=row.voted_at.tzinfo or UTC),
                )
                for row in connection.execute(query)
            ]

    def ballots(self, code: str) -> list[Ballot]:
        """Return all ballots of a room, in order."""
        query = select(ballots).where(ballots.c.code == code).order_by(ballots.c.number)
        with transaction(self._database.readers) as connection:
            return [
                Ballot(row.number, row.demo, row.question, row.run)
                for row in connection.execute(query)
            ]

    def tally(self, code: str, ballot: int) -> dict[int, Counter[str]]:
        """Return how many voted for each option, by round."""
        query = select(votes.c.round, votes.c.option, func.count())
        query = query.where(votes.c.code == code, votes.c.ballot == ballot)
        counts: dict[int, Counter[str]] = {number: Counter() for number in ROUNDS}
        with transaction(self._database.readers) as connection:
            for round, option, count in connection.execute(
                query.group_by(votes.c.round, votes.c.option)
            ):
                counts[round][option] = count
        return counts

    def choices(self, code: str, ballot: int, seat: str) -> dict[int, str]:
        """Return what a seat voted for, by round."""
        query = select(votes.c.round, votes.c.option)
        query = query.where(votes.c.code == code, votes.c.ballot == ballot, votes.c.seat == seat)
        with transaction(self._database.readers) as connection:
            return {row.round: row.option for row in connection.execute(query)}

    def runs(
        self, code: str, ballot: int, seat: str = ""
    ) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Return the own run of each seat, or of one: its id, and the options that it made true."""
        query = select(class_runs).where(class_runs.c.code == code, class_runs.c.ballot == ballot)
        if seat:
            query = query.where(class_runs.c.seat == seat)
        with transaction(self._database.readers) as connection:
            return {
                row.seat: (row.run, tuple(row.options.split())) for row in connection.execute(query)
            }

    def pulses(self, codes: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
        """Return numbers that change when rooms change: version, votes and runs of each."""
        voted, ran = (
            select(func.count())
            .where(table.c.code == rooms.c.code, table.c.ballot == rooms.c.ballot)
            .scalar_subquery()
            for table in (votes, class_runs)
        )
        query = select(rooms.c.code, rooms.c.version, voted, ran).where(rooms.c.code.in_(codes))
        with transaction(self._database.readers) as connection:
            return {code: tuple(numbers) for code, *numbers in connection.execute(query)}

    def _check_seats(self, connection: Connection, code: str, vote: Vote) -> None:
        seats = select(func.count(votes.c.seat.distinct())).where(votes.c.code == code)
        if (connection.execute(seats).scalar() or 0) < SEATS:
            return
        known = select(votes.c.seat).where(votes.c.code == code, votes.c.seat == vote.seat)
        if connection.execute(known.limit(1)).scalar() is None:
            raise Full

    def _put(self, connection: Connection, table: Table, row: Mapping[str, object]) -> None:
        """Insert a row, or replace the one with the same key."""
        insert_into = (sqlite if self._database.is_file else postgresql).insert
        statement = insert_into(table).values(row)
        key = [column.name for column in table.primary_key]
        changed = {name: value for name, value in row.items() if name not in key}
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


def delete_old(connection: Connection) -> None:
    """Delete the rooms whose day is over, with all that belongs to them."""
    connection.execute(delete(rooms).where(rooms.c.opened_at < datetime.now(UTC) - LIFE))


def _read(connection: Connection, which: ColumnElement[bool], *, lock: bool = False) -> Room:
    joined = rooms.outerjoin(
        ballots, and_(ballots.c.code == rooms.c.code, ballots.c.number == rooms.c.ballot)
    )
    query = select(rooms, ballots.c.demo, ballots.c.question, ballots.c.run).select_from(joined)
    query = query.where(which, rooms.c.opened_at > datetime.now(UTC) - LIFE)
    if lock:  # a vote that is counted came before the vote was closed; SQLite has one writer anyway
        query = query.with_for_update(read=True, of=rooms)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownRoom
    ballot = Ballot(row.ballot, row.demo, row.question, row.run) if row.ballot else None
    return Room(row.code, row.version, Stage(row.stage), ballot)


def _move(connection: Connection, room: Room, stage: Stage, ballot: int) -> None:
    changed = connection.execute(
        update(rooms)
        .where(rooms.c.code == room.code, rooms.c.version == room.version)
        .values(version=room.version + 1, stage=stage.value, ballot=ballot)
    )
    if not changed.rowcount:
        raise Moved
