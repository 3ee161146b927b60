"""Deletes old runs a few at a time, so that no writer waits long, and old rooms."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select, text

from webapp.store import space
from webapp.store.database import Database, transaction
from webapp.store.errors import StoreError
from webapp.store.postgresql_server import LOCK
from webapp.store.rooms import delete_old
from webapp.store.runs import add
from webapp.store.tables import pruned, runs

SLICE = 100
"""Runs that are pruned in one transaction."""

PAUSE, ROUND = 0.05, 60.0
"""Seconds between two slices, and between two rounds."""

REMEMBERED = 200_000
"""The most ids of pruned runs that are kept."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """The largest age of runs, and their largest size together in bytes."""

    age: timedelta
    size: int


class Pruner:
    """Prunes runs: beyond the bounds a few per `step`, or all older ones with `prune`."""

    def __init__(self, database: Database, bounds: Bounds | None) -> None:
        self._database = database
        self._bounds = bounds
        self._before = datetime.min.replace(tzinfo=UTC)  # older runs are pruned in this round
        self._excess = 0  # bytes still to be pruned in this round
        self._count = 0  # runs pruned in this round

    def step(self) -> float:
        """Prune a few of the runs beyond the bounds. Return the seconds until the next step."""
        if self._bounds is None:
            return ROUND
        try:
            return PAUSE if self._prune_next(self._bounds) else ROUND
        except StoreError as error:
            log.warning("old runs cannot be pruned: %s", error)
            self._count = 0
            return ROUND

    def prune(self, before: datetime) -> int:
        """Prune all runs that were stored before a time. Return their number. Raises StoreError."""
        count = 0
        while ids := self._prune_slice(before)[0]:
            count += ids
        self._forget_ids()
        space.give_back_all(self._database)
        return count

    def _prune_next(self, bounds: Bounds) -> bool:
        """Continue the round, or begin one. Return whether it goes on."""
        if not self._count:
            with transaction(self._database.writer) as connection:
                delete_old(connection)
            self._before = datetime.now(UTC) - bounds.age
            self._excess = space.size(self._database, bounds.size) - bounds.size
        ids, freed = self._prune_slice(self._before, self._excess)
        self._excess -= freed
        self._count += ids
        if ids:
            return True
        if self._count:
            log.info("%d old runs were pruned", self._count)
            self._forget_ids()
        self._count = 0
        return space.give_back_some(self._database)

    def _prune_slice(self, before: datetime, excess: int = 0) -> tuple[int, int]:
        """Prune some of the oldest runs. Return how many, and their size in bytes."""
        size = func.length(runs.c.recording) + space.OVERHEAD
        query = select(runs.c.id, size, runs.c.stored_at < before)
        query = query.order_by(runs.c.stored_at).limit(SLICE)
        ids, freed = [], 0
        with transaction(self._database.writer) as connection:
            if not self._is_ours(connection):
                return 0, 0
            for id, taken, is_old in connection.execute(query):
                if freed >= excess and not is_old:
                    break
                ids.append(id)
                freed += taken
            if ids:
                now = datetime.now(UTC)
                add(connection, pruned, *({"id": id, "pruned_at": now} for id in ids))
                connection.execute(delete(runs).where(runs.c.id.in_(ids)))
        return len(ids), freed

    def _forget_ids(self) -> None:
        """Delete all ids of pruned runs but the latest."""
        nth = select(pruned.c.pruned_at).order_by(pruned.c.pruned_at.desc()).offset(REMEMBERED)
        oldest = nth.limit(1).scalar_subquery()
        with transaction(self._database.writer) as connection:
            connection.execute(delete(pruned).where(pruned.c.pruned_at <= oldest))

    def _is_ours(self, connection: Connection) -> bool:
        """Return whether no other server prunes the same database now."""
        if self._database.is_file:
            return True
        query = text("SELECT pg_try_advisory_xact_lock(:lock)")
        return bool(connection.execute(query, {"lock": LOCK + 1}).scalar())
