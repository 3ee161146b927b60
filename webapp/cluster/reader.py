"""Reads the streams of all runs that a server follows, in one thread with one connection.

    Redis ──one XREAD for all streams──> the reader's thread ──entries──> followers

With a connection per follower, hundreds of followers would each wake twice a second for nothing.
The thread also marks the runs as followed, and ends runs whose worker is gone.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from redis.exceptions import RedisError

from webapp.cluster import keys
from webapp.cluster.connection import GONE
from webapp.cluster.endings import unfinished
from webapp.cluster.records import Glance, Job, StreamEntry
from webapp.cluster.registry import Registry
from webapp.cluster.scripts import OverAlready, Vanished
from webapp.engine.events import Kind
from webapp.engine.recording import Outcome
from webapp.engine.runner import Changed, Interrupted, Phase

log = logging.getLogger(__name__)

LOOK = 0.5
"""The most seconds between two polls of all runs."""

GATHER, LONGEST_GATHER = 0.0005, 0.1
"""Seconds between two reads, to get more entries at a time: per stream, and at most."""

RETRY = 0.2
"""Seconds between two attempts to reach Redis."""

PATIENCE = 10.0
"""Seconds without Redis after which followers are interrupted."""

SILENT, BACK = 0.5, 4.0
"""Seconds without its worker's announcement after which a run is lost: usually, and shortly after
Redis was gone, when workers have to reconnect first."""


@dataclass
class Tail:
    """The entries that were read for one follower, and whether it is interrupted.

    `told` is called when there is something new.
    """

    run: str
    job: Job
    told: Changed | None = None
    entries: list[StreamEntry] = field(default_factory=list)
    interrupted: bool = False
    has_printed: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, seconds: float) -> Sequence[StreamEntry]:
        """Return the new entries, after so many seconds at most. Raises Interrupted."""
        with self.changed:
            if not self.entries and not self.interrupted:
                self.changed.wait(seconds)
            if self.interrupted:
                raise Interrupted
            came, self.entries = self.entries, []
        return came

    def give(self, entries: Sequence[StreamEntry]) -> None:
        """Add new entries."""
        with self.changed:
            self.entries += entries
            self.changed.notify()
        if self.told:
            self.told(self._are_urgent(entries))

    def _are_urgent(self, entries: Sequence[StreamEntry]) -> bool:
        """Return whether the run's first line, or its end, is among them."""
        if not self.has_printed:
            events = (event for entry in entries for event in entry.events)
            self.has_printed = any(event.kind is Kind.PRINTED for event in events)
            if self.has_printed:
                return True
        return any(entry.ending for entry in entries)

    def interrupt(self) -> None:
        """Let `wait` raise Interrupted."""
        with self.changed:
            self.interrupted = True
            self.changed.notify()
        if self.told:
            self.told(True)


@dataclass
class _Stream:
    """A run's stream, its followers, and the last entry read (`cursor`).

    `missing_since` is when the run was first seen without a worker (time.monotonic()).
    """

    job: Job
    cursor: tuple[int, int]
    tails: list[Tail] = field(default_factory=list)
    worker: str = ""
    missing_since: float | None = None


