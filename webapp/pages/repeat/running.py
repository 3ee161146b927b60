"""Runs one demo many times, through the engine's `Runner`.

    Repetition.follow() ── start ──> runner ── events ──> one follower per run
            ^                                                     │
            └──── summary <── Tally <────── recording ────────────┘

Each run is followed from start to end, since the engine ends a run without a follower. All runs end
when the visitor who requested them has left.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from threading import Event
from typing import Any, Protocol
from weakref import WeakValueDictionary

from webapp.engine import runner
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Busy, Interrupted, Runner, UnknownRun, Unreachable
from webapp.lessons.repeats.summary import Summary
from webapp.lessons.repeats.tally import Tally
from webapp.streaming import SLOW, Signal, Step, Wait

RUNS = 30

TOGETHER = 120
"""Parallel runs of all repetitions together."""

# The first run runs alone and shows how much a run computes. Runs that compute go one after the
# other: in parallel they would take the CPU from each other, and the extra context switches would
# change the result of a race.
#
# Runs that mostly sleep go in parallel. They compute when they start and when they wake, so the
# starts are spaced: on average half of the cores stay idle.
#
# Wall time is not all sleep: on a busy machine a run also waits for the CPU. So CPU time is
# compared with the demo's ideal time.
SLEEPY = 0.2
"""The largest ratio of CPU time to ideal time at which runs go in parallel."""
CORES_USED = 0.5
"""The share of the cores that parallel runs use on average."""

LONGEST = 120.0
"""Seconds after which no more runs are started."""

BUSY_PAUSE = 0.5
"""Seconds until the next attempt if the runner is full."""


class Notices(Protocol):
    """Short-lived messages that several servers share. Both methods raise Unreachable."""

    def set_notice(self, notice: str) -> None:
        """Publish a notice to all servers; it expires after some minutes."""
        ...

    def has_notice(self, notice: str) -> bool:
        """Return whether any server has published this notice."""
        ...


class Repetition:
    """Many runs of one program with the same values, for one visitor.

    `tally` holds the results of the ended runs. `started` counts the runs, `together` is the
    largest number of parallel ones, and `took` the duration in seconds. `stopped` is set if the
    visitor stopped it.
    """

    def __init__(
        self,
        runner: Runner,
        first: str,
        start: Callable[[], str],
        tally: Tally,
        *,
        ideal: float,
        room: Callable[[], int],
        is_to_stop: Callable[[str], bool],
    ) -> None:
        """Begin with a started run, whose id is `first`. `start` starts another, returning its id.

        `ideal` is the ideal time of a run in seconds. `room` returns how many runs may go in
        parallel. `is_to_stop` returns whether another server was asked to stop the repetition of
        this id.
        """
        self.first = first
        self.id = secrets.token_urlsafe(12)
        self.tally = tally
        self.started = self.together = 1
        self.took = 0.0
        self.stopped = False
        self._runner = runner
        self._start = start
        self._ideal = ideal
        self._room = room
        self._is_to_stop = is_to_stop
        self._checked_at = time.monotonic()
        self._at_once = 1
        self._pace = 0.0  # seconds between two starts
        self._due = 0.0  # the earliest monotonic time of the next start
        self._measured = False
        self._until = 0.0
        self._ended = Event()
        self._signal = Signal()
        self._going: dict[str, Generator[Any, None, None]] = {}

    def stop(self) -> None:
        """End all runs, from any thread. The results so far are kept."""
        self.stopped = True
        self._ended.set()
        self._signal.set(True)

    def follow(self) -> Generator[Summary | Wait | Step, None, None]:
        """Yield each run's summary when it ends, and in between what the stream waits for.

        Closing the generator ends all live runs.
        """
        began = time.monotonic()
        self._until = began + LONGEST
        try:
            self._follow(self.first)
            while True:
                self._check_notices()
                yield from self._ended_runs()
                if not self._going and not self._has_more():
                    return
                if self._has_room() and time.monotonic() >= self._due:
                    self._start_next()
                else:
                    yield Wait(self._signal, self._patience())
                    yield SLOW
        finally:
            self._ended.set()
            self._leave_all()
            self.took = time.monotonic() - began

    def _check_notices(self) -> None:
        """Stop if another server was asked to; checked once per heartbeat."""
        if time.monotonic() - self._checked_at >= runner.HEARTBEAT_SECONDS:
            self._checked_at = time.monotonic()
            if self._is_to_stop(self.id):
                self.stop()

    def _has_more(self) -> bool:
        return self.started < RUNS and time.monotonic() < self._until and not self._ended.is_set()

    def _has_room(self) -> bool:
        room = max(1, min(self._at_once, self._room()))
        return self._has_more() and len(self._going) < room

    def _patience(self) -> float:
        """Return the seconds until the next run may start, or the next heartbeat is due."""
        if not self._has_room():
            return runner.HEARTBEAT_SECONDS
        return min(runner.HEARTBEAT_SECONDS, max(0.0, self._due - time.monotonic()))

    def _ended_runs(self) -> Iterator[Summary]:
        """Yield the summaries of the runs that have ended; once it is to end, leave the others."""
        if self._ended.is_set():
            self._leave_all()
        for run, batches in tuple(self._going.items()):
            try:
                next(batches)
                continue
            except StopIteration:
                recording = self._recording(run)
            except (UnknownRun, Interrupted):
                recording = None
            del self._going[run]
            if recording is not None:
                self._measure(recording)
                yield self.tally.add(run, recording)

    def _measure(self, recording: Recording) -> None:
        """Derive from the first run how many may go in parallel, and at which interval."""
        if self._measured or not recording.cpu:
            return
        self._measured = True
        finished = recording.outcome is Outcome.FINISHED
        # A run that had to be ended was blocked, so all of its wall time counts as sleep.
        asleep = min(self._ideal, recording.wall) if finished else recording.wall
        if recording.cpu <= SLEEPY * asleep:
            self._at_once = RUNS
            self._pace = recording.cpu / (CORES_USED * recording.receipt.cores)

    def _start_next(self) -> None:
        try:
            run = self._start()
        except Busy:
            # The runner is full: do not exceed the present number of runs.
            self._at_once = max(1, len(self._going))
            self._due = time.monotonic() + BUSY_PAUSE
            return
        self._follow(run)
        self.started += 1
        self.together = max(self.together, len(self._going))
        self._due = time.monotonic() + self._pace

    def _follow(self, run: str) -> None:
        self._going[run] = self._runner.follow(run, changed=self._signal.set)

    def _recording(self, run: str) -> Recording | None:
        """Return the record of a run that is over; None if the runner has dropped it."""
        with suppress(UnknownRun):
            return self._runner.recording(run)
        return None

    def _leave_all(self) -> None:
        """End all runs, and follow them no longer."""
        while self._going:
            run, batches = self._going.popitem()
            batches.close()
            with suppress(UnknownRun, Unreachable):
                self._runner.cancel(run)


class Repetitions:
    """All live repetitions. Each is dropped with the answer that streams it.

    With `notices`, any server can stop a repetition of any other.
    """

    def __init__(self, notices: Notices | None = None) -> None:
        self._going: WeakValueDictionary[str, Repetition] = WeakValueDictionary()
        self._notices = notices

    def begin(
        self, runner: Runner, first: str, start: Callable[[], str], tally: Tally, *, ideal: float
    ) -> Repetition:
        """Return a new repetition; see `Repetition`."""
        repetition = Repetition(
            runner, first, start, tally, ideal=ideal, room=self._room, is_to_stop=self._is_to_stop
        )
        self._going[repetition.id] = repetition
        return repetition

    def stop(self, id: str) -> None:
        """Stop a repetition on this or another server. Raises KeyError and Unreachable."""
        if repetition := self._going.get(id):
            repetition.stop()
        elif self._notices:
            self._notices.set_notice(_stop(id))
        else:
            raise KeyError(id)

    def _is_to_stop(self, id: str) -> bool:
        with suppress(Unreachable):
            return self._notices is not None and self._notices.has_notice(_stop(id))
        return False

    def _room(self) -> int:
        """Return how many parallel runs each repetition may have: an equal share of TOGETHER."""
        return TOGETHER // len(self._going)


def _stop(id: str) -> str:
    return f"stop {id}"
