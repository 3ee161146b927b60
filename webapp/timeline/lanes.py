"""Lanes: one for each thread and process, with its states over time.

Times are microseconds since the run began. A worker is RUNNING if it neither sleeps nor waits for
anything that the recorder observes; it may still lack a processor or the GIL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from webapp.engine.events import Event, How, Key
from webapp.engine.recording import Recording

MICROSECONDS = 1_000_000


class State(StrEnum):
    """The state of a worker."""

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
    AWAITING = "awaiting"  # a task waits for something else: a future, a socket
    READY = "ready"  # a task can go on, and waits until the others of its thread have had a turn
    LOOP = "loop"  # a thread's event loop has no task that is ready
    # At the same time as one of the others:
    HOLDING = "holding"
    TASK = "task"  # works on a task of a pool


WAITING: Mapping[How, State] = {
    How.ACQUIRE: State.ACQUIRING,
    How.COPIED: State.ACQUIRING,
    How.BARRIER: State.AT_BARRIER,
    How.JOIN: State.JOINING,
    How.PUT: State.PUTTING,
    How.GET: State.GETTING,
    How.SIGNAL: State.SIGNAL,
    How.RESULT: State.RESULT,
    How.AWAIT: State.AWAITING,
    How.TURN: State.READY,
    How.LOOP: State.LOOP,
    How.POLL: State.LOOP,
}
WAITS = frozenset(WAITING.values()) - {State.READY, State.LOOP}

MIXED = "mixed"
"""Stands for different states that are too short to be shown one by one."""


class End(StrEnum):
    """How a lane ends."""

    ENDED = "ended"
    KILLED = "killed"  # a signal ended its process
    CUT = "cut"  # its process ended without waiting for it
    OPEN = "open"  # the recording has no end of it


class Stretch(NamedTuple):
    """A state of a worker from `start` to `end`, at the program's `line`.

    `first` and `last` are the ids of the events that began and ended it (0: none). `note` is a
    barrier's "k of n", or a task's arguments.
    """

    state: State
    start: int
    end: int
    first: int
    last: int
    object: str = ""
    line: int = 0
    note: str = ""


class Lane(NamedTuple):
    """A worker's lane. `number` selects its colour; `depth` is 0 for a process, 1 for its threads,
    and for a task one more than for its thread.

    `stretches` fill the time from `start` to `end` without gaps; `beside` are its holdings and
    tasks. `exit_code` is its process's; None: no other process noticed it. A band (see `bands`) has
    several `members`, and the stretches of all of them.
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
    members: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """All lanes of a run, which lasted until `end`.

    `noise` is how late workers usually woke; shorter differences mean nothing.
    """

    recording: Recording
    lanes: tuple[Lane, ...]
    end: int
    noise: int

    @cached_property
    def index(self) -> dict[Key, int]:
        """The index of each worker's lane, or of its band."""
        return {
            key: at for at, lane in enumerate(self.lanes) for key in (lane.members or (lane.key,))
        }


def stretch_from(
    state: State, event: Event, note: str = "", *, until: Event | None = None
) -> Stretch:
    """Return the stretch that begins with `event` and ends with `until` (None: open)."""
    end, last = (event.time, 0) if until is None else (until.time, until.id)
    return Stretch(state, event.time, end, event.id, last, event.object, event.line, note)
