"""One thread writes runs. A locked database delays only what is stored."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.engine.running import wait_until
from tests.store.runs import run
from webapp.store import writer
from webapp.store.errors import Locked, StoreError
from webapp.store.store import Store
from webapp.store.writer import MOST


@pytest.fixture
def other(tmp_path: Path, store: Store) -> Iterator[sqlite3.Connection]:
    """Another program that uses the database of the fixture `store`."""
    with closing(sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None)) as connection:
        yield connection


def ids(other: sqlite3.Connection) -> set[str]:
    return {id for (id,) in other.execute("SELECT id FROM runs")}


def test_a_run_is_found_while_the_database_is_locked_and_is_stored_afterwards(
    store: Store, other: sqlite3.Connection
) -> None:
    store.save(run("before"))
    other.execute("BEGIN EXCLUSIVE")
    # If one of these waited for the lock, it would never return.
    assert not store.save(run("late"))
    assert store.is_waiting("late")
    assert store.find("late") == run("late", stored_at=store.find("late").stored_at)
    assert store.find("before").id == "before"
    other.execute("ROLLBACK")
    wait_until(lambda: not store.is_waiting("late"))
    assert ids(other) == {"before", "late"}
    assert store.find("late").id == "late"


def test_many_runs_that_end_while_the_database_is_locked_are_all_stored(
    store: Store, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN EXCLUSIVE")
    with ThreadPoolExecutor(150) as pool:
        saved = list(pool.map(lambda number: store.save(run(f"run-{number}")), range(150)))
    assert not any(saved)
    other.execute("ROLLBACK")
    wait_until(lambda: len(ids(other)) == 150)


def test_a_check_reports_a_locked_database(store: Store, other: sqlite3.Connection) -> None:
    store.check()
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(Locked, match="locked"):
            store.check()
    other.execute("ROLLBACK")
    wait_until(lambda: not store._writer._jobs)
    store.check()


@pytest.mark.parametrize("pragma", ["query_only = on"])
def test_a_check_reports_a_read_only_database(store: Store, pragma: str) -> None:
    store.check()
    with store._database.writer.connect() as connection:
        connection.connection.cursor().execute(f"PRAGMA {pragma}")
    with pytest.raises(StoreError, match="readonly"):
        store.check()


def test_one_run_that_cannot_be_written_does_not_affect_others(
    store: Store, other: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    other.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON runs WHEN NEW.id = 'bad' "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )
    other.execute("BEGIN EXCLUSIVE")
    for id in ("first", "bad", "last"):
        assert not store.save(run(id))
    with caplog.at_level(logging.ERROR):
        other.execute("ROLLBACK")
        wait_until(lambda: not store._writer._jobs)
    assert ids(other) == {"first", "last"}
    assert [record.getMessage() for record in caplog.records] == [
        "the run bad could not be stored: The database of runs cannot be used: refused."
    ]


def test_only_a_limited_number_of_runs_wait(
    store: Store, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST > 1
    monkeypatch.setattr(writer, "MOST", 1)
    other.execute("BEGIN EXCLUSIVE")
    assert not store.save(run("late"))
    with pytest.raises(StoreError, match="More than 1 run"):
        store.save(run("too-many"))
    other.execute("ROLLBACK")


def test_a_run_that_waits_at_the_end_is_reported_if_it_cannot_be_written(
    store: Store,
    other: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(writer, "CLOSING", 0.1)
    other.execute("BEGIN EXCLUSIVE")
    store.save(run("late"))
    with caplog.at_level(logging.ERROR):
        store.close()
    assert "the run late could not be stored before the end" in caplog.text


def test_a_closed_store_has_written_everything(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    with ThreadPoolExecutor(8) as pool:
        for number in range(50):
            pool.submit(store.save, run(f"run-{number}"))
    store.close()
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as connection:
        assert len(ids(connection)) == 50


def test_an_error_while_pruning_does_not_stop_the_writer(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> float:
        raise ZeroDivisionError

    monkeypatch.setattr(store._writer, "_prune", fail)
    assert store.save(run("first"))
    wait_until(lambda: "old runs cannot be pruned" in caplog.text)
    assert store.save(run("second"))
