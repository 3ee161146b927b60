"""A stored run, and its rows in the tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from webapp.engine.packing import pack, unpack
from webapp.engine.recording import Recording
from webapp.store.errors import StoreError


@dataclass(frozen=True)
class StoredRun:
    """A finished run.

    `topic` and `demo` are names, `values` the parameters in JSON's types (lists, no
    tuples), `source` the program's text. `stored_at` is UTC.
    """

    id: str
    topic: str
    demo: str
    values: Mapping[str, object]
    transcript_only: bool
    source: str
    recording: Recording
    stored_at: datetime


def row_of(run: StoredRun) -> dict[str, object]:
    """Return a run's row in `runs`."""
    return {
        "id": run.id,
        "stored_at": run.stored_at,
        "topic": run.topic,
        "demo": run.demo,
        "parameters": written(run.values),
        "transcript_only": run.transcript_only,
        "outcome": _outcome(run.recording),
        "source": sha256(run.source),
        "recording": pack(run.recording),
    }


def _outcome(recording: Recording) -> str:
    """Return the outcome; that of a run that is no example of a demo is marked."""
    if recording.receipt.schedule is not None:
        return f"directed {recording.outcome}"
    slow = recording.receipt.slow_motion
    return f"slow {recording.outcome}" if slow else recording.outcome.value


def read_run(row: Row[Any]) -> StoredRun:
    """Return the run of a row of `runs` and `sources`. Raises StoreError."""
    try:
        recording = unpack(row.recording)
    except ValueError as error:
        raise StoreError(f"The run {row.id} cannot be read: {error}.") from error
    return StoredRun(
        id=row.id,
        topic=row.topic,
        demo=row.demo,
        values=json.loads(row.parameters),
        transcript_only=row.transcript_only,
        source=row.text,
        recording=recording,
        # SQLite keeps no time zone.
        stored_at=row.stored_at.replace(tzinfo=row.stored_at.tzinfo or UTC),
    )


def add(connection: Connection, table: Table, *rows: Mapping[str, object]) -> None:
    """Insert rows, except those that exist already."""
    connection.execute(_insert(table, connection.dialect.name), rows)


@cache  # to build a statement takes as long as to execute it
def _insert(table: Table, dialect: str) -> Executable:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def written(values: Mapping[str, object]) -> str:
    """Return parameters as canonical JSON, so that they can be compared as text."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def sha256(source: str) -> str:
    """Return the key of a text in `sources`."""
    return hashlib.sha256(source.encode()).hexdigest()
