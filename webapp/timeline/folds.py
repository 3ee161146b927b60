"""Finds the start-up of processes that takes most of a run's time, so that the axis can fold it.

A fold begins when a process is started and ends when it runs; until then nothing else happens. The
workers of a pool start up until the first of them begins a task.
"""

from __future__ import annotations

from collections.abc import Iterator

from webapp.engine.events import Event, Kind
from webapp.timeline.lanes import Timeline
from webapp.timeline.scale import Fold

LEAST = 0.06
"""The least part of the run that is worth a fold."""

MOST = 0.5
"""The part of the run that all start-up must take, or nothing is folded."""

STARTING = (Kind.STARTS, Kind.STARTED)


def find_folds(timeline: Timeline) -> tuple[Fold, ...]:
    """Return the folds of a run, in order; none if start-up is a small part of it."""
    recording = timeline.recording
    if not any(map(_starts_process, [*recording.of(Kind.STARTS), *recording.of(Kind.STARTED)])):
        return ()
    found = [
        (start, end) for start, end in _start_ups(timeline) if end - start >= LEAST * timeline.end
    ]
    together = sum(end - start for start, end in found)
    return tuple(found) if together >= MOST * timeline.end else ()


def _start_ups(timeline: Timeline) -> Iterator[Fold]:
    events = [event for event in timeline.recording.in_time if event.kind is not Kind.STEPPED]
    in_pools = _workers_of_pools(events)
    waiting = False  # for the first task: all processes that have begun are a pool's
    start = end = 0
    for event in events:
        if event.kind in STARTING:
            if _starts_process(event):
                start = start or event.time
                end = event.time
                waiting = event.kind is Kind.STARTS or event.key in in_pools
        elif start and event.kind is not Kind.WAITS:
            yield start, event.time if waiting and event.kind is not Kind.PRINTED else end
            start = end = 0
    if start:
        yield start, end


def _workers_of_pools(events: list[Event]) -> set[tuple[int, int]]:
    """Return the workers whose first step is a task, and those that never have one beside them."""
    steps = [event for event in events if event.kind not in (*STARTING, Kind.ENDED, Kind.EXITED)]
    first: dict[tuple[int, int], Kind] = {}
    for event in steps:
        first.setdefault(event.key, event.kind)
    tasked = {key for key, kind in first.items() if kind is Kind.BEGAN}
    idle = {event.key for event in events} - set(first)
    return tasked | idle if tasked else set()


def _starts_process(event: Event) -> bool:
    """Return whether a process is started, or has begun, other than the program itself."""
    if event.kind is Kind.STARTS:
        return bool(event.text)
    return event.kind is Kind.STARTED and event.object == "process" and bool(event.text)
