"""The seam between the engine and everything above it: start, follow, cancel, state.

Whoever shows runs knows `Runner` only. `embedded.EmbeddedRunner` is the one that needs nothing but
Python: its launcher is a child of the web process. `webapp.cluster` has the one for many machines.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from webapp.engine.events import Event
from webapp.engine.machines import Machine
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording

HEARTBEAT = 0.5
"""Seconds: a follower of a run that says nothing is woken this often, so that it can notice that
its own reader has left."""


ID = re.compile(r"[A-Za-z0-9_-]{16}")
"""What a run's id looks like: 96 bits, by chance, so that nobody guesses one."""


class Busy(Exception):
    """As many runs as the machine takes are going on, and as many as it keeps are in line."""


class Unreachable(Busy):
    """No machine that can run the program answers at the moment."""


class UnknownRun(KeyError):
    """There is no such run here, or it is forgotten."""


class Interrupted(Exception):
    """The run cannot be followed from here any more, but may go on: ask again, or elsewhere."""


class Phase(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Load:
    """How much goes on: runs that are running and waiting now, how many may run at once, and how
    many have `ended` since the start, by outcome."""

    running: int
    waiting: int
    capacity: int
    ended: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True)
class State:
    """A run as it stands now. `place` in line counts from 1 (0: not in line); `about` is what was
    said of it when it was started."""

    run: str
    phase: Phase
    place: int = 0
    about: str = ""


class Runner(Protocol):
    """Runs programs, each in a process tree of its own."""

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Put a run in line and return its id at once.

        `visitor` is whom it is for: waiting visitors take turns, however much each of them asks
        for. With `observe` off only what is printed and who lived is recorded. `about` is kept with
        the run for whoever asks for its state. Raises Busy, and Unreachable where no machine has
        what the program needs.
        """
        ...

    def follow(self, run: str, after: int = 0) -> Generator[Sequence[Event], None, None]:
        """Give the events after the id `after` as they come, in batches, until the run is over.

        A batch is empty when a heartbeat has passed or the state has changed without an event. The
        run counts as followed until the iterator is closed; a run that nobody has followed for some
        seconds is cancelled. Any number may follow, and begin again. Raises UnknownRun, and
        Interrupted where somebody has to begin again.
        """
        ...

    def cancel(self, run: str) -> None:
        """End the run, if it is not over. Raises UnknownRun."""
        ...

    def state(self, run: str) -> State:
        """Where the run stands. Raises UnknownRun."""
        ...

    def recording(self, run: str) -> Recording | None:
        """The whole record of a run that is over, else None. Raises UnknownRun."""
        ...

    def load(self) -> Load:
        """How much goes on."""
        ...

    def machines(self) -> Sequence[Machine]:
        """The machines that programs can run on now."""
        ...

    def answers(self, within: float) -> bool:
        """Whether it takes orders: it has answered within so many seconds."""
        ...

    def drain(self, within: float) -> None:
        """Start no run any more: start() raises Busy, and those in line are lost at once.

        Those that go on may do so for that many seconds; then they are ended, as lost. Returns at
        once.
        """
        ...

    def close(self) -> None:
        """End all runs and what belongs to them."""
        ...
