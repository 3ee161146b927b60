"""Opens a database by its URL."""

from __future__ import annotations

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from webapp.store.database import SETTING, Database
from webapp.store.errors import StoreError
from webapp.store.postgresql_server import open_server
from webapp.store.sqlite_file import open_file


def open_database(url: str) -> Database:
    """Open a database; create or migrate its tables if needed. Raises StoreError."""
    try:
        parsed = make_url(url)
        match parsed.get_backend_name():
            case "sqlite":
                return open_file(parsed)
            case "postgresql":
                return open_server(parsed)
            case other:
                raise StoreError(f"{SETTING} names {other}; only sqlite and postgresql will do.")
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(f"{SETTING} cannot be read: {error}.") from error
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{SETTING} needs a driver that is not installed ({error.name}); "
            "for PostgreSQL: pip install 'psycopg[binary]'."
        ) from error
