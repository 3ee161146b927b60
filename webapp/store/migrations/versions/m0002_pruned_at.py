"""The time of pruning, so that old ids of pruned runs can be deleted."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; runs that are already pruned get the current time."""
    op.add_column("pruned", sa.Column("pruned_at", sa.DateTime(timezone=True)))
    pruned = sa.table("pruned", sa.column("pruned_at", sa.DateTime(timezone=True)))
    op.execute(pruned.update().values(pruned_at=datetime.now(UTC)))
    op.create_index("ix_pruned_pruned_at", "pruned", ["pruned_at"])
