"""The size of stored runs, and returning free space to the file system.

PostgreSQL does the latter by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from webapp.store.database import Database, reason, transaction
from webapp.store.errors import StoreError
from webapp.store.sqlite_file import driver, pragma
from webapp.store.tables import runs

PAGES = 100
"""Pages of a file that are returned at a time."""

OVERHEAD = 500
"""The rough size of a run beside its record, in bytes, indexes included."""


def size(database: Database, bound: int) -> int:
    """Return the size of all runs in bytes: an upper estimate if it is at most `bound`.

    Raises StoreError.
    """
    if database.is_file:
        with _told(), database.readers.connect() as connection:
            pages = pragma(connection, "page_count") - pragma(connection, "freelist_count")
            return pages * pragma(connection, "page_size")
    with transaction(database.readers) as connection:
        total = int(connection.execute(select(func.pg_total_relation_size(runs.name))).scalar_one())
        if total <= bound:
            return total
        # Deleted rows count in the total until they are vacuumed.
        each = func.pg_column_size(runs.c.recording) + OVERHEAD
        return int(connection.execute(select(func.coalesce(func.sum(each), 0))).scalar_one())


def give_back_some(database: Database) -> bool:
    """Return a few pages if over a quarter of the file is free. Return whether. Raises StoreError.

    Less is not worth the work, since the next runs use the free pages.
    """
    if not database.is_file:
        return False
    with _told(), database.writer.connect() as connection:
        if pragma(connection, "freelist_count") <= pragma(connection, "page_count") // 4:
            return False
        # Each step frees one page, and only a script is stepped to its end.
        driver(connection).executescript(f"PRAGMA incremental_vacuum({PAGES})")
        return True


def give_back_all(database: Database) -> None:
    """Return all free pages, in small steps, so that others can write in between.

    Raises StoreError.
    """
    if not database.is_file:
        return
    with _told(), database.writer.connect() as connection:
        for _ in range(0, pragma(connection, "freelist_count"), PAGES):
            driver(connection).executescript(f"PRAGMA incremental_vacuum({PAGES})")
        pragma(connection, "wal_checkpoint(truncate)")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(f"The space could not be given back: {reason(error)}.") from error
