"""The engine's interface: start, follow and cancel runs, and read their state.

Everything above the engine uses `Runner` only. `embedded.EmbeddedRunner` runs programs on this
machine; `webapp.cluster.runner` on many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from webapp.engine.events import Event
from webapp.engine.machines import Machine
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording

HEARTBEAT_SECONDS = 0.5
"""Seconds between two batches for a follower, empty ones included, so that it notices when its
reader has disconnected."""

Changed = Callable[[bool], None]
"""Is called, from any thread, when a followed run has news; with True if they are urgent: the first
line that it prints, and its end. It must not wait."""


ID = re.compile(r"[A-Za-z0-9_-]{16}")
"""A run's id: 96 random bits, so that it cannot be guessed."""


class Busy(Exception):
    """All places are taken, those of running and those of waiting runs."""


class Unreachable(Busy):
    """No machine that meets the program's needs answers at the moment."""


class UnknownRun(KeyError):
    """There is no such run here, or it is forgotten."""


class Interrupted(Exception):
    """Following failed, but the run may still be running: follow again, here or elsewhere."""


class Phase(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    OVER = "over"


class Load(NamedTuple):
    """Numbers of runs: running and waiting now, at most running at once (`capacity`), and ended
    since the start, by outcome."""

    running: int
    waiting: int
    capacity: int
    ended: Mapping[Outcome, int]


class State(NamedTuple):
    """The state of a run. `place` in line counts from 1 (0: not in line); `about` is what `start`
    was given."""

    run: str
    phase: Phase
    place: int = 0
    about: str = ""


class Runner(Protocol):
    """Runs programs, each in a process tree of its own.

    `is_remote` says whether it asks another machine for a run's state, which takes time.
    """

    is_remote: bool

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Put a run in line and return its id at once.

        `visitor` identifies the visitor: waiting visitors take turns. With `observe` off only
        output and the lifetimes of workers are recorded. `about` is returned by `state`. Raises
        Busy, and Unreachable if no machine meets the program's needs.
        """
        ...

    def follow(
        self, run: str, after: int = 0, *, changed: Changed | None = None
    ) -> Generator[Sequence[Event], None, None]:
        """Yield the events after the id `after` as they come, in batches, until the run is over.

        A batch is empty if HEARTBEAT_SECONDS have passed, or the state has changed without an
        event. With `changed`, the generator never waits: it yields an empty batch if there is no
        news, and calls `changed` as soon as there is.

        The caller is a follower until the iterator is closed; a run without followers is cancelled
        after some seconds (`Limits.unfollowed`). There may be any number of followers, any number
        of times. Raises UnknownRun, and Interrupted if the caller has to follow again.
        """
        ...

    def cancel(self, run: str) -> None:
        """End the run, if it is not over. Raises UnknownRun."""
        ...

    def state(self, run: str) -> State:
        """Return the state of the run. Raises UnknownRun."""
        ...

    def recording(self, run: str) -> Recording | None:
        """Return the recording of a run that is over, else None. Raises UnknownRun."""
        ...

    def load(self) -> Load:
        """Return how many runs are running, waiting and ended."""
        ...

    def machines(self) -> Sequence[Machine]:
        """Return the machines that programs can run on now."""
        ...

    def answers(self, within: float) -> bool:
        """Return whether it carries out commands: whether it answers within so many seconds."""
        ...

    def drain(self, within: float) -> None:
        """Start no more runs: start() raises Busy, and runs in line are lost at once.

        Running runs that are not over `within` seconds are ended, as lost. Returns at once.
        """
        ...

    def close(self) -> None:
        """End all runs and the runner's own processes and threads."""
        ...
