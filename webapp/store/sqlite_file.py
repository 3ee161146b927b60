"""Opens a database in an SQLite file: looks before it touches.

SQLite's own check reads the whole file; here only what every start needs is read, so that a start
stays quick. Damage deeper inside shows when it is reached, as a `StoreError` of that run alone.
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
    """Open a file, and make or change its tables where needed. Raises StoreError."""
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
    """Let other processes that start at the same time wait."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_file_current(path: Path) -> bool:
    """Look whether all migrations are done, without a trace. Raises StoreError."""
    # A file that nobody has open has no log beside it, and opening it would make one. Without a
    # log all of it stands in the file itself, which can then be read as if it never changed.
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
            # Lets pruning give space back; can only be said before there are tables.
            pragma(connection, "auto_vacuum = incremental")
            pragma(connection, "journal_mode = wal")
        with engine.begin() as connection:
            history().migrate(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise unusable(str(path), reason(error)) from error


def _file_engine(path: Path, *, writes: bool = False) -> Engine:
    """An engine that never makes a file: one that is gone at run time stays gone."""
    engine = create_engine("sqlite://", poolclass=QueuePool, creator=lambda: _connect(path, "rw"))
    # A transaction that reads first and writes later could find that another has written since.
    _own_transactions(engine, "BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        with closing(connection.cursor()) as cursor:
            # Readers and a writer at once. A power cut may cost the last runs, never the file.
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
    """Begin transactions ourselves: Python's module leaves changes of tables out of them."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(how)


def pragma(connection: Connection, pragma: str) -> int:
    """Carry out a pragma outside of a transaction; give its number if it has one, else 0."""
    rows = driver(connection).execute(f"PRAGMA {pragma}").fetchall()
    return int(rows[0][0]) if rows and isinstance(rows[0][0], int) else 0


def driver(connection: Connection) -> sqlite3.Connection:
    """Give the connection of Python's own module."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
