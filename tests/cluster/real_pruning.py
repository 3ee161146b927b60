"""Pruning on a PostgreSQL: by size, by age, and by one server at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.store.runs import run
from tools.services import PostgresServer
from webapp.store import space
from webapp.store.errors import PrunedRun
from webapp.store.postgresql_server import LOCK
from webapp.store.pruning import PAUSE, ROUND, Bounds, Pruner
from webapp.store.store import Store

NOW = datetime.now(UTC)
ANY_SIZE, ANY_AGE = 10**12, timedelta(days=10_000)


@pytest.fixture
def store() -> Iterator[Store]:
    """A store with 150 runs, each a day older than the one before, on a server of its own."""
    server = PostgresServer()
    server.make()
    server.start()
    store = Store(server.url)
    for days in range(150):
        stored_at = NOW - timedelta(days=days, minutes=1)
        store.save(run(f"day-{days}", stored_at=stored_at, events=600))
    yield store
    store.close()
    server.remove()


def prune(store: Store, bounds: Bounds) -> None:
    pruner = Pruner(store._database, bounds)
    while pruner.step() == PAUSE:
        pass


def test_the_oldest_runs_beyond_the_bounds_are_pruned(store: Store) -> None:
    half = space.size(store._database, 0) // 2
    with store._database.writer.begin() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK + 1})
        assert Pruner(store._database, Bounds(ANY_AGE, half)).step() == ROUND
        assert store.find("day-149")  # another server is at it
    prune(store, Bounds(ANY_AGE, half))
    assert half * 0.8 < space.size(store._database, 0) <= half
    with pytest.raises(PrunedRun):
        store.find("day-149")
    prune(store, Bounds(timedelta(days=10), ANY_SIZE))
    assert store.find("day-9")
    with pytest.raises(PrunedRun):
        store.find("day-10")
    store.check()
