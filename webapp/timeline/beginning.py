"""Finds the step at which a walk through a run begins: the first that shows something.

That is the wait that closes the ring of a deadlock, else the first wait for an object that another
worker holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.timeline.lanes import WAITS, Lane, State, Stretch, Timeline, in_time
from webapp.timeline.words import Words

HELD = WAITS - {State.JOINING, State.RESULT}


@dataclass(frozen=True, slots=True)
class Beginning:
    """A step of a run, counted from 1 of `steps`, with the sentence that says what it shows.

    `time` is in microseconds, `lane` the index of its worker, `source` the source's line, `printed`
    how many lines were printed until then.
    """

    step: int
    steps: int
    time: int
    lane: int
    source: int
    printed: int
    sentence: str


def find_beginning(timeline: Timeline, say: Words) -> Beginning | None:
    """Return where a walk begins, or None if no worker waits for what another one holds."""
    found = _closing(timeline) or _first_wait(timeline)
    if not found:
        return None
    lane, wait, holder = found
    events = in_time(timeline.recording.events)
    step = next(at for at, event in enumerate(events, 1) if event.id == wait.first)
    until = {event.id for event in events[:step]}
    return Beginning(
        step=step,
        steps=len(events),
        time=wait.start,
        lane=timeline.lanes.index(lane),
        source=wait.line,
        printed=sum(line.event in until for line in timeline.recording.lines),
        sentence=say("walk.waits", worker=lane.name, object=wait.object, holder=holder),
    )


_Found = tuple[Lane, Stretch, str]
"""The lane of a worker, its wait, and the holder's name."""


def _closing(timeline: Timeline) -> _Found | None:
    """Return the last wait of a deadlock's ring to begin."""
    ring = {wait.worker: wait for wait in timeline.recording.cycle}
    waits = [
        (lane, lane.stretches[-1], ring[lane.name].giver)
        for lane in timeline.lanes
        if lane.name in ring and lane.stretches and lane.stretches[-1].state in HELD
    ]
    waits = [(lane, wait, giver) for lane, wait, giver in waits if giver and wait.first]
    return max(waits, key=lambda found: found[1].start, default=None)


def _first_wait(timeline: Timeline) -> _Found | None:
    waits = [
        (lane, stretch, holder)
        for lane in timeline.lanes
        for stretch in lane.stretches
        if stretch.state in HELD and stretch.first
        if (holder := _holder(timeline, lane, stretch))
    ]
    return min(waits, key=lambda found: found[1].start, default=None)


def _holder(timeline: Timeline, waiting: Lane, wait: Stretch) -> str:
    """Return the worker that holds an object when a wait for it begins, or ""."""
    for lane in timeline.lanes:
        for held in lane.beside:
            if (
                lane is not waiting
                and held.state is State.HOLDING
                and held.object == wait.object
                and held.start <= wait.start < held.end
            ):
                return lane.name
    return ""
