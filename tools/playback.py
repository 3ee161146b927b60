"""A runner that plays back recordings, and a store with a fixed clock: see `tools.render`."""

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
from webapp.engine.runner import Changed, Load, Phase, State, UnknownRun
from webapp.lessons.topic import Demo
from webapp.store.runs import StoredRun
from webapp.store.store import Store

BEGAN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""When the first run is stored; each later run is stored a second after the one before."""


def recorded(path: Path, engine: EmbeddedRunner, demo: Demo) -> Recording:
    """Return the demo's recording from its file; run the demo first if there is no file."""
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
    """A runner that plays back one recording of each program, whatever its parameters."""

    is_remote = False

    def __init__(self, records: Mapping[Path, Recording]) -> None:
        self._records = records
        self._runs: dict[str, tuple[Program, str]] = {}

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Start a playback; ids are numbered."""
        id = f"run{len(self._runs):013}"
        self._runs[id] = program, about
        return id

    def follow(
        self, run: str, after: int = 0, *, changed: Changed | None = None
    ) -> Generator[Sequence[Event], None, None]:
        """Yield all events at once."""
        if changed:
            changed(True)
        yield [event for event in self.recording(run).events if event.id > after]

    def cancel(self, run: str) -> None:
        """Check the id; the run is over already."""
        self.state(run)

    def state(self, run: str) -> State:
        """Return that the run is over."""
        if run not in self._runs:
            raise UnknownRun(run)
        return State(run, Phase.OVER, about=self._runs[run][1])

    def recording(self, run: str) -> Recording:
        """Return the recording with this run's id. Without CPU time, repeats run one at a time."""
        self.state(run)
        recording = self._records[self._runs[run][0].path]
        return replace(recording, cpu=0.0, receipt=replace(recording.receipt, run=run))

    def load(self) -> Load:
        """Return a fixed load."""
        return Load(2, 3, 128, dict.fromkeys(Outcome, 1))

    def machines(self) -> Sequence[Machine]:
        """Return one machine with all that a demo may need."""
        return [replace(this_machine(), cores=64)]

    def answers(self, within: float) -> bool:
        """Return True."""
        return True

    def drain(self, within: float) -> None:
        """Do nothing: no run goes on."""

    def close(self) -> None:
        """Do nothing: no run goes on."""


class FixedClockStore(Store):
    """A store whose clock goes one second on for each run."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._count = count()

    def save(self, run: StoredRun) -> bool:
        """Store a run with the fixed clock's time."""
        return super().save(replace(run, stored_at=BEGAN + timedelta(seconds=next(self._count))))
