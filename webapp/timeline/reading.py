"""Builds the timeline of a recording."""

from __future__ import annotations

from webapp.engine.events import Event, Key, Kind
from webapp.engine.recording import Recording, in_time
from webapp.timeline.holdings import find_holdings
from webapp.timeline.lanes import MICROSECONDS, Timeline
from webapp.timeline.lives import find_lives
from webapp.timeline.stretches import LaneBuilder

QUIET_NOISE = 100
"""The least noise, in microseconds."""


def draw(recording: Recording) -> Timeline:
    """Build the timeline of a run; the recording may be incomplete."""
    events = recording.in_time
    last = max(1, round(recording.wall * MICROSECONDS), events[-1].time if events else 0)
    builders = {key: LaneBuilder(life) for key, life in find_lives(recording, last).items()}
    for key, builder in builders.items():
        for event in recording.by_worker[key]:
            builder.take(event)
    held = find_holdings(in_time(recording.of(Kind.GOT, Kind.RELEASED)))
    lanes = (builder.lane(held[key]) for key, builder in builders.items())
    return Timeline(recording, tuple(lanes), last, _noise(recording))


def _noise(recording: Recording) -> int:
    """Return the median lateness of workers that woke from a sleep, in µs, at least QUIET_NOISE."""
    late: list[int] = []
    asleep: dict[Key, Event] = {}
    for event in in_time(recording.of(Kind.SLEPT, Kind.WOKE)):
        if event.kind is Kind.SLEPT:
            asleep[event.key] = event
        elif event.kind is Kind.WOKE and event.key in asleep:
            slept = asleep.pop(event.key)
            asked = float(slept.text) * MICROSECONDS
            late.append(max(0, round(event.time - slept.time - asked)))
    return max(QUIET_NOISE, sorted(late)[len(late) // 2]) if late else QUIET_NOISE
