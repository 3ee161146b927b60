"""Runs to store, with something in every field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Link, Outcome, Receipt, Recording, Wait
from webapp.store.runs import StoredRun

VALUES: Mapping[str, object] = {"times": 3, "pause": 0.5, "tone": "warm", "order": [2, 1]}
SOURCE = 'def main() -> None:\n    print("سلام")\n'
NASTY = "سلام \t\n\0\x1b[31m\ud800 🙂 '\"\\"


def recording(events: int = 60) -> Recording:
    """Return a record of so many events, of every kind, from ten threads."""
    kinds = list(Kind)
    return Recording(
        events=tuple(
            Event(
                id=number + 1,
                time=number * 10,
                pid=42,
                tid=42 + number % 10,
                worker=f"Thread-{number % 10}",
                kind=kinds[number % len(kinds)],
                object="lock",
                text=NASTY if number == 7 else f"{number}\n",
                line=number % 40,
            )
            for number in range(events)
        ),
        outcome=Outcome.FINISHED,
        detail="exit code 0",
        wall=0.25,
        cpu=0.125,
        dropped=2,
        exit_code=-9,
        swept=1,
        receipt=Receipt(
            "i" * 16, "2026-01-01T00:00:00", 42, "3.13", "CPython", "any", 2, ("fork",), "f0", True
        ),
        cut=True,
        cycle=(
            Wait("Thread-1", "lock", 3, "Thread-2"),
            Wait("Thread-2", "other", 4, "Thread-1", Link.ANY),
        ),
    )


def run(
    id: str = "i" * 16,
    *,
    topic: str = "greeting",
    demo: str = "say-hello",
    values: Mapping[str, object] = VALUES,
    transcript_only: bool = False,
    source: str = SOURCE,
    outcome: Outcome = Outcome.FINISHED,
    stored_at: datetime | None = None,
    events: int = 60,
) -> StoredRun:
    """Return a run to store, with these fields changed."""
    return StoredRun(
        id=id,
        topic=topic,
        demo=demo,
        values=values,
        transcript_only=transcript_only,
        source=source,
        recording=replace(recording(events), outcome=outcome),
        stored_at=stored_at or datetime.now(UTC),
    )
