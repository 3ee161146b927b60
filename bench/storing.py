"""Time to store a run, compared with writing its record to a file and calling fsync.

The run has ten threads; the database and the file are in one folder. SQLite in WAL mode does not
wait for the disk at each run: a power cut may lose the last runs, never the database.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import Row
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.packing import pack
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.lessons.folders import TOPICS
from webapp.store.runs import StoredRun
from webapp.store.store import Store

DEMO = TOPICS / "lock/demos/lock_around_the_message.py"
VALUES = {"thread_count": 10, "sleep_seconds": 0.0}
TIMES = 200


def measure() -> list[Row]:
    """Store a run, and write its record to a file, in turn."""
    run = _stored(_recorded())
    with TemporaryDirectory(prefix="movazi-bench-") as name:
        folder = Path(name)
        store = Store(f"sqlite:///{folder / 'runs.sqlite'}")
        _store(store, run, "first")  # warm up: opens the connection, and stores the source
        pairs = [
            (_store(store, run, f"run {at}"), _write(folder / f"{at}", run.recording))
            for at in range(TIMES)
        ]
        store.close()
    own, other = zip(*pairs, strict=True)
    return [Row("storing a run of ten threads", own, "its record in a file, fsync", other, "ms")]


def _recorded() -> Recording:
    runner = EmbeddedRunner()
    try:
        id = runner.start(Program(DEMO, parameters=VALUES))
        for _ in runner.follow(id):
            pass
        recording = runner.recording(id)
    finally:
        runner.close()
    assert recording is not None
    return recording


def _stored(recording: Recording) -> StoredRun:
    source = DEMO.read_text(encoding="utf-8")
    return StoredRun(
        id="",
        topic="lock",
        demo="lock-around-the-message",
        values=VALUES,
        transcript_only=False,
        source=source,
        recording=recording,
        stored_at=datetime.now(UTC),
    )


def _store(store: Store, run: StoredRun, id: str) -> float:
    """Store a run; return the milliseconds."""
    run = replace(run, id=id)
    began = time.perf_counter()
    store.save(run)
    return (time.perf_counter() - began) * 1e3


def _write(path: Path, recording: Recording) -> float:
    """Write a record to a file; return the milliseconds."""
    began = time.perf_counter()
    with path.open("wb") as file:
        file.write(pack(recording))
        file.flush()
        os.fsync(file.fileno())
    return (time.perf_counter() - began) * 1e3
