"""The tables as they are now. A change here needs a migration beside it, and another `HEAD`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0002"
"""The last migration. It stands here, too, so that a start with nothing to do loads no Alembic."""

VERSION_TABLE = "movazi_version"

metadata = MetaData()

# Each text that ever ran once: a few kilobytes a demo, which pruning leaves alone.
sources = Table(
    "sources",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

# `stored_at` is UTC. `parameters` is JSON in one spelling only, to be compared as text.
runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("stored_at", DateTime(timezone=True), nullable=False, index=True),
    Column("topic", String(100), nullable=False),
    Column("demo", String(100), nullable=False),
    Column("parameters", Text, nullable=False),
    Column("transcript_only", Boolean, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("source", ForeignKey(sources.c.sha256), nullable=False),
    Column("recording", LargeBinary, nullable=False),
    Index("ix_runs_latest", "topic", "demo", "parameters", "source", "stored_at"),
)

# So that a dead link can tell why it is dead.
pruned = Table(
    "pruned",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("pruned_at", DateTime(timezone=True), index=True),
)
