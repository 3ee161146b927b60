"""What Alembic runs to carry out the migrations, on the connection that `database` gives it."""

from __future__ import annotations

from alembic import context

from webapp.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # All or nothing, in SQLite too, which Alembic does not expect of it.
    transactional_ddl=True,
    # SQLite changes a table by writing it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