class Reader:
    """Reads for all followers of a server. Thread-safe."""

    def __init__(self, registry: Registry, is_served: Callable[[str], bool], look: float) -> None:
        """`is_served` tells whether a worker takes runs from a queue. `look`: seconds between polls
        (at most LOOK). The thread starts with the first follower.
        """
        self._registry = registry
        self._is_served = is_served
        self._every = min(LOOK, look)
        self._streams: dict[str, _Stream] = {}
        self._lock = threading.Lock()
        self._name = keys.reader(secrets.token_hex(8))
        self._thread: threading.Thread | None = None
        self._closing = False
        self._looked = 0.0
        self._gone_since: float | None = None
        self._back_at = -BACK

    def join(self, job: Job, after: int, told: Changed | None = None) -> Tail:
        """Follow a run from the events after that id. Raises Interrupted if Redis is gone."""
        tail, cursor = Tail(job.id, job, told), (after, 0)
        with self._lock:
            if self._closing:
                raise Interrupted
            stream = self._streams.setdefault(job.id, _Stream(job, cursor))
            # Followers that are further get these entries again, and skip them.
            stream.cursor = min(stream.cursor, cursor)
            stream.tails.append(tail)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="reader", daemon=True)
                self._thread.start()
        try:
            self._wake()
        except RedisError:
            self.leave(tail)
            raise Interrupted from None
        return tail

    def leave(self, tail: Tail) -> None:
        """Stop following a run."""
        with self._lock:
            stream = self._streams.get(tail.run)
            if stream and tail in stream.tails:
                stream.tails.remove(tail)
                if not stream.tails:
                    del self._streams[tail.run]

    def interrupt(self) -> None:
        """Interrupt all followers."""
        with self._lock:
            tails = [tail for stream in self._streams.values() for tail in stream.tails]
        for tail in tails:
            tail.interrupt()

    def close(self) -> None:
        """Interrupt all followers, and end the thread."""
        with self._lock:
            self._closing = True
        self.interrupt()
        if self._thread:
            with suppress(RedisError):
                self._wake()
            self._thread.join(LOOK + RETRY)

    # --- the thread ---

    def _wake(self) -> None:
        """Let the thread reload its list of streams."""
        self._registry.tell_reader(self._name)

    def _serve(self) -> None:
        with self._registry.own() as registry:
            woken = "0"
            while not self._closing:
                try:
                    self._look(registry)
                    woken = self._read(registry, woken)
                    self._is_back()
                except GONE:
                    self._is_gone()
                    time.sleep(RETRY)
                except Exception:
                    # An error in one run must not stop reading the others.
                    log.exception("the streams of runs could not be read")
                    time.sleep(RETRY)

    def _read(self, registry: Registry, woken: str) -> str:
        """Read all streams, and hand their entries to the followers.

        `woken` is the last entry of our own stream; returns the new one.
        """
        with self._lock:
            places = {id: "{}-{}".format(*stream.cursor) for id, stream in self._streams.items()}
        began = time.monotonic()
        came, woken = registry.read_all(places, self._name, woken, self._every)
        for id, entries in came.items():
            self._hand_out(id, entries)
        pause = min(LONGEST_GATHER, GATHER * len(places)) - (time.monotonic() - began)
        if came and pause > 0:
            time.sleep(pause)
        return woken

    def _hand_out(self, id: str, entries: Sequence[StreamEntry]) -> None:
        with self._lock:
            stream = self._streams.get(id)
            if stream is None:
                return
            first, _, second = entries[-1].id.partition("-")
            stream.cursor = (int(first), int(second))
            tails = [*stream.tails]
        for tail in tails:
            tail.give(entries)

    def _is_gone(self) -> None:
        now = time.monotonic()
        self._gone_since = self._gone_since or now
        if now - self._gone_since > PATIENCE:
            self.interrupt()

    def _is_back(self) -> None:
        if self._gone_since is not None:
            self._gone_since, self._back_at = None, time.monotonic()
            with self._lock:
                for stream in self._streams.values():
                    stream.missing_since = None

    # --- lost runs ---

    def _look(self, registry: Registry) -> None:
        """Mark all runs as followed, and end those whose worker is gone."""
        now = time.monotonic()
        if now - self._looked < self._every:
            return
        self._looked = now
        with self._lock:
            streams = [*self._streams.values()]
        glances = registry.glance([(stream.job.id, stream.worker) for stream in streams])
        for stream, glance in zip(streams, glances, strict=True):
            stream.worker = glance.worker
            if glance.phase is Phase.OVER or self._has_worker(stream.job, glance):
                stream.missing_since = None
            elif self._is_lost(stream, glance, now):
                self._end_as_lost(registry, stream, glance.phase)

    def _has_worker(self, job: Job, glance: Glance) -> bool:
        if glance.phase is Phase.QUEUED:
            return self._is_served(job.queue)
        return glance.phase is Phase.RUNNING and glance.announced

    def _is_lost(self, stream: _Stream, glance: Glance, now: float) -> bool:
        stream.missing_since = stream.missing_since or now
        quick = glance.phase is Phase.RUNNING and now - self._back_at > BACK
        return now - stream.missing_since >= (SILENT if quick else BACK)

    def _end_as_lost(self, registry: Registry, stream: _Stream, phase: Phase | None) -> None:
        """End a run as lost, with the events that it reported."""
        job = stream.job
        standing = registry.standing(job.id)
        if standing is None or phase is None:  # Redis has lost it, and no worker restored it
            for tail in stream.tails:
                tail.interrupt()
            return
        events = [event for entry in registry.all_entries(job.id) for event in entry.events]
        why = "its worker is gone" if phase is Phase.RUNNING else "no worker is there any more"
        lost = unfinished(job, Outcome.LOST, why, machine=standing.machine, events=events)
        with suppress(OverAlready, Vanished):
            registry.finish(job, lost, only=phase)
