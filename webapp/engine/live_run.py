"""A run in memory: its events within the limits, its followers, and in the end its recording.

Only the engine's thread writes it. It and the followers hold `changed` while they use it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from webapp.engine import runner
from webapp.engine.events import Event, Kind
from webapp.engine.limits import Limits
from webapp.engine.line_limit import LineLimit
from webapp.engine.machines import Machine
from webapp.engine.program import Program
from webapp.engine.raw_bytes import Readable, encoded
from webapp.engine.recording import Outcome, Recording, Wait
from webapp.engine.reports import Reports
from webapp.engine.run_record import record_of
from webapp.engine.runner import Changed, Phase
from webapp.engine.schedules import Direction
from webapp.engine.told import ESSENTIAL, FULL
from webapp.engine.verdict import judge_halt
from webapp.engine.waits import Held
from webapp.engine.wire import Over

if TYPE_CHECKING:
    from webapp.engine.slots import Slot

ESSENTIAL_SHARE = 1.5
"""ESSENTIAL events are kept up to this multiple of the limit of events."""

GATHER, SHORTEST_GATHER, LONGEST_GATHER = 0.01, 0.016, 0.2
"""Seconds that a follower waits after a batch, to get the next events as one batch: per running
run, at least, and at most. A worker of a cluster sends each batch through Redis, which costs more
than the events in it. The first line and the end end the wait."""

BACKSTOP = 5.0
"""Seconds beyond deadline and grace after which a run is killed: ending it takes some time."""

BYTES_PER_EVENT = 256
"""Approximate memory of an event, in bytes: printed text counts as that many more events."""


@dataclass
class LiveRun:
    """A run from its start request until it is forgotten. `show` is Surroundings.output."""

    id: str
    program: Program
    observe: bool
    about: str
    asked_at: datetime
    limits: Limits
    show: Callable[[str, str], int] | None
    number: int = 0  # in the order of start requests
    unfollowed_since: float | None = field(default_factory=time.monotonic)
    phase: Phase = Phase.QUEUED
    events: list[Event] = field(default_factory=list)
    dropped: int = 0
    cut: bool = False
    printed: int = 0  # bytes
    line_limit: LineLimit = field(default_factory=LineLimit)
    followers: int = 0
    listeners: list[Changed] = field(default_factory=list)
    recording: Recording | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    spoken: threading.Event = field(default_factory=threading.Event)  # has printed, or is over
    ended: threading.Event = field(default_factory=threading.Event)
    # Used only by the engine's thread:
    reports: Reports = field(default_factory=Reports)
    readable: Readable = field(default_factory=Readable)
    slot: Slot | None = None
    stopped_as: Outcome | None = None
    detail: str = ""  # why it was stopped
    cycle: tuple[Wait, ...] = ()
    other_ends: Held = ()
    begun_at: float = 0.0
    last_event_at: float = 0.0
    examined: int = -1
    patience: float = 0.0

    @property
    def weight(self) -> int:
        """How much memory it takes, in events."""
        return len(self.events) + self.printed // BYTES_PER_EVENT

    @property
    def schedule(self) -> str | None:
        """The schedule that it runs by; None if it has none."""
        directed = self.program.directed
        return directed.schedule if isinstance(directed, Direction) else None

    # --- called from any thread ---

    def look(self, after: int, changed: Changed) -> Generator[Sequence[Event], None, None]:
        """Yield the new events after the id `after`, without waiting, until the run is over."""
        with self._followed(changed):
            while True:
                with self.changed:
                    batch = self.events[after:]
                    over = self.phase is Phase.OVER
                after += len(batch)
                if over:
                    changed(True)  # it is to be asked again at once
                yield batch
                if over:
                    return

    def follow(
        self, after: int, how_many_run: Callable[[], int]
    ) -> Generator[Sequence[Event], None, None]:
        """Yield the events after the id `after` as they come, until the run is over."""
        printed = False
        with self._followed():
            while True:
                with self.changed:
                    if len(self.events) <= after and self.phase is not Phase.OVER:
                        self.changed.wait(runner.HEARTBEAT_SECONDS)
                    batch = self.events[after:]
                    over = self.phase is Phase.OVER
                if batch or not over:
                    yield batch
                after += len(batch)
                if over:
                    return
                if batch:
                    printed = printed or any(event.kind is Kind.PRINTED for event in batch)
                    gather = max(SHORTEST_GATHER, GATHER * how_many_run())
                    urgent = self.ended if printed else self.spoken
                    urgent.wait(min(LONGEST_GATHER, gather))

    @contextmanager
    def _followed(self, changed: Changed | None = None) -> Iterator[None]:
        """Count a follower within a `with` block, and call its `changed` at news."""
        with self.changed:
            self.followers += 1
            self.unfollowed_since = None
            if changed:
                self.listeners.append(changed)
        try:
            yield
        finally:
            with self.changed:
                if changed:
                    self.listeners.remove(changed)
                self.followers -= 1
                if not self.followers:
                    self.unfollowed_since = time.monotonic()

    # --- called from the engine's thread ---

    def begin(self) -> None:
        """Note that its request has been sent."""
        self.begun_at = self.last_event_at = time.monotonic()
        with self.changed:
            self.phase = Phase.RUNNING
            self._tell()

    def keep(self, events: list[Event], begun: int = 0, unsent: int = 0) -> bool:
        """Keep events up to the limit, and ESSENTIAL ones beyond it; wake the followers.

        Returns whether the run has printed too much and must be stopped. `begun` is the number of
        bytes of incomplete events, which count as printed; `unsent` that of events that the run
        has not even reported (see `told`).
        """
        self.dropped += unsent
        if events:
            self.last_event_at = time.monotonic()
            had_printed = self.printed > 0
            events = self._within_output(events)
            if self.program.slow_motion:
                events = self.line_limit.within(events, len(self.events) + 1)
            if self.show is not None:
                printed = (event for event in events if event.kind is Kind.PRINTED)
                for stream, own in groupby(printed, lambda event: event.object):
                    if error := self.show(stream, "".join(event.text for event in own)):
                        self._lose(stream, error)
            events = list(map(self.readable.mend, events))
            with self.changed:
                if len(self.events) + len(events) <= self.limits.events:
                    self.events += events
                else:
                    self._keep_essentials(events)
                self._tell(urgent=self.printed > 0 and not had_printed)
        return self._is_too_much(begun)

    def take_halt(self, events: Sequence[Event]) -> tuple[Outcome, str] | None:
        """Return how it ends, and the detail, if its scheduler has halted it."""
        if self.program.directed is None:
            return None
        for event in events:
            if event.kind is Kind.HALTED:
                outcome, detail, self.cycle = judge_halt(self.events, event)
                return outcome, detail
        return None

    def is_abandoned(self, now: float) -> bool:
        """Return whether it has had no follower for too long. `now`: time.monotonic()."""
        since, limit = self.unfollowed_since, self.limits.unfollowed
        return limit is not None and since is not None and now - since > limit

    def is_beyond_deadline(self, now: float) -> bool:
        """Return whether its supervisor has failed to end it at its deadline.

        After True, the time until the deadline starts again.
        """
        limits = self.limits
        if self.phase is not Phase.RUNNING or limits.soft_deadline is None:
            return False
        if now - self.begun_at <= limits.soft_deadline + limits.grace + BACKSTOP:
            return False
        self.begun_at = now
        return True

    def is_to_examine(self, now: float) -> bool:
        """Return whether it has had no event for long enough to look for a deadlock.

        Each look doubles the time until the next one: a deadlock may become certain only later,
        when all workers sleep.
        """
        silent = now - self.last_event_at
        if len(self.events) != self.examined:
            self.examined, self.patience = len(self.events), self.limits.quiet
        if silent <= self.patience or self.stopped_as is not None or self.dropped:
            return False
        self.patience = 2 * silent
        return True

    def end(self, outcome: Outcome, detail: str, machine: Machine, over: Over | None) -> None:
        """Make its recording. `over` is its supervisor's report; None if it was killed."""
        recording = record_of(self, outcome, detail, machine, over)
        with self.changed:
            self.recording = recording
            self.phase = Phase.OVER
            self._tell(urgent=True)
        self.ended.set()

    def _tell(self, *, urgent: bool = False) -> None:
        """Wake the followers. The caller holds `changed`."""
        self.changed.notify_all()
        if urgent:
            self.spoken.set()
        for listener in self.listeners:
            listener(urgent)

    def _within_output(self, events: list[Event]) -> list[Event]:
        """Count printed bytes; return the events up to the one that exceeds the limit."""
        for place, event in enumerate(events):
            if event.kind is Kind.PRINTED:
                self.printed += len(encoded(event.text))
                if self._is_too_much():
                    self.dropped += len(events) - place
                    self.cut = True
                    return events[:place]
        return events

    def _is_too_much(self, begun: int = 0) -> bool:
        """Return whether the output exceeds the limit; once it does, it always does."""
        limit = self.limits.output
        if limit is None or self.printed + begun <= limit:
            return False
        self.printed = max(self.printed, limit + 1)
        return True

    def _lose(self, stream: str, error: int) -> None:
        if self.slot:
            self.slot.lose(stream, error)

    def _keep_essentials(self, events: list[Event]) -> None:
        if self.slot:
            self.slot.tell(FULL)
        for event in events:
            essential = event.kind in ESSENTIAL
            limit = self.limits.events * (ESSENTIAL_SHARE if essential else 1)
            if len(self.events) < limit:
                self.events.append(event._replace(id=len(self.events) + 1))
            else:
                self.dropped += 1
                self.cut = self.cut or essential
