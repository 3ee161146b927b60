"""Runs one demo many times, through the engine's `Runner`.

    Repetition.follow() ── start ──> runner ── events ──> one follower per run
            ^                                                     │
            └──── summary <── Tally <────── recording ────────────┘

Each run is followed from start to end, since the engine ends a run without a follower. A visitor
who has left may return: the repetition then goes on from where it was.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from webapp.engine import runner
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Busy, Interrupted, Runner, UnknownRun, Unreachable
from webapp.lessons.repeats.summary import Summary
from webapp.lessons.repeats.tally import Tally
from webapp.streaming import SLOW, Signal, Step, Wait

if TYPE_CHECKING:
    from webapp.pages.site.site import Run

RUNS = 30

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


LOOK = 0.05
"""Seconds between two looks whether the page before a reload has left its runs."""


class Repetition:
    """Many runs of one program with the same values, for one visitor.

    `run` is the first of them, and `tally` holds the results of the ended ones. `started` counts
    the runs, `together` is the largest number of parallel ones, and `took` the duration in seconds.
    `stopped` is set if the visitor stopped it. `stored` are the ids of the runs that were stored
    once it `is_over`.
    """

    def __init__(
        self,
        runner: Runner,
        run: Run,
        start: Callable[[], str],
        tally: Tally,
        *,
        ideal: float,
        room: Callable[[], int],
        is_to_stop: Callable[[str], bool],
    ) -> None:
        """Begin with a started run. `start` starts another, returning its id.

        `ideal` is the ideal time of a run in seconds. `room` returns how many runs may go in
        parallel. `is_to_stop` returns whether another server was asked to stop the repetition of
        this id.
        """
        self.run = run
        self.id = secrets.token_urlsafe(12)
        self.tally = tally
        self.started = self.together = 1
        self.took = 0.0
        self.stopped = self.is_over = False
        self.stored: frozenset[str] | None = None
        self.left_at = time.monotonic()
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
        self._left = {run.id}  # live runs that nobody follows
        self._turn = 0
        self._followed = Lock()

    @property
    def is_followed(self) -> bool:
        """Whether a page follows it."""
        return self._followed.locked()

    def stop(self) -> None:
        """End all runs, from any thread. The results so far are kept."""
        self.stopped = True
        self._ended.set()
        self._signal.set(True)

    def follow(self) -> Generator[Summary | Wait | Step, None, None]:
        """Yield each run's summary when it ends, and in between what the stream waits for.

        Closing the generator leaves the live runs. Another call takes them up again; if the
        generator before it is still open, that one ends.
        """
        self._turn = turn = self._turn + 1
        self._signal.set(True)
        while not self._followed.acquire(blocking=False):
            yield Wait(Signal(), LOOK)
        began = time.monotonic()
        self._until = began + LONGEST - self.took
        try:
            self._take_up()
            yield from self._go_on(turn)
        finally:
            self._leave()
            self.left_at = time.monotonic()
            self.took += self.left_at - began
            self._followed.release()

    def _go_on(self, turn: int) -> Generator[Summary | Wait | Step, None, None]:
        while turn == self._turn:
            self._check_notices()
            yield from self._ended_runs()
            if not self._going and not self._has_more():
                self.is_over = True
                return
            if self._has_room() and time.monotonic() >= self._due:
                self._start_next()
            else:
                yield Wait(self._signal, self._patience())
                yield SLOW

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
            self._cancel_all()
        for run, batches in tuple(self._going.items()):
            try:
                next(batches)
                continue
            except StopIteration:
                recording = self._recording(run)
            except (UnknownRun, Interrupted):
                recording = None
            del self._going[run]
            if run in self._left and (not recording or recording.outcome is Outcome.CANCELLED):
                self.started -= 1  # nobody followed it for too long: another takes its place
            elif recording is not None:
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

    def _take_up(self) -> None:
        """Follow the live runs."""
        for run in self._left:
            self._follow(run)

    def _leave(self) -> None:
        """Follow no run any longer; the engine ends them unless another follower comes soon."""
        self._left = set(self._going)
        for batches in self._going.values():
            batches.close()
        self._going.clear()

    def _cancel_all(self) -> None:
        """End all runs, and follow them no longer."""
        while self._going:
            run, batches = self._going.popitem()
            batches.close()
            with suppress(UnknownRun, Unreachable):
                self._runner.cancel(run)
