"""An open database, and the checks before it is changed.

A database that is damaged, not ours, or made by a newer version is not changed at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from webapp.store.errors import Locked, StoreError
from webapp.store.tables import HEAD, VERSION_TABLE

SETTING = "DATABASE_URL"

PATIENCE = 5.0
"""Seconds to wait for another process's write, and for a connection to PostgreSQL."""


LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's error code if the wait for a lock times out."""


@dataclass(frozen=True)
class Database:
    """An open database whose tables are those of `tables`.

    Readers have connections of their own, so that a reader never waits for a writer's connection.
    """

    readers: Engine
    writer: Engine

    @property
    def is_file(self) -> bool:
        """Whether it is an SQLite file."""
        return self.writer.dialect.name == "sqlite"

    def close(self) -> None:
        """Close all connections."""
        self.readers.dispose()
        self.writer.dispose()


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction, and commit it at the end. Raises StoreError, such as Locked."""
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        kind = Locked if _is_locked(error) else StoreError
        raise kind(f"The database of runs cannot be used: {reason(error)}.") from error


def _is_locked(error: SQLAlchemyError) -> bool:
    own = getattr(error, "orig", None)
    if getattr(own, "sqlstate", None) == LOCK_NOT_AVAILABLE:
        return True
    # The lowest byte is the primary code; the others extend it.
    code = getattr(own, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_current(connection: Connection, where: str) -> bool:
    """Return whether all migrations are done. Raises StoreError if the database is not ours."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if tables:
            raise StoreError(
                f"The database {where} holds tables that are not Movazi's ({', '.join(tables)}). "
                f"It was left as it is. Set {SETTING} to a database of its own."
            )
        return False
    revision = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if revision is not None and revision != HEAD and not history().is_known(revision):
        raise StoreError(
            f"The database {where} was made by a newer version of Movazi (its tables are at "
            f"{revision}, this version knows them up to {HEAD}). It was left as it is. Run that "
            f"version, or set {SETTING} to another database."
        )
    return bool(revision == HEAD)


def history() -> ModuleType:
    from webapp.store import history  # noqa: PLC0415 (needed only to migrate)

    return history


def unusable(where: str, reason: str) -> StoreError:
    return StoreError(
        f"The database {where} cannot be used: {reason}. Make it readable and writable, or set "
        f"{SETTING} to another one."
    )


def reason(error: Exception) -> str:
    """Return the database's message on one line, without the statement."""
    return " ".join(str(getattr(error, "orig", None) or error).split()).rstrip(".")
