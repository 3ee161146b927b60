"""The current tables. A change needs a migration and a new `HEAD`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0003"
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

# The rooms of classes; all their rows are deleted after a day. `key` is the SHA-256 of the secret
# in the teacher's address.
rooms = Table(
    "rooms",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("opened_at", DateTime(timezone=True), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("stage", String(20), nullable=False),
    Column("ballot", Integer, nullable=False),
)

# A question that was put to a room. `run` is the run that all follow, or "".
ballots = Table(
    "ballots",
    metadata,
    Column("code", ForeignKey(rooms.c.code, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("demo", String(201), nullable=False),
    Column("question", String(100), nullable=False),
    Column("run", String(64), nullable=False),
)


def _of_ballot() -> ForeignKeyConstraint:
    columns = [ballots.c.code, ballots.c.number]
    return ForeignKeyConstraint(["code", "ballot"], columns, ondelete="CASCADE")


# `round` is 1 before the talk and 2 after it.
votes = Table(
    "votes",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("ballot", Integer, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("seat", String(32), primary_key=True),
    Column("option", String(100), nullable=False),
    Column("voted_at", DateTime(timezone=True), nullable=False),
    _of_ballot(),
)

# What students' own runs came to: `options` are the names of those that the run made true.
class_runs = Table(
    "class_runs",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("ballot", Integer, primary_key=True),
    Column("seat", String(32), primary_key=True),
    Column("run", String(64), nullable=False),
    Column("options", Text, nullable=False),
    _of_ballot(),
)
