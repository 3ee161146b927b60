"""The `Runner` for this machine: its launcher is a child of this process.

start, cancel ──commands──> the engine's thread ──> launcher
                                  ^    │
                    FIFOs of runs ┘    └─> LiveRun (events, state) ──────> followers
"""

from __future__ import annotations

import secrets
import sys
import threading
import time
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from webapp.engine.engine_thread import STOPPED, EngineThread
from webapp.engine.events import Event
from webapp.engine.limits import Limits
from webapp.engine.live_run import LiveRun
from webapp.engine.machines import Machine, this_machine
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Changed, Load, State, Unreachable
from webapp.engine.runs import Runs
from webapp.engine.surroundings import Surroundings, bare


class EmbeddedRunner:
    """Runs programs on this machine; see `runner.Runner`. Thread-safe."""

    is_remote = False

    def __init__(
        self,
        limits: Limits | None = None,
        around: Surroundings | None = None,
        machine: Machine | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._around = around or bare()
        self._machine = machine or this_machine()
        self._runs = Runs(self.limits)
        self._engine = EngineThread(self._runs, self.limits, self._around, self._machine)

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Put a run in line and return its id at once. Raises Busy, Unreachable."""
        if not self._machine.meets(program.needs):
            raise Unreachable
        run = LiveRun(
            id=secrets.token_urlsafe(12),
            program=program,
            observe=observe or program.slow_motion or program.directed is not None,
            about=about,
            asked_at=datetime.now(UTC),
            limits=self.limits,
            show=self._around.output,
        )
        self._runs.put(run, visitor)
        self._engine.command(self._engine.fill)
        return run.id

    def follow(
        self, run: str, after: int = 0, *, changed: Changed | None = None
    ) -> Generator[Sequence[Event], None, None]:
        """Yield the events after the id `after` as they come. Raises UnknownRun."""
        found = self._runs.find(run)
        if changed:
            yield from found.look(after, changed)
        else:
            yield from found.follow(after, lambda: self._engine.running)

    def cancel(self, run: str) -> None:
        """End the run, if it is not over. Raises UnknownRun."""
        found = self._runs.find(run)
        self._engine.command(partial(self._engine.stop, found, Outcome.CANCELLED))

    def state(self, run: str) -> State:
        """Return the state of the run. Raises UnknownRun."""
        found = self._runs.find(run)
        place = self._runs.place(run)
        return State(run, found.phase, place, found.about)

    def recording(self, run: str) -> Recording | None:
        """Return the recording of a run that is over, else None. Raises UnknownRun."""
        return self._runs.find(run).recording

    def load(self) -> Load:
        """Return how many runs are running, waiting and ended."""
        waiting = self._runs.waiting
        return Load(self._engine.running, waiting, self.limits.capacity, self._engine.ended)

    def machines(self) -> Sequence[Machine]:
        """Return this machine."""
        return [self._machine]

    def answers(self, within: float) -> bool:
        """Return whether the engine's thread and the launcher answer within so many seconds."""
        answered = threading.Event()
        self._engine.command(lambda: self._engine.link.ask(answered.set))
        return answered.wait(within)

    def drain(self, within: float) -> None:
        """Start no more runs, and end the running ones after so many seconds."""
        self._engine.end_all_at = time.monotonic() + within
        for run in self._runs.drain():
            self._engine.command(partial(self._engine.stop, run, Outcome.LOST, STOPPED))

    @property
    def folder(self) -> Path:
        """The folder of all slots."""
        return self._engine.folder

    @property
    def launcher_pid(self) -> int:
        """The current launcher's process id."""
        return self._engine.link.pid

    def close(self) -> None:
        """End all runs, the launcher and the engine's thread, and wait for them."""
        self._engine.close()


if sys.platform != "linux":
    raise ImportError(
        "the engine needs Linux: subreapers, /proc and signals that can be waited for"
    )
