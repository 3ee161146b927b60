"""Finds the step at which a walk through a run begins: the first that shows something.

That is the wait that closes the ring of a deadlock, else the first read of an update that is lost,
else the first wait for an object that another worker holds, else the first wait for anything but a
worker's end, else the begin of the first worker that another has started, else the first step of
the only worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from webapp.engine.events import Event, Kind
from webapp.engine.recording import in_time
from webapp.timeline.lanes import WAITS, Lane, State, Stretch, Timeline
from webapp.timeline.lost import find_lost
from webapp.timeline.words import Words, step_text

HELD = WAITS - {State.JOINING, State.RESULT, State.AWAITING}


class Beginning(NamedTuple):
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


_Found = tuple[Lane, Stretch, str]
"""The lane of a worker, its wait, and the name of who holds what it waits for ("": nobody)."""


def find_beginning(timeline: Timeline, say: Words) -> Beginning | None:
    """Return where a walk begins, or None if there is no step."""
    events = timeline.recording.in_time
    if found := _closing(timeline):
        return _at_wait(timeline, say, events, found)
    if lost := next(find_lost(timeline.recording), None):
        first = min((lost.read or lost.old).event, lost.old.event, key=attrgetter("time", "id"))
        return _at(timeline, events, first, say("walk.loses", name=lost.variable[1]))
    if found := _first_wait(timeline):
        return _at_wait(timeline, say, events, found)
    return _at_start(timeline, say, events)


def _at_start(timeline: Timeline, say: Words, events: Sequence[Event]) -> Beginning | None:
    """Return where the first worker begins that another has started, else the first step."""
    workers = timeline.recording.by_worker
    names = {"{}.{}".format(*key): own[-1].worker for key, own in workers.items()}
    for event in in_time(timeline.recording.of(Kind.STARTED)):
        if event.text in names:
            key = "walk.starts_task" if event.task else "walk.starts"
            sentence = say(key, worker=event.worker, starter=names[event.text])
            return _at(timeline, events, event, sentence)
    for event in events[:1]:
        return _at(timeline, events, event, say("walk.alone", worker=event.worker))
    return None


def _at_wait(timeline: Timeline, say: Words, events: Sequence[Event], found: _Found) -> Beginning:
    lane, wait, holder = found
    first = next(event for event in events if event.id == wait.first)
    if holder:
        sentence = say("walk.waits", worker=lane.name, object=wait.object, holder=holder)
    else:
        sentence = say("walk.does", worker=lane.name, step=step_text(say, first))
    return _at(timeline, events, first, sentence)


def _at(timeline: Timeline, events: Sequence[Event], first: Event, sentence: str) -> Beginning:
    step = events.index(first) + 1
    until = {event.id for event in events[:step]}
    return Beginning(
        step=step,
        steps=len(events),
        time=first.time,
        lane=timeline.index.get(first.key, -1),
        source=first.line,
        printed=sum(line.event in until for line in timeline.recording.lines),
        sentence=sentence,
    )


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
    """Return the first wait for what another worker holds, else the first wait of all."""
    waits = [
        (lane, stretch, _holder(timeline, lane, stretch))
        for lane in timeline.lanes
        for stretch in lane.stretches
        if stretch.state in HELD and stretch.first
    ]
    return min(waits, key=lambda found: (not found[2], found[1].start), default=None)


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
