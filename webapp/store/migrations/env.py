"""Runs the migrations on the connection from `history`; executed by Alembic."""

from __future__ import annotations

from alembic import context

from webapp.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # One transaction for all, in SQLite too, though Alembic does not expect it there.
    transactional_ddl=True,
    # SQLite changes a table by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
