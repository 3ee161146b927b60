"""Saves, finds and prunes finished runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from webapp.engine.recording import Outcome
from webapp.engine.runner import UnknownRun
from webapp.store.database import transaction
from webapp.store.errors import PrunedRun
from webapp.store.opening import open_database
from webapp.store.pruning import Bounds, Pruner
from webapp.store.rooms import Rooms
from webapp.store.runs import StoredRun, read_run, sha256, written
from webapp.store.tables import pruned, runs, sources
from webapp.store.writer import Writer

EXEMPLARY = (Outcome.FINISHED, Outcome.DEADLOCKED)
"""Outcomes of an example: they come from the program, not from the machine."""


class Store:
    """All stored runs, and the `rooms` of classes. Its methods may be called from any thread."""

    def __init__(self, url: str, bounds: Bounds | None = None) -> None:
        """Open the database; create or migrate its tables if needed. Raises StoreError.

        Runs beyond the `bounds` are pruned in the background, the oldest first.
        """
        self._database = open_database(url)
        self.rooms = Rooms(self._database)
        self._pruner = Pruner(self._database, bounds)
        self._writer = Writer(self._database, self._pruner.step)

    def save(self, run: StoredRun) -> bool:
        """Store a run, unless its id is stored already. Raises StoreError.

        Return False if the database is locked or slow: then the run is stored later, and `find`
        returns it meanwhile.
        """
        return self._writer.save(run)

    def find(self, id: str) -> StoredRun:
        """Return a run. Raises UnknownRun (PrunedRun if it was pruned) and StoreError."""
        if waiting := self._writer.waiting(id):
            return waiting
        query = select(runs, sources.c.text).join(sources).where(runs.c.id == id)
        with transaction(self._database.readers) as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                was = connection.execute(select(pruned.c.id).where(pruned.c.id == id)).scalar()
                raise PrunedRun(id) if was else UnknownRun(id)
        return read_run(row)

    def is_waiting(self, id: str) -> bool:
        """Return whether a run is still to be written."""
        return self._writer.waiting(id) is not None

    def latest(
        self, topic: str, demo: str, values: Mapping[str, object], source: str
    ) -> str | None:
        """Return the id of the latest run of this source with these values that can be an example.

        That is one with recorded steps and an outcome in EXEMPLARY. Raises StoreError.
        """
        query = (
            select(runs.c.id)
            .where(runs.c.topic == topic, runs.c.demo == demo)
            .where(runs.c.parameters == written(values), runs.c.source == sha256(source))
            .where(runs.c.outcome.in_([end.value for end in EXEMPLARY]))
            .where(runs.c.transcript_only.is_(False))
            .order_by(runs.c.stored_at.desc())
            .limit(1)
        )
        with transaction(self._database.readers) as connection:
            return connection.execute(query).scalar()

    def prune(self, older_than: timedelta) -> int:
        """Delete the runs stored longer ago than `older_than`. Return their number.

        Their ids are kept, and their space is returned to the file system. Raises StoreError.
        """
        return self._pruner.prune(datetime.now(UTC) - older_than)

    def check(self) -> None:
        """Check that the database can be read and written. Raises StoreError."""
        with transaction(self._database.readers) as connection:
            connection.execute(select(runs.c.id).limit(1))
        self._writer.check()

    def close(self) -> None:
        """Store the waiting runs, and close all connections."""
        self._writer.close()
        self._database.close()
