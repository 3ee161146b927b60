"""Opens a database: looks at it before anything is changed, and brings its tables up to date.

What is damaged, not ours, or made by a newer version is left byte for byte as it is. SQLite's own
check reads the whole file; here only what every start needs is read, so that a start stays quick:
damage deeper inside shows when it is reached, as a `StoreError` of that run alone.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    QueuePool,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DisconnectionError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from webapp.store.errors import StoreError
from webapp.store.tables import HEAD, VERSION_TABLE

SETTING = "DATABASE_URL"

PATIENCE = 5.0
"""Seconds that a writer waits for another one in SQLite, and for a connection to PostgreSQL."""

CONNECTIONS = 15
"""To PostgreSQL, at most: a few more servers than one must not take all that it lets in."""

LOCK = 0x6D6F76617A69
"""The number of our lock among all advisory locks of a PostgreSQL server: "movazi" in ASCII."""

PAGES = 1000
"""So many pages of a file are given back at a time."""


def open_database(url: str) -> Engine:
    """Give an engine for a database whose tables are those of `tables`. Raises StoreError."""
    try:
        parsed = make_url(url)
        match parsed.get_backend_name():
            case "sqlite":
                return _open_file(parsed)
            case "postgresql":
                return _open_server(parsed)
            case other:
                raise StoreError(f"{SETTING} names {other}; only sqlite and postgresql will do.")
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(f"{SETTING} cannot be read: {error}.") from error
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{SETTING} needs a driver that is not installed ({error.name}); "
            "for PostgreSQL: pip install 'psycopg[binary]'."
        ) from error


def shrink(engine: Engine) -> None:
    """Give back the space of what was deleted; PostgreSQL sees to it by itself. Raises StoreError.

    In small steps, so that others may write in between.
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.connect() as connection:
            for _ in range(0, _pragma(connection, "freelist_count"), PAGES):
                # A script, for that alone is stepped to its end: one step frees one page.
                _driver(connection).executescript(f"PRAGMA incremental_vacuum({PAGES})")
            _pragma(connection, "wal_checkpoint(truncate)")
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(f"The space could not be given back: {reason(error)}.") from error


# --- SQLite ---


def _open_file(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise StoreError(f"{SETTING} names no file: write sqlite:////PATH/TO/FILE.")
    path = Path(url.database).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path.parent):
            if not path.exists() or not path.stat().st_size or not _is_current(path):
                _make_file_current(path)
    except OSError as error:
        raise _unusable(str(path), error.strerror or str(error)) from error
    return _file_engine(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others out who start at the same time."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_current(path: Path) -> bool:
    """Look whether all migrations are done, without a trace. Raises StoreError."""
    # A file that nobody has open has no log beside it, and opening it would make one. Without a
    # log all of it stands in the file itself, which can then be read as if it never changed.
    unchanging = "" if Path(f"{path}-wal").exists() else "&immutable=1"
    look = create_engine(
        "sqlite://", poolclass=NullPool, creator=lambda: _connect(path, f"ro{unchanging}")
    )
    try:
        with look.connect() as connection:
            return _check(connection, str(path))
    except OperationalError as error:
        raise _unusable(str(path), str(error.orig)) from error
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
            _pragma(connection, "auto_vacuum = incremental")
            _pragma(connection, "journal_mode = wal")
        with engine.begin() as connection:
            _history().migrate(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _unusable(str(path), reason(error)) from error


def _file_engine(path: Path) -> Engine:
    """An engine that never makes a file: one that is gone at run time stays gone."""
    engine = create_engine("sqlite://", poolclass=QueuePool, creator=lambda: _connect(path, "rw"))
    _own_transactions(engine)

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


def _own_transactions(engine: Engine) -> None:
    """Begin transactions ourselves: Python's module leaves changes of tables out of them."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


def _pragma(connection: Connection, pragma: str) -> int:
    """Say it outside of a transaction, where alone it counts; give its number if it has one."""
    rows = _driver(connection).execute(f"PRAGMA {pragma}").fetchall()
    return int(rows[0][0]) if rows and isinstance(rows[0][0], int) else 0


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


# --- PostgreSQL ---


def _open_server(url: URL) -> Engine:
    where = url.render_as_string(hide_password=True)
    # A connection that was lost meanwhile is noticed before it is used.
    engine = create_engine(
        url,
        pool_pre_ping=True,
        # A class ends at once: connections beyond the usual five would each be made for one run.
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=PATIENCE,
        connect_args={"connect_timeout": 3, "tcp_user_timeout": round(PATIENCE * 1000)},
    )
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if not _check(connection, where):
                _history().migrate(connection)
    except SQLAlchemyError as error:
        engine.dispose()
        raise _unusable(where, reason(error)) from error
    except StoreError:
        engine.dispose()
        raise
    return engine


# --- both ---


def _check(connection: Connection, where: str) -> bool:
    """Tell whether all migrations are done. Raises StoreError where it is not for us to do them."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if tables:
            raise StoreError(
                f"The database {where} holds tables that are not Movazi's ({', '.join(tables)}). "
                f"It was left as it is. Set {SETTING} to a database of its own."
            )
        return False
    revision = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if revision is not None and revision != HEAD and not _history().is_known(revision):
        raise StoreError(
            f"The database {where} was made by a newer version of Movazi (its tables are at "
            f"{revision}, this version knows them up to {HEAD}). It was left as it is. Run that "
            f"version, or set {SETTING} to another database."
        )
    return bool(revision == HEAD)


def _history() -> ModuleType:
    from webapp.store import history  # noqa: PLC0415 (a start with nothing to do goes without)

    return history


def _unusable(where: str, reason: str) -> StoreError:
    return StoreError(
        f"The database {where} cannot be used: {reason}. Make it readable and writable, or set "
        f"{SETTING} to another one."
    )


def reason(error: Exception) -> str:
    """The database's own words on one line, without the statement."""
    return " ".join(str(getattr(error, "orig", None) or error).split()).rstrip(".")
