"""The rooms of classes: their ballots, votes and runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "rooms",
        sa.Column("code", sa.String(6), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("ballot", sa.Integer, nullable=False),
    )
    op.create_table(
        "ballots",
        sa.Column(
            "code",
            sa.String(6),
            sa.ForeignKey("rooms.code", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("demo", sa.String(201), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
    )
    op.create_table(
        "votes",
        sa.Column("code", sa.String(6), primary_key=True),
        sa.Column("ballot", sa.Integer, primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True),
        sa.Column("seat", sa.String(32), primary_key=True),
        sa.Column("option", sa.String(100), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        _of_ballot(),
    )
    op.create_table(
        "class_runs",
        sa.Column("code", sa.String(6), primary_key=True),
        sa.Column("ballot", sa.Integer, primary_key=True),
        sa.Column("seat", sa.String(32), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        _of_ballot(),
    )


def _of_ballot() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["code", "ballot"], ["ballots.code", "ballots.number"], ondelete="CASCADE"
    )
