"""Runs that are played back: what stands for the engine and the clock where pages are compared."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event
from webapp.engine.machines import Machine, this_machine
from webapp.engine.packing import pack, unpack
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Load, Phase, State, UnknownRun
from webapp.lessons.topic import Demo
from webapp.store.runs import StoredRun
from webapp.store.store import Store

BEGAN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""When the first run was stored; each next one a second later."""


def recorded(path: Path, engine: EmbeddedRunner, demo: Demo) -> Recording:
    """Give the demo's run, from its file if that is there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        run = engine.start(demo.program(demo.defaults))
        for _ in engine.follow(run):
            pass
        recording = engine.recording(run)
        if recording is None:
            raise RuntimeError(f"{path.name}: the run has no record")
        path.write_bytes(pack(recording))
    return unpack(path.read_bytes())


class Playback:
    """A runner that plays one run of each program, whatever its parameters."""

    def __init__(self, records: Mapping[Path, Recording]) -> None:
        self._records = records
        self._runs: dict[str, tuple[Program, str]] = {}

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Begin to play it; ids are counted."""
        id = f"run{len(self._runs):013}"
        self._runs[id] = program, about
        return id

    def follow(self, run: str, after: int = 0) -> Generator[Sequence[Event], None, None]:
        """Give all events at once."""
        yield [event for event in self.recording(run).events if event.id > after]

    def cancel(self, run: str) -> None:
        """Nothing goes on."""
        self.state(run)

    def state(self, run: str) -> State:
        """It is over."""
        if run not in self._runs:
            raise UnknownRun(run)
        return State(run, Phase.OVER, about=self._runs[run][1])

    def recording(self, run: str) -> Recording:
        """The record, as this run's own. Without processor time many runs go one at a time."""
        self.state(run)
        recording = self._records[self._runs[run][0].path]
        return replace(recording, cpu=0.0, receipt=replace(recording.receipt, run=run))

    def load(self) -> Load:
        """A load that stays."""
        return Load(2, 3, 128, dict.fromkeys(Outcome, 1))

    def machines(self) -> Sequence[Machine]:
        """One that has whatever a demo needs."""
        return [replace(this_machine(), cores=64)]

    def answers(self, within: float) -> bool:
        """Always."""
        return True

    def drain(self, within: float) -> None:
        """Nothing goes on."""

    def close(self) -> None:
        """Nothing goes on."""


class SteadyStore(Store):
    """A store whose clock counts runs."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._count = count()

    def save(self, run: StoredRun) -> bool:
        """Store a run."""
        return super().save(replace(run, stored_at=BEGAN + timedelta(seconds=next(self._count))))
