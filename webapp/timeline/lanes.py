"""Lanes: one for each thread and process, with what it was at from moment to moment.

Times are microseconds since the run began. A worker that is neither asleep nor waiting for anything
that the recorder sees is called running; whether it had a processor, or the GIL, no record tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from webapp.engine.events import Event, How
from webapp.engine.recording import Key, Recording

MICROSECONDS = 1_000_000


class State(StrEnum):
    """What a worker is at."""

    RUNNING = "running"
    SLEEPING = "sleeping"
    ACQUIRING = "acquiring"
    AT_BARRIER = "barrier"
    JOINING = "joining"
    PUTTING = "putting"
    GETTING = "getting"
    SIGNAL = "signal"  # waits for an event, a condition, a queue's tasks
    RESULT = "result"  # waits for the result of a pool's task
    IDLE = "idle"  # a pool's worker without a task
    # Beside one of the others:
    HOLDING = "holding"
    TASK = "task"  # works on a task of a pool


WAITING: Mapping[How, State] = {
    How.ACQUIRE: State.ACQUIRING,
    How.BARRIER: State.AT_BARRIER,
    How.JOIN: State.JOINING,
    How.PUT: State.PUTTING,
    How.GET: State.GETTING,
    How.SIGNAL: State.SIGNAL,
    How.RESULT: State.RESULT,
}
WAITS = frozenset(WAITING.values())


class End(StrEnum):
    """How a lane ends."""

    ENDED = "ended"
    KILLED = "killed"  # its process was, by a signal
    CUT = "cut"  # its process left without waiting for it
    OPEN = "open"  # the record has no end of it


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a worker was at from `start` to `end`, for the program's `line`.

    It began with the event `first` and ended with the event `last` (0: the record has no end of
    it). `note` is a barrier's "k of n", or a lock's depth.
    """

    state: State
    start: int
    end: int
    first: int
    last: int
    object: str = ""
    line: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A worker's life. `number` is its colour's, `depth` 1 for the threads of a process.

    `stretches` follow each other without a gap from `start` to `end`; what it holds and its tasks
    lie `beside` them.
    `exit_code` is its process's, where somebody saw it.
    """

    key: Key
    name: str
    number: int
    depth: int
    start: int
    end: int
    ending: End
    exit_code: int | None
    stretches: tuple[Stretch, ...] = ()
    beside: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """All lanes of a run, which lasted until `end`; `noise` is how late its workers came."""

    recording: Recording
    lanes: tuple[Lane, ...]
    end: int
    noise: int

    @cached_property
    def index(self) -> dict[Key, int]:
        """Which lane a worker's is."""
        return {lane.key: at for at, lane in enumerate(self.lanes)}


def in_time(events: Iterable[Event]) -> list[Event]:
    """The events in the order of time: who is held up between its clock and its pipe comes late."""
    return sorted(events, key=lambda event: (event.time, event.id))


def stretch_from(
    state: State, event: Event, note: str = "", *, until: Event | None = None
) -> Stretch:
    """A stretch that begins with an event, and ends with another if there is one."""
    end, last = (event.time, 0) if until is None else (until.time, until.id)
    return Stretch(state, event.time, end, event.id, last, event.object, event.line, note)
