"""Runs migrations. It imports Alembic, so it is itself imported only when needed."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


def is_known(revision: str) -> bool:
    """Return whether this version of Movazi has the revision."""
    try:
        return bool(ScriptDirectory(str(MIGRATIONS)).get_revision(revision))
    except CommandError:
        return False


def migrate(connection: Connection) -> None:
    """Run all pending migrations in the connection's transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
