"""Runs come back as they were stored, until they are pruned."""

from __future__ import annotations

import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.store.runs import SOURCE, VALUES, run
from webapp.engine.recording import Outcome
from webapp.engine.runner import UnknownRun
from webapp.store.errors import PrunedRun, StoreError
from webapp.store.pruning import SLICE
from webapp.store.store import Store

NOW = datetime.now(UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of the fixture `store`."""
    return tmp_path / "runs.sqlite"


def rows(file: Path, query: str) -> list[Any]:
    """Return the result of a query on the database itself."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def change(file: Path, statement: str) -> None:
    """Change the database without the store."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def test_a_stored_run_is_found_unchanged(store: Store) -> None:
    stored = run()
    store.save(stored)
    assert store.find(stored.id) == stored


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_stored(store: Store, outcome: Outcome) -> None:
    store.save(run(outcome=outcome))
    assert store.find("i" * 16).recording.outcome is outcome


def test_a_run_without_events_or_parameters_is_stored(store: Store) -> None:
    stored = run(events=0, values={})
    store.save(stored)
    assert store.find(stored.id) == stored


def test_a_run_with_as_many_events_as_are_kept_is_stored_whole(store: Store) -> None:
    stored = run(events=100_000)
    store.save(stored)
    assert store.find(stored.id).recording.events == stored.recording.events


def test_storing_a_run_again_does_not_change_it(store: Store) -> None:
    first = run(stored_at=NOW - timedelta(days=1))
    store.save(first)
    store.save(run(outcome=Outcome.FAILED))
    assert store.find(first.id) == first


def test_a_source_is_stored_once(store: Store, file: Path) -> None:
    for number in range(3):
        store.save(run(f"run-{number}"))
    store.save(run("other", source=SOURCE + "\n"))
    assert sorted(rows(file, "SELECT text FROM sources")) == [(SOURCE,), (SOURCE + "\n",)]


def test_an_unknown_run_is_unknown(store: Store) -> None:
    with pytest.raises(UnknownRun) as unknown:
        store.find("nobody")
    assert not isinstance(unknown.value, PrunedRun)


def test_many_threads_may_store_at_once(store: Store) -> None:
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda number: store.save(run(f"run-{number}")), range(200)))
    assert {store.find(f"run-{number}").id for number in range(200)} == {
        f"run-{number}" for number in range(200)
    }


def latest(store: Store) -> str | None:
    return store.latest("greeting", "say-hello", VALUES, SOURCE)


def test_the_latest_run_is_the_last_stored(store: Store) -> None:
    assert latest(store) is None
    for id, age in (("old", 2), ("new", 0), ("older", 3)):
        store.save(run(id, stored_at=NOW - timedelta(hours=age)))
    assert latest(store) == "new"


@pytest.mark.parametrize(
    "other",
    [
        {"topic": "lock"},
        {"demo": "say-nothing"},
        {"values": {**VALUES, "times": 4}},
        {"source": SOURCE + "\n"},
        {"transcript_only": True},
        {"outcome": Outcome.FAILED},
        {"outcome": Outcome.TIMED_OUT},
        {"outcome": Outcome.CANCELLED},
        {"outcome": Outcome.LOST},
    ],
    ids=str,
)
def test_a_run_that_differs_in_anything_is_not_the_latest(
    store: Store, other: dict[str, Any]
) -> None:
    store.save(run("this", stored_at=NOW - timedelta(hours=1)))
    store.save(run("other", **other))
    assert latest(store) == "this"


def test_a_deadlocked_run_can_be_the_latest(store: Store) -> None:
    store.save(run("stuck", outcome=Outcome.DEADLOCKED))
    assert latest(store) == "stuck"


def test_values_are_equal_in_any_order_and_as_tuples(store: Store) -> None:
    store.save(run("this"))
    turned = {**dict(reversed([*VALUES.items()])), "order": (2, 1)}
    assert store.latest("greeting", "say-hello", turned, SOURCE) == "this"


def test_pruning_removes_older_runs_and_keeps_their_ids(store: Store) -> None:
    for days in range(5):
        store.save(run(f"day-{days}", stored_at=NOW - timedelta(days=days, minutes=1)))
    assert store.prune(timedelta(days=2)) == 3
    assert store.find("day-1").id == "day-1"
    for days in (2, 3, 4):
        with pytest.raises(PrunedRun):
            store.find(f"day-{days}")
    assert store.prune(timedelta(days=2)) == 0
    assert latest(store) == "day-0"


def test_pruning_removes_many_runs_and_frees_their_space(store: Store, file: Path) -> None:
    old, count = NOW - timedelta(days=1), 2 * SLICE + 1
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.save(run(f"run-{n}", stored_at=old)), range(count)))
    store.save(run("new"))
    rows(file, "PRAGMA wal_checkpoint(truncate)")
    before = file.stat().st_size
    assert store.prune(timedelta(hours=1)) == count
    assert file.stat().st_size < before / 4
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]
    assert store.find("new").id == "new"


def test_a_damaged_record_affects_no_other(store: Store, file: Path) -> None:
    store.save(run("good"))
    for id, damage in (("bad", "x'00'"), ("worse", "substr(recording, 1, 100)")):
        store.save(run(id))
        change(file, f"UPDATE runs SET recording = {damage} WHERE id = '{id}'")
        with pytest.raises(StoreError, match=f"The run {id} cannot be read"):
            store.find(id)
    assert store.find("good").id == "good"


def use(store: Store) -> None:
    """Use the store in every way."""
    for step in (
        lambda: store.save(run("another")),
        lambda: store.find("i" * 16),
        lambda: latest(store),
        lambda: store.prune(timedelta(days=1)),
    ):
        with pytest.raises(StoreError):
            step()


def test_a_database_that_is_removed_at_run_time_is_an_error_and_is_not_made_again(
    store: Store, file: Path
) -> None:
    store.save(run())
    file.unlink()
    use(store)
    assert not file.exists()


def test_a_database_that_is_replaced_at_run_time_is_used(
    store: Store, file: Path, tmp_path: Path
) -> None:
    store.save(run())
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    other.save(run("other"))
    other.close()
    (tmp_path / "other.sqlite").replace(file)
    for log in ("runs.sqlite-wal", "runs.sqlite-shm"):
        (tmp_path / log).unlink()
    assert store.find("other").id == "other"
    with pytest.raises(UnknownRun):
        store.find("i" * 16)


@pytest.mark.parametrize("pragma", ["max_page_count = 1", "query_only = on"])
def test_on_a_full_or_read_only_disk_runs_can_be_found_but_not_saved(
    store: Store, pragma: str
) -> None:
    store.save(run())
    with store._database.writer.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(f"PRAGMA {pragma}").fetchall()
    with pytest.raises(StoreError, match=r"full|readonly"):
        store.save(run("another", events=10_000))
    assert store.find("i" * 16).id == "i" * 16
    with pytest.raises(UnknownRun):
        store.find("another")


def test_a_reader_does_not_wait_for_a_writer(store: Store, file: Path) -> None:
    store.save(run())
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM runs")
        assert store.find("i" * 16).id == "i" * 16
        writer.execute("ROLLBACK")


def test_nothing_is_logged_without_a_fault(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        store.save(run())
        store.prune(timedelta(0))
    assert caplog.records == []
