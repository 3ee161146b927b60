"""What the tests of slow motion share: its steps, and the values that they read and write."""

from __future__ import annotations

from collections.abc import Callable

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Recording
from webapp.engine.touches import Touched

Slowly = Callable[..., Recording]


def steps(recording: Recording, function: str = "") -> list[tuple[Event, Touched]]:
    """Return the steps in the order of time; only those of a function, if one is named."""
    found = sorted(recording.events, key=lambda event: (event.time, event.id))
    return [
        (event, Touched.load(event.text))
        for event in found
        if event.kind is Kind.STEPPED and function in ("", event.object)
    ]


def reads(recording: Recording, name: str) -> list[tuple[str, str | None]]:
    """Return the worker and the value of each read of a variable."""
    return [
        (event.worker, read.value)
        for event, touched in steps(recording)
        for read in touched.reads
        if read.name == name
    ]


def writes(recording: Recording, name: str) -> list[tuple[str | None, str | None]]:
    """Return the values before and after each write of a variable."""
    return [
        (write.before, write.after)
        for _, touched in steps(recording)
        for write in touched.writes
        if write.name == name
    ]
