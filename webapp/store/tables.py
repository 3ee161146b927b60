"""The current tables. A change needs a migration and a new `HEAD`."""

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
"""The last migration; repeated here so that a start without migrations need not import Alembic."""

VERSION_TABLE = "movazi_version"

metadata = MetaData()

# Each source once: a few kilobytes per demo, never pruned.
sources = Table(
    "sources",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

# `stored_at` is UTC. `parameters` is canonical JSON, to be compared as text.
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

# For the message on the page of a pruned run.
pruned = Table(
    "pruned",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("pruned_at", DateTime(timezone=True), index=True),
)
