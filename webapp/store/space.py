"""What runs take on the disk, and how what was deleted is given back.

PostgreSQL gives space back by itself.
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
"""Pages of a file that are given back at a time."""

OVERHEAD = 500
"""Bytes that a run takes beside its record, in the tables and their indexes; roughly."""


def size(database: Database, bound: int) -> int:
    """Give the bytes that runs take; roughly where they are fewer than `bound`.

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
        # What was deleted is part of the total until it is vacuumed.
        each = func.pg_column_size(runs.c.recording) + OVERHEAD
        return int(connection.execute(select(func.coalesce(func.sum(each), 0))).scalar_one())


def give_back_some(database: Database) -> bool:
    """Give a few pages back if a quarter of the file is free; say whether. Raises StoreError.

    What is free is used again by the next runs, so less is not worth the work.
    """
    if not database.is_file:
        return False
    with _told(), database.writer.connect() as connection:
        if pragma(connection, "freelist_count") <= pragma(connection, "page_count") // 4:
            return False
        # A script, for that alone is stepped to its end: one step frees one page.
        driver(connection).executescript(f"PRAGMA incremental_vacuum({PAGES})")
        return True


def give_back_all(database: Database) -> None:
    """Give all that is free back, in small steps, so that others may write in between.

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
