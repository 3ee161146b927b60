"""Scripted runners, and requests to the small topic of the tests."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask

from webapp.app import create_app
from webapp.engine.events import Event, Kind
from webapp.engine.machines import Machine, this_machine
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Receipt, Recording
from webapp.engine.runner import Busy, Changed, Load, Phase, Runner, State, UnknownRun
from webapp.lessons.topic import Topic
from webapp.pages.rate import COUNTER
from webapp.store.store import Store

COURSE = Path(__file__).parent / "course"
HELLO = "/en/threads/greeting/say-hello"
GOOD = {"times": "3", "pause": "0.5", "tone": "warm"}
STREAMED = {"HX-Request": "true", "Accept": "text/html, text/event-stream"}


def printed(id: int, text: str, *, stream: str = "stdout", line: int = 7) -> Event:
    """Return an event that prints `text`."""
    return Event(id, id * 1000, 42, 42, "MainThread", Kind.PRINTED, stream, text, line)


@dataclass
class ScriptedRunner:
    """Runs nothing: every run has the events of `batches`. It notes its requests."""

    batches: Sequence[Sequence[Event]] = ((printed(1, "hello\n"),), (), (printed(2, "hello\n"),))
    outcome: Outcome = Outcome.FINISHED
    detail: str = ""
    dropped: int = 0
    swept: int = 0
    held_up: float = 0.0
    busy: bool = False
    silent: bool = False
    is_remote: bool = False
    machine: Machine = this_machine()  # noqa: RUF009
    in_line: list[int] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    visitors: list[str] = field(default_factory=list)
    observed: list[bool] = field(default_factory=list)
    abouts: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    followers: list[Generator[Sequence[Event], None, None]] = field(default_factory=list)
    following: int = 0

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        if self.busy:
            raise Busy
        self.programs.append(program)
        self.visitors.append(visitor)
        self.observed.append(observe)
        self.abouts.append(about)
        return f"run{len(self.programs)}"

    def follow(
        self, run: str, after: int = 0, *, changed: Changed | None = None
    ) -> Generator[Sequence[Event], None, None]:
        # Kept, so that a follower ends by close(), not by garbage collection.
        self.followers.append(self._follow(after, changed))
        return self.followers[-1]

    def _follow(
        self, after: int, changed: Changed | None
    ) -> Generator[Sequence[Event], None, None]:
        self.following += 1
        try:
            for batch in self.batches:
                if changed:
                    changed(True)
                yield [event for event in batch if event.id > after]
        finally:
            self.following -= 1

    def cancel(self, run: str) -> None:
        self.cancelled.append(run)

    def state(self, run: str) -> State:
        self._check(run)
        if self.in_line:
            return State(run, Phase.QUEUED, self.in_line.pop(0), self._about(run))
        return State(run, Phase.RUNNING, about=self._about(run))

    def _check(self, run: str) -> None:
        if run not in {f"run{n + 1}" for n in range(len(self.programs))}:
            raise UnknownRun(run)

    def recording(self, run: str) -> Recording | None:
        self._check(run)
        events = tuple(event for batch in self.batches for event in batch)
        return Recording(
            events=events,
            outcome=self.outcome,
            detail=self.detail,
            wall=0.214,
            cpu=0.012,
            dropped=self.dropped,
            exit_code=0,
            swept=self.swept,
            receipt=Receipt(
                run, "2026-01-01", 42, "3.x", "CPython", "any", 2, (), self._sha256(run), True
            ),
            held_up=self.held_up,
        )

    def _about(self, run: str) -> str:
        """Return the `about` of a run."""
        return self.abouts[int(run.removeprefix("run")) - 1]

    def _sha256(self, run: str) -> str:
        """Return the hash of a run's program."""
        return self.programs[int(run.removeprefix("run")) - 1].sha256

    def machines(self) -> Sequence[Machine]:
        return [self.machine]

    def load(self) -> Load:
        return Load(2, 3, 128, {Outcome.FINISHED: len(self.programs)})

    def drain(self, within: float) -> None:
        self.busy = True

    def answers(self, within: float) -> bool:
        return not self.silent

    def close(self) -> None:
        pass


@dataclass
class NamedRunner(ScriptedRunner):
    """Its runs have ids like the engine's, and are over by default."""

    phase: Phase = Phase.OVER

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        own = super().start(program, visitor=visitor, observe=observe, about=about)
        return own.rjust(16, "-")

    def state(self, run: str) -> State:
        return super().state(run.lstrip("-"))._replace(phase=self.phase)

    def recording(self, run: str) -> Recording:
        recording = super().recording(run.lstrip("-"))
        assert recording is not None
        return replace(recording, receipt=replace(recording.receipt, run=run))


class Delegate:
    """Delegates to a runner or a store that each test replaces, while the site stays."""

    def __init__(self) -> None:
        self.own: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)


class SharedSite:
    """A site that is made once, for tests with a runner and a store of their own."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._runner, self._store = Delegate(), Delegate()
        runner: Any = self._runner
        store: Any = self._store
        self._app = create_app(runner, topics, store, TESTING=True)

    def lent(self, runner: Runner, store: Store) -> Flask:
        """Return the site in the state of a new one, with this runner and this store."""
        self._runner.own, self._store.own = runner, store
        self._app.extensions[COUNTER].storage.reset()
        return self._app
