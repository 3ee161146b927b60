"""Runs one demo many times, through the engine's `Runner` alone.

    Repetition.follow() ── start ──> runner ── events ──> a thread that follows, for each run
            ^                                                        │
            └──── summary <── Tally <────── recording ───────────────┘

Somebody follows each run from its start to its end, for the engine ends one that nobody follows;
and all of them end when the visitor who asked for them has left.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from threading import Event
from typing import Protocol
from weakref import WeakValueDictionary

from webapp.engine import runner
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Busy, Interrupted, Runner, UnknownRun, Unreachable
from webapp.lessons.repeats.summary import Summary
from webapp.lessons.repeats.tally import Tally

RUNS = 30

TOGETHER = 120
"""Runs at the same time, of all repetitions together: each of them holds a thread."""

# The first run is alone, and tells what one takes. Runs that compute would take the processor from
# each other if they went together: switched between more often than alone, a race would go as the
# crowd has it, not as the program does. They go one after the other.
#
# Runs that mostly sleep hardly meet. What they compute they do at their beginning, and again when
# they wake, so they are not started in one burst, but each a little after the one before: as much
# as leaves half of the cores idle on average. Thus each begins, and wakes, in a quiet moment.
#
# Time that passes is not yet sleep: on a busy machine a run waits for the processor. So what it
# should take, by the demo's own reckoning, is what its computing is measured by.
SLEEPY = 0.2
"""The share of its time that a run computes, at most, if it may go with others."""
CORES_USED = 0.5
"""The share of the cores that runs may take together."""

LONGEST = 120.0
"""Seconds after which no further run is started."""

BUSY_PAUSE = 0.5
"""Seconds until the next attempt, where the runner had no room."""


class Notices(Protocol):
    """What servers tell each other where there are several; both raise Unreachable."""

    def put_up(self, notice: str) -> None:
        """Tell all servers something, for some minutes."""
        ...

    def has(self, notice: str) -> bool:
        """Whether any server has said so."""
        ...


class Repetition:
    """Many runs of one program with the same values, for one visitor.

    `tally` holds what came of those that are over, `started` counts those that were begun,
    `together` is how many went on at once at most, and `took` how many seconds it all took. It was
    `stopped` if somebody asked for that.
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
        """Go on from the `first` run, by its id: `start` starts another one and gives its id.

        `ideal` is how many seconds a run should take, and `room` says how many may go on at once.
        `is_to_stop` says of the repetition's id whether somebody has asked another server for that.
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
        self._asked_at = time.monotonic()
        self._at_once = 1
        self._pace = 0.0  # seconds from one start to the next
        self._due = 0.0  # when the next may start
        self._learnt = False
        self._until = 0.0
        self._ended = Event()
        self._going: dict[Future[Recording | None], str] = {}

    def stop(self) -> None:
        """End it, from any thread: what came until now is kept."""
        self.stopped = True
        self._end()

    def follow(self) -> Generator[Summary | None, None, None]:
        """Give each run's summary when it is over, and None now and then while none is.

        Closing it ends all runs that are going on.
        """
        began = time.monotonic()
        self._until = began + LONGEST
        with ThreadPoolExecutor(RUNS, "repetition") as pool:
            try:
                self._going[pool.submit(self._follow, self.first)] = self.first
                while self._going or self._has_more():
                    self._heed_others()
                    yield from self._over()
                    if self._has_room() and time.monotonic() >= self._due:
                        self._start_next(pool)
            finally:
                self._end()
                self.took = time.monotonic() - began

    def _heed_others(self) -> None:
        """Now and then, look whether it was stopped by way of another server."""
        if time.monotonic() - self._asked_at >= runner.HEARTBEAT:
            self._asked_at = time.monotonic()
            if self._is_to_stop(self.id):
                self.stop()

    def _has_more(self) -> bool:
        return self.started < RUNS and time.monotonic() < self._until and not self._ended.is_set()

    def _has_room(self) -> bool:
        room = max(1, min(self._at_once, self._room()))
        return self._has_more() and len(self._going) < room

    def _over(self) -> Iterator[Summary | None]:
        """Wait until some runs are over, but no longer than another one may start."""
        pause = runner.HEARTBEAT
        if self._has_room():
            pause = min(pause, max(0.0, self._due - time.monotonic()))
        if not self._going:
            self._ended.wait(pause)
        over, _ = wait(self._going, pause, FIRST_COMPLETED)
        if not over:
            yield None
        for future in over:
            run, recording = self._going.pop(future), future.result()
            if recording is not None:
                self._learn(recording)
                yield self.tally.add(run, recording)

    def _learn(self, recording: Recording) -> None:
        """Tell from the first run how many may go on at once, and how soon after each other."""
        if self._learnt or not recording.cpu:
            return
        self._learnt = True
        finished = recording.outcome is Outcome.FINISHED
        # What had to be ended has waited, for what never came.
        asleep = min(self._ideal, recording.wall) if finished else recording.wall
        if recording.cpu <= SLEEPY * asleep:
            self._at_once = RUNS
            self._pace = recording.cpu / (CORES_USED * recording.receipt.cores)

    def _start_next(self, pool: ThreadPoolExecutor) -> None:
        try:
            run = self._start()
        except Busy:
            # With fewer, then: with those that are going on now.
            self._at_once = max(1, len(self._going))
            self._due = time.monotonic() + BUSY_PAUSE
            return
        self._going[pool.submit(self._follow, run)] = run
        self.started += 1
        self.together = max(self.together, len(self._going))
        self._due = time.monotonic() + self._pace

    def _follow(self, run: str) -> Recording | None:
        """Follow a run to its end and give its record; None if it was ended with all the others."""
        try:
            with closing(self._runner.follow(run)) as batches:
                for _ in batches:
                    if self._ended.is_set():
                        self._runner.cancel(run)  # it may have begun after all others were ended
                        return None
            recording = self._runner.recording(run)
        except (UnknownRun, Interrupted):
            return None  # it was over and forgotten for others, or is out of reach
        if recording and recording.outcome is Outcome.CANCELLED and self._ended.is_set():
            return None
        return recording

    def _end(self) -> None:
        self._ended.set()
        for run in tuple(self._going.values()):
            with suppress(UnknownRun):
                self._runner.cancel(run)


class Repetitions:
    """Those that are going on; each is forgotten with the answer that it belongs to.

    With `notices`, those of all servers may be stopped by way of any.
    """

    def __init__(self, notices: Notices | None = None) -> None:
        self._going: WeakValueDictionary[str, Repetition] = WeakValueDictionary()
        self._notices = notices

    def begin(
        self, runner: Runner, first: str, start: Callable[[], str], tally: Tally, *, ideal: float
    ) -> Repetition:
        """Begin a repetition; see there."""
        repetition = Repetition(
            runner, first, start, tally, ideal=ideal, room=self._room, is_to_stop=self._is_to_stop
        )
        self._going[repetition.id] = repetition
        return repetition

    def stop(self, id: str) -> None:
        """Stop the repetition of that id, wherever it is. Raises KeyError and Unreachable."""
        if repetition := self._going.get(id):
            repetition.stop()
        elif self._notices:
            self._notices.put_up(_stop(id))
        else:
            raise KeyError(id)

    def _is_to_stop(self, id: str) -> bool:
        with suppress(Unreachable):
            return self._notices is not None and self._notices.has(_stop(id))
        return False

    def _room(self) -> int:
        """How many runs each may have at once, if all have as many."""
        return TOGETHER // len(self._going)


def _stop(id: str) -> str:
    return f"stop {id}"
