"""Opens a database on a PostgreSQL server."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from webapp.store.database import PATIENCE, Database, history, is_current, reason, unusable
from webapp.store.errors import StoreError

CONNECTIONS = 15
"""The most connections of one server: several servers share the limit of PostgreSQL."""

LOCK = 0x6D6F76617A69
"""The key of our advisory lock: "movazi" in ASCII."""

LOCK_TIMEOUT = 1000
"""Milliseconds that a statement waits for a lock."""


def open_server(url: URL) -> Database:
    """Open a database; create or migrate its tables if needed. Raises StoreError."""
    where = url.render_as_string(hide_password=True)
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if not is_current(connection, where):
                history().migrate(connection)
    except SQLAlchemyError as error:
        engine.dispose()
        raise unusable(where, reason(error)) from error
    except StoreError:
        engine.dispose()
        raise
    _limit_waits(engine)
    # One pool: a single thread writes, so all connections but one are for readers.
    return Database(readers=engine, writer=engine)


def _engine(url: URL) -> Engine:
    return create_engine(
        url,
        # A lost connection is noticed before it is used.
        pool_pre_ping=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=PATIENCE,
        connect_args={"connect_timeout": 3, "tcp_user_timeout": round(PATIENCE * 1000)},
    )


def _limit_waits(engine: Engine) -> None:
    """Limit waits for locks from now on. Migrations before have waited without a limit."""
    engine.dispose()

    @event.listens_for(engine, "connect")
    def limit(connection: Any, _: object) -> None:
        connection.execute(f"SET lock_timeout = {LOCK_TIMEOUT}")
        connection.commit()
