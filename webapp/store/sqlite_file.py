"""Opens a database in an SQLite file, and checks the file before it is changed.

SQLite's own check would read the whole file. This one reads little, so that a start is quick.
Damage to a run's rows is found when the run is read, and raises StoreError then.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.exc import DatabaseError, DisconnectionError, OperationalError, SQLAlchemyError

from webapp.store.database import (
    PATIENCE,
    SETTING,
    Database,
    history,
    is_current,
    reason,
    unusable,
)
from webapp.store.errors import StoreError


def open_file(url: URL) -> Database:
    """Open a file; create or migrate its tables if needed. Raises StoreError."""
    if not url.database or url.database == ":memory:":
        raise StoreError(f"{SETTING} names no file: write sqlite:////PATH/TO/FILE.")
    path = Path(url.database).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path.parent):
            if not path.exists() or not path.stat().st_size or not _is_file_current(path):
                _make_file_current(path)
    except OSError as error:
        raise unusable(str(path), error.strerror or str(error)) from error
    return Database(readers=_file_engine(path), writer=_file_engine(path, writes=True))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lock the folder against other processes that start at the same time."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_file_current(path: Path) -> bool:
    """Return whether all migrations are done, without changing the folder. Raises StoreError."""
    # If no process has the file open, it has no log, and opening it would create one. Without a
    # log the file is complete, and can be opened as immutable.
    unchanging = "" if Path(f"{path}-wal").exists() else "&immutable=1"
    look = create_engine(
        "sqlite://", poolclass=NullPool, creator=lambda: _connect(path, f"ro{unchanging}")
    )
    try:
        with look.connect() as connection:
            return is_current(connection, str(path))
    except OperationalError as error:
        raise unusable(str(path), str(error.orig)) from error
    except DatabaseError as error:
        raise StoreError(
            f"The database {path} is damaged or is not a database at all ({error.orig}). It was "
            "left as it is. Put a good copy in its place, or move it away: then a new one is made."
        ) from error


def _make_file_current(path: Path) -> None:
    engine = create_engine("sqlite://", poolclass=NullPool, creator=lambda: _connect(path, "rwc"))
    _own_transactions(engine)
    try:
        with engine.connect() as connection:
            # Lets pruning return free pages; must be set before there are tables.
            pragma(connection, "auto_vacuum = incremental")
            pragma(connection, "journal_mode = wal")
        with engine.begin() as connection:
            history().migrate(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise unusable(str(path), reason(error)) from error


def _file_engine(path: Path, *, writes: bool = False) -> Engine:
    """Return an engine that never creates a file, even if it was removed meanwhile."""
    engine = create_engine("sqlite://", poolclass=QueuePool, creator=lambda: _connect(path, "rw"))
    # A transaction that reads first may fail to write later, if another has written since.
    _own_transactions(engine, "BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        with closing(connection.cursor()) as cursor:
            # WAL allows readers beside a writer. A power cut may lose the last runs, not the file.
            cursor.execute("PRAGMA journal_mode = wal")
            cursor.execute("PRAGMA synchronous = normal")
            cursor.execute("PRAGMA foreign_keys = on")
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def refuse(connection: sqlite3.Connection, record: Any, proxy: object) -> None:
        # SQLite goes on writing into a file that was removed or replaced.
        if record.info["file"] != _identity(path):
            raise DisconnectionError("the file is not the one that was opened")

    return engine


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=PATIENCE,
        check_same_thread=False,
        isolation_level=None,
    )


def _own_transactions(engine: Engine, how: str = "BEGIN") -> None:
    """Begin transactions explicitly: Python's module begins none for a change of tables."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(how)


def pragma(connection: Connection, pragma: str) -> int:
    """Run a pragma outside of a transaction. Return its number, or 0 if it has none."""
    rows = driver(connection).execute(f"PRAGMA {pragma}").fetchall()
    return int(rows[0][0]) if rows and isinstance(rows[0][0], int) else 0


def driver(connection: Connection) -> sqlite3.Connection:
    """Return the `sqlite3` connection."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
