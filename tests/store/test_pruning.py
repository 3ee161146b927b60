"""A store with bounds removes its oldest runs by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.engine.running import wait_until
from tests.store.runs import run
from webapp.engine.runner import UnknownRun
from webapp.store import pruning, space
from webapp.store.errors import PrunedRun
from webapp.store.pruning import PAUSE, ROUND, SLICE, Bounds, Pruner
from webapp.store.store import Store

NOW = datetime.now(UTC)
ANY_SIZE, ANY_AGE = 10**12, timedelta(days=10_000)


def fill(store: Store, count: int, *, events: int = 60) -> None:
    """Store `count` runs, each a day older than the one before."""
    for days in range(count):
        stored_at = NOW - timedelta(days=days, minutes=1)
        store.save(run(f"day-{days}", stored_at=stored_at, events=events))


def prune(store: Store, bounds: Bounds) -> int:
    """Let a pruner do one round; return the number of its steps."""
    pruner, steps = Pruner(store._database, bounds), 1
    while pruner.step() == PAUSE:
        steps += 1
    return steps


def is_pruned(store: Store, id: str) -> bool:
    try:
        store.find(id)
    except PrunedRun:
        return True
    return False


def test_runs_that_are_too_old_are_pruned(store: Store) -> None:
    fill(store, 5)
    prune(store, Bounds(timedelta(days=2), ANY_SIZE))
    assert [is_pruned(store, f"day-{days}") for days in range(5)] == [False] * 2 + [True] * 3


def test_beyond_the_size_only_as_many_of_the_oldest_as_needed_are_pruned(store: Store) -> None:
    fill(store, 60, events=2000)
    size = space.size(store._database, 0)
    bound = size // 2
    prune(store, Bounds(ANY_AGE, bound))
    left = [days for days in range(60) if not is_pruned(store, f"day-{days}")]
    assert left == list(range(len(left)))
    assert bound * 0.8 < space.size(store._database, 0) <= bound


def test_within_the_bounds_nothing_is_pruned(store: Store) -> None:
    fill(store, 5)
    assert prune(store, Bounds(timedelta(days=5), ANY_SIZE)) == 1
    assert not any(is_pruned(store, f"day-{days}") for days in range(5))


def test_without_bounds_nothing_is_pruned(store: Store) -> None:
    fill(store, 1)
    assert Pruner(store._database, None).step() == ROUND
    assert not is_pruned(store, "day-0")


def test_many_runs_are_pruned_in_slices_and_free_their_space(store: Store, tmp_path: Path) -> None:
    fill(store, 3 * SLICE, events=600)
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as other:
        other.execute("PRAGMA wal_checkpoint(truncate)")
        [before] = other.execute("PRAGMA page_count").fetchone()
        steps = prune(store, Bounds(timedelta(seconds=1), ANY_SIZE))
        assert steps > 4  # three slices, a check for more, and several steps to free the space
        [after] = other.execute("PRAGMA page_count").fetchone()
    assert after < before / 2


def test_a_store_prunes_by_itself(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}", Bounds(timedelta(days=1), ANY_SIZE))
    # The writing thread starts with the first run, and prunes while it has nothing to write.
    store.save(run("old", stored_at=NOW - timedelta(days=2)))
    wait_until(lambda: is_pruned(store, "old"))
    store.close()


def test_the_oldest_ids_of_pruned_runs_are_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "REMEMBERED", 2)
    for number in range(4):
        store.save(run(f"run-{number}", stored_at=NOW - timedelta(days=1)))
        store.prune(timedelta(hours=1))
    assert [is_pruned_or_unknown(store, f"run-{number}") for number in range(4)] == [
        UnknownRun,
        UnknownRun,
        PrunedRun,
        PrunedRun,
    ]


def is_pruned_or_unknown(store: Store, id: str) -> type[Exception]:
    with pytest.raises(UnknownRun) as error:
        store.find(id)
    return error.type


def test_a_pruner_that_cannot_write_tries_again_later(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store, 2)
    with store._database.writer.connect() as connection:
        connection.connection.cursor().execute("PRAGMA query_only = on")
    pruner = Pruner(store._database, Bounds(timedelta(days=1), ANY_SIZE))
    assert pruner.step() == ROUND
    assert "old runs cannot be pruned" in caplog.text
    with store._database.writer.connect() as connection:
        connection.connection.cursor().execute("PRAGMA query_only = off")
    assert pruner.step() == PAUSE
    assert is_pruned(store, "day-1")
