"""Reads the streams of all runs that a server follows, in one thread and by one connection.

    Redis ──one XREAD for all streams──> the reader's thread ──entries──> followers, a thread each

A connection a follower would do as well, but each would wake twice a second to find nothing; with
hundreds of them a server would be busy waiting. The thread sees to all runs together, too: it says
that they are followed, and ends those whose worker is gone.
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
from webapp.cluster.board import Board
from webapp.cluster.connection import GONE
from webapp.cluster.endings import unfinished
from webapp.cluster.records import Entry, Glance, Order
from webapp.cluster.scripts import OverAlready, Vanished
from webapp.engine.recording import Outcome
from webapp.engine.runner import Interrupted, Phase

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between two looks at all runs, at most."""

GATHER, LONGEST_GATHER = 0.0005, 0.1
"""Seconds between two readings for each stream that is read, and at most: what comes meanwhile is
read with the next."""

RETRY = 0.2
"""Seconds between two attempts to reach a Redis that is gone."""

PATIENCE = 10.0
"""Seconds for which followers wait for that."""

SILENT, BACK = 0.5, 4.0
"""Seconds for which a worker must not be announced until its runs are lost: with Redis there all
the time, and after it was gone, when workers have to find it again first."""


@dataclass
class Tail:
    """One follower's end of a stream: what has come for it, and why no more will come."""

    run: str
    order: Order
    entries: list[Entry] = field(default_factory=list)
    interrupted: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, seconds: float) -> Sequence[Entry]:
        """Give what has come, after so many seconds at most. Raises Interrupted."""
        with self.changed:
            if not self.entries and not self.interrupted:
                self.changed.wait(seconds)
            if self.interrupted:
                raise Interrupted
            came, self.entries = self.entries, []
        return came

    def give(self, entries: Sequence[Entry]) -> None:
        """Add what has come."""
        with self.changed:
            self.entries += entries
            self.changed.notify()

    def interrupt(self) -> None:
        """Say that nothing more comes from here."""
        with self.changed:
            self.interrupted = True
            self.changed.notify()


@dataclass
class _Stream:
    """A run's stream: where it has been read to, and who follows it.

    `missing_since` is when nobody was seen to have the run any more.
    """

    order: Order
    cursor: tuple[int, int]
    tails: list[Tail] = field(default_factory=list)
    worker: str = ""
    missing_since: float | None = None


class Reader:
    """Reads for all followers of a server. Its methods may be called from any thread."""

    def __init__(self, board: Board, is_served: Callable[[str], bool], look: float) -> None:
        """`is_served` says whether a worker takes runs from a queue. No thread is started yet."""
        self._board = board
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

    def join(self, order: Order, after: int) -> Tail:
        """Follow a run from the events after that id. Raises Interrupted where Redis is gone."""
        tail, cursor = Tail(order.id, order), (after, 0)
        with self._lock:
            if self._closing:
                raise Interrupted
            stream = self._streams.setdefault(order.id, _Stream(order, cursor))
            # Who is further gets again what he has; he passes over it.
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
        """Follow it no longer."""
        with self._lock:
            stream = self._streams.get(tail.run)
            if stream and tail in stream.tails:
                stream.tails.remove(tail)
                if not stream.tails:
                    del self._streams[tail.run]

    def interrupt(self) -> None:
        """Send all followers away."""
        with self._lock:
            tails = [tail for stream in self._streams.values() for tail in stream.tails]
        for tail in tails:
            tail.interrupt()

    def close(self) -> None:
        """Send all followers away, and end the thread."""
        with self._lock:
            self._closing = True
        self.interrupt()
        if self._thread:
            with suppress(RedisError):
                self._wake()
            self._thread.join(LOOK + RETRY)

    # --- the thread ---

    def _wake(self) -> None:
        """Have the thread look at who follows what."""
        self._board.tell_reader(self._name)

    def _serve(self) -> None:
        with self._board.own() as board:
            woken = "0"
            while not self._closing:
                try:
                    self._look(board)
                    woken = self._read(board, woken)
                    self._is_back()
                except GONE:
                    self._is_gone()
                    time.sleep(RETRY)
                except Exception:
                    # Whatever is wrong with one run must not end all others' reading.
                    log.exception("the streams of runs could not be read")
                    time.sleep(RETRY)

    def _read(self, board: Board, woken: str) -> str:
        """Read all streams at once, and give each follower his own; give where we were woken."""
        with self._lock:
            places = {id: "{}-{}".format(*stream.cursor) for id, stream in self._streams.items()}
        began = time.monotonic()
        came, woken = board.read_all(places, self._name, woken, self._every)
        for id, entries in came.items():
            self._hand_out(id, entries)
        pause = min(LONGEST_GATHER, GATHER * len(places)) - (time.monotonic() - began)
        if came and pause > 0:
            time.sleep(pause)
        return woken

    def _hand_out(self, id: str, entries: Sequence[Entry]) -> None:
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

    # --- whether somebody still has the runs ---

    def _look(self, board: Board) -> None:
        """Say that all runs are followed, and end those that nobody has any more."""
        now = time.monotonic()
        if now - self._looked < self._every:
            return
        self._looked = now
        with self._lock:
            streams = [*self._streams.values()]
        glances = board.glance([(stream.order.id, stream.worker) for stream in streams])
        for stream, glance in zip(streams, glances, strict=True):
            stream.worker = glance.worker
            if glance.phase is Phase.OVER or self._is_had(stream.order, glance):
                stream.missing_since = None
            elif self._is_lost(stream, glance, now):
                self._bury(board, stream, glance.phase)

    def _is_had(self, order: Order, glance: Glance) -> bool:
        if glance.phase is Phase.QUEUED:
            return self._is_served(order.queue)
        return glance.phase is Phase.RUNNING and glance.announced

    def _is_lost(self, stream: _Stream, glance: Glance, now: float) -> bool:
        stream.missing_since = stream.missing_since or now
        quick = glance.phase is Phase.RUNNING and now - self._back_at > BACK
        return now - stream.missing_since >= (SILENT if quick else BACK)

    def _bury(self, board: Board, stream: _Stream, phase: Phase | None) -> None:
        """End a run as lost, with what it reported."""
        order = stream.order
        standing = board.standing(order.id)
        if standing is None or phase is None:  # Redis has lost it, and no worker brought it back
            for tail in stream.tails:
                tail.interrupt()
            return
        events = [event for entry in board.all_entries(order.id) for event in entry.events]
        why = "its worker is gone" if phase is Phase.RUNNING else "no worker is there any more"
        lost = unfinished(order, Outcome.LOST, why, machine=standing.machine, events=events)
        with suppress(OverAlready, Vanished):
            board.finish(order, lost, only=phase)
