"""Runs, their sources, and the ids of pruned runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "sources",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("demo", sa.String(100), nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("transcript_only", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("source", sa.String(64), sa.ForeignKey("sources.sha256"), nullable=False),
        sa.Column("recording", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_runs_stored_at", "runs", ["stored_at"])
    op.create_index(
        "ix_runs_latest", "runs", ["topic", "demo", "parameters", "source", "stored_at"]
    )
    op.create_table("pruned", sa.Column("id", sa.String(64), primary_key=True))
