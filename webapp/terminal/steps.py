"""Prints the lines of a run in slow motion, with the values that they read and write."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Recording
from webapp.timeline.lanes import MICROSECONDS
from webapp.timeline.values import touched_by

WORKER_WIDTH, LINE_WIDTH = 16, 4


def step_lines(recording: Recording, source: str) -> Iterator[str]:
    """Yield a line for each step; none if the run was not in slow motion."""
    texts = source.splitlines()
    for event in recording.in_time:
        if event.kind is Kind.UNWATCHED:
            yield f"{event.time / MICROSECONDS:8.3f}  later lines are not recorded"
        elif event.kind is Kind.STEPPED:
            yield _told(event, texts[event.line - 1].strip() if event.line <= len(texts) else "")


def _told(event: Event, text: str) -> str:
    touched = touched_by(event)
    values = [f"{name} is {value}" for name, value in touched.reads]
    values += [f"{name}: {before} → {after}" for name, before, after in touched.writes]
    told = f"  [{', '.join(values)}]" if values else ""
    return (
        f"{event.time / MICROSECONDS:8.3f}  {event.worker:<{WORKER_WIDTH}}  "
        f"{event.line:>{LINE_WIDTH}}  {text}{told}"
    )
