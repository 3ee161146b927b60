"""Saves runs that are over, finds them again, and forgets the old ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from webapp.engine.packing import pack, unpack
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import UnknownRun
from webapp.store.database import open_database, reason, shrink
from webapp.store.errors import PrunedRun, StoreError
from webapp.store.tables import pruned, runs, sources

BATCH = 500
"""So many runs are pruned at a time: others may write in between."""

EXEMPLARY = (Outcome.FINISHED, Outcome.DEADLOCKED)
"""What can stand for a program: what it comes to by itself, and by no fault of the machine."""


@dataclass(frozen=True)
class StoredRun:
    """A run that is over, with all that belongs to it.

    `topic` and `demo` are names, `values` the parameters as JSON has them (a list, no tuple),
    `source` the text that ran, and `stored_at` is UTC.
    """

    id: str
    topic: str
    demo: str
    values: Mapping[str, object]
    transcript_only: bool
    source: str
    recording: Recording
    stored_at: datetime


class Store:
    """All stored runs. Its methods may be called from any thread."""

    def __init__(self, url: str) -> None:
        """Open the database, and make or change its tables where needed. Raises StoreError."""
        self._engine = open_database(url)

    def save(self, run: StoredRun) -> None:
        """Store a run; one that is stored already stays as it is. Raises StoreError."""
        packed = pack(run.recording)
        sha256 = _sha256(run.source)
        row = {
            "id": run.id,
            "stored_at": run.stored_at,
            "topic": run.topic,
            "demo": run.demo,
            "parameters": _written(run.values),
            "transcript_only": run.transcript_only,
            "outcome": run.recording.outcome.value,
            "source": sha256,
            "recording": packed,
        }
        with self._transaction() as connection:
            _add(connection, sources, {"sha256": sha256, "text": run.source})
            _add(connection, runs, row)

    def find(self, id: str) -> StoredRun:
        """Give a run. Raises UnknownRun (PrunedRun where it was stored once) and StoreError."""
        query = select(runs, sources.c.text).join(sources).where(runs.c.id == id)
        with self._transaction() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                was = connection.execute(select(pruned).where(pruned.c.id == id)).one_or_none()
                raise PrunedRun(id) if was else UnknownRun(id)
        return _read(row)

    def latest(
        self, topic: str, demo: str, values: Mapping[str, object], source: str
    ) -> str | None:
        """Give the id of the last run of just this that was watched and may serve as an example.

        Raises StoreError.
        """
        query = (
            select(runs.c.id)
            .where(runs.c.topic == topic, runs.c.demo == demo)
            .where(runs.c.parameters == _written(values), runs.c.source == _sha256(source))
            .where(runs.c.outcome.in_([end.value for end in EXEMPLARY]))
            .where(runs.c.transcript_only.is_(False))
            .order_by(runs.c.stored_at.desc())
            .limit(1)
        )
        with self._transaction() as connection:
            return connection.execute(query).scalar()

    def prune(self, older_than: timedelta) -> int:
        """Forget the runs that were stored longer ago, and tell how many went. Raises StoreError.

        Their ids are remembered, and the space that they took is given back.
        """
        before, count = datetime.now(UTC) - older_than, 0
        while went := self._prune_some(before):
            count += went
        shrink(self._engine)
        return count

    def check(self) -> None:
        """Ask the database for something. Raises StoreError where it does not answer."""
        with self._transaction() as connection:
            connection.execute(select(runs.c.id).limit(1))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _prune_some(self, before: datetime) -> int:
        old = select(runs.c.id).where(runs.c.stored_at < before).limit(BATCH)
        # Two transactions: in SQLite one that has read first may find that it cannot write.
        with self._transaction() as connection:
            ids = connection.execute(old).scalars().all()
        if ids:
            with self._transaction() as connection:
                _add(connection, pruned, *({"id": id} for id in ids))
                connection.execute(delete(runs).where(runs.c.id.in_(ids)))
        return len(ids)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"The database of runs cannot be used: {reason(error)}.") from error


def _add(connection: Connection, table: Table, *rows: Mapping[str, object]) -> None:
    """Insert rows, but for those that are there."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(table).on_conflict_do_nothing(), rows)


def _read(row: Row[Any]) -> StoredRun:
    try:
        recording = unpack(row.recording)
    except ValueError as error:
        raise StoreError(f"The run {row.id} cannot be read: {error}.") from error
    return StoredRun(
        id=row.id,
        topic=row.topic,
        demo=row.demo,
        values=json.loads(row.parameters),
        transcript_only=row.transcript_only,
        source=row.text,
        recording=recording,
        # SQLite keeps no time zone.
        stored_at=row.stored_at.replace(tzinfo=row.stored_at.tzinfo or UTC),
    )


def _written(values: Mapping[str, object]) -> str:
    """Write parameters in the one spelling in which they are compared."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def _sha256(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()
