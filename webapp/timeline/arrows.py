"""Arrows between lanes: a step of one worker that let another worker continue.

Each arrow needs two events; if one of them is missing, there is no arrow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from webapp.engine.events import ENDS_OF_WAITS, Event, How, Key, Kind
from webapp.engine.recording import in_time
from webapp.timeline.lanes import Timeline

OF_ARROWS = ENDS_OF_WAITS | {
    Kind.STARTS,
    Kind.STARTED,
    Kind.ENDED,
    Kind.EXITED,
    Kind.WAITS,
    Kind.RELEASED,
    Kind.SIGNALLED,
}
"""The kinds of events that begin or end an arrow, or a wait."""

UNCOUNTED = "?"
"""The number of items in an event if it is unknown, as in a pipe."""


class Cause(StrEnum):
    """What the two events of an arrow are."""

    START = "start"  # start() -> first step of the new worker
    JOIN = "join"  # end of a worker -> end of join()
    ITEM = "item"  # put -> taken
    RELEASE = "release"  # released -> acquired by a waiting worker
    SIGNAL = "signal"  # set or notified -> end of wait()
    KILL = "kill"  # signal sent -> end of the process


class Arrow(NamedTuple):
    """An arrow from lane `giver` to lane `taker` (indices), from `start` to `end` (µs).

    `first` and `last` are the ids of its events.
    """

    cause: Cause
    giver: int
    taker: int
    start: int
    end: int
    first: int
    last: int
    object: str = ""


def find_arrows(timeline: Timeline) -> tuple[Arrow, ...]:
    """Return all arrows of a run, in the order of their ends."""
    finder = _Finder(timeline)
    events = in_time(timeline.recording.of(*OF_ARROWS))
    return tuple(arrow for event in events for arrow in finder.take(event))


class _Finder:
    """Finds arrows; keeps the events that may begin one."""

    def __init__(self, timeline: Timeline) -> None:
        self._lanes = timeline.lanes
        self._index = timeline.index
        self._starts: defaultdict[str, list[Event]] = defaultdict(list)
        self._puts: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
        self._ends: dict[Key, Event] = {}
        self._given: dict[tuple[Kind, str], Event] = {}
        self._waits: dict[Key, Event] = {}

    def take(self, event: Event) -> Iterable[Arrow]:
        """Take the next event; return the arrow that ends with it, if there is one."""
        match event.kind:  # the most frequent first
            case Kind.GOT if event.key not in self._waits:
                pass
            case Kind.RELEASED | Kind.SIGNALLED:
                self._given[event.kind, event.object] = event
            case Kind.STARTS:
                self._starts[event.object].append(event)
            case Kind.ENDED:
                self._ends[event.key] = event
            case Kind.WAITS:
                self._waits[event.key] = event
            case Kind.PUT:
                self._puts[event.object, _item(event)].append(event)
            case _:
                return self._ending_with(event)
        return ()

    def _ending_with(self, event: Event) -> Iterator[Arrow]:
        wait = self._waits.get(event.key)
        waited = wait is not None and wait.object == event.object
        match event.kind:
            case Kind.STARTED if starts := self._starts[event.worker]:
                yield from self._arrow(Cause.START, starts.pop(0), event)
            case Kind.JOINED if waited:
                yield from self._arrow(Cause.JOIN, self._ends.get(_key(event.text)), event)
            case Kind.TOOK if puts := self._puts_of(event):
                yield from self._arrow(Cause.ITEM, puts.pop(0), event)
            case Kind.GOT if waited:
                released = self._given.get((Kind.RELEASED, event.object))
                yield from self._arrow(Cause.RELEASE, released, event, since=wait)
            case Kind.PASSED if wait is not None and waited and wait.how is How.SIGNAL:
                signalled = self._given.get((Kind.SIGNALLED, event.object))
                yield from self._arrow(Cause.SIGNAL, signalled, event, since=wait)
            case Kind.EXITED if event.exit[1] < 0:
                yield from self._kill(event)
        if event.kind is not Kind.STARTED and waited:
            del self._waits[event.key]

    def _puts_of(self, took: Event) -> list[Event]:
        """Return the puts of the item that was taken, by the queue's name.

        The two ends of a pipe have different names: those match by the item only.
        """
        item = _item(took)
        if puts := self._puts[took.object, item]:
            return puts
        pipes = took.text.startswith(UNCOUNTED)
        found = (puts for (_, put), puts in self._puts.items() if put == item and puts and pipes)
        return next(found, [])

    def _arrow(
        self, cause: Cause, giver: Event | None, taker: Event, *, since: Event | None = None
    ) -> Iterator[Arrow]:
        """Yield the arrow between two events of different workers, unless it began before `since`.

        `since` is the taker's wait.
        """
        if giver is None or giver.key == taker.key or (since and giver.time < since.time):
            return
        here, there = self._index.get(giver.key), self._index.get(taker.key)
        if here is not None and there is not None and here != there:
            yield Arrow(
                cause,
                here,
                there,
                giver.time,
                max(giver.time, taker.time),
                giver.id,
                taker.id,
                taker.object if cause not in (Cause.START, Cause.JOIN) else "",
            )

    def _kill(self, exited: Event) -> Iterator[Arrow]:
        """Yield the arrow from the sender of a signal to the process that it ended."""
        sent = self._given.get((Kind.SIGNALLED, exited.object))
        pid, _ = exited.exit
        if sent is None or (pid, pid) not in self._index:
            return
        lane = self._index[pid, pid]
        giver = self._index[sent.key]
        end = self._lanes[lane].end
        yield Arrow(Cause.KILL, giver, lane, sent.time, end, sent.id, exited.id, sent.text)


def _item(event: Event) -> str:
    """Return the item that was put or taken, without the queue's size."""
    return event.text.partition(" ")[2]


def _key(text: str) -> Key:
    pid, _, tid = text.partition(".")
    return int(pid), int(tid)
