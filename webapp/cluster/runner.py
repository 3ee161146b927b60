"""The runner of a web server that runs nothing itself: see `engine.runner.Runner` for its promises.

It keeps nothing that another server would miss: whatever it knows of a run stands in Redis.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from webapp.cluster.board import connect
from webapp.cluster.connection import GONE
from webapp.cluster.endings import unfinished
from webapp.cluster.queues import ROUNDS, TASK, make_celery, queue_of
from webapp.cluster.reader import Reader, Tail
from webapp.cluster.records import Announcement, Order, Standing, recorded
from webapp.cluster.roster import Roster
from webapp.cluster.scripts import OverAlready, Vanished
from webapp.engine.events import Event
from webapp.engine.limits import Limits
from webapp.engine.machines import Machine
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import (
    HEARTBEAT,
    Busy,
    Interrupted,
    Load,
    Phase,
    State,
    UnknownRun,
    Unreachable,
)

LINE_LIFE = 3600.0
"""Seconds that a run may stand in line."""

TOUCHES = 4
"""How many times a run is said to be followed in the time after which it counts as deserted."""

REMEMBERED = 100
"""Records that are kept at hand."""


class ClusterRunner:
    """Has programs run by workers; `root` is the folder of the programs, here as it is there."""

    def __init__(self, redis_url: str, root: Path, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._root = root
        longest = (self.limits.soft_deadline or LINE_LIFE) + self.limits.grace
        # Longer than that of a visitor who is there: a page has to find another server first.
        self._unfollowed = self.limits.unfollowed or LINE_LIFE
        self.board = connect(redis_url, life=LINE_LIFE + longest, unfollowed=self._unfollowed)
        self._celery = make_celery(redis_url, longest=longest)
        # Celery makes it when it is first asked for, and not safely by several threads at once.
        self._producers = self._celery.producer_pool
        self._roster = Roster(self.board)
        self._left_at: float | None = None
        self._ended = _Ended()
        self._reader = Reader(self.board, self._is_served, self._unfollowed / TOUCHES)

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Put a run in line and return its id at once. Raises Busy and Unreachable."""
        if self._left_at is not None:
            raise Busy
        queue = queue_of(program.needs)
        with _reached():
            if not (self._is_served(queue) or self._is_served_by_now(queue)):
                raise Unreachable
            order = self._order(program, visitor, queue, observe=observe, about=about)
            turn = self.board.enqueue(order, self.limits.in_line)
        if turn is None:
            raise Busy
        try:
            self._tell_workers(order, min(turn, ROUNDS - 1))
        except (OperationalError, RedisError) as error:
            with suppress(RedisError, OverAlready, Vanished):
                lost = unfinished(order, Outcome.LOST, "no worker could be told")
                self.board.finish(order, lost, only=Phase.QUEUED)
            raise Unreachable from error
        return order.id

    def follow(self, run: str, after: int = 0) -> Generator[Sequence[Event], None, None]:
        """Give the events after the id `after` as they come. Raises UnknownRun and Interrupted."""
        try:
            order = self._find(run).order
        except GONE as error:
            raise Interrupted from error
        tail = self._reader.join(order, after)
        try:
            yield from self._batches(tail, after)
        finally:
            self._reader.leave(tail)

    def _batches(self, tail: Tail, after: int) -> Generator[Sequence[Event], None, None]:
        events: list[Event] = []
        first, ending = after, None
        while ending is None:
            if self._has_to_leave():
                raise Interrupted
            begun = len(events)
            for entry in tail.wait(HEARTBEAT):
                # What another follower has asked for again comes twice.
                events += [event for event in entry.events if event.id > after]
                after = max(after, events[-1].id) if events else after
                ending = entry.ending or ending
            batch = events[begun:]
            if batch or ending is None:
                yield batch
        if not first:
            self._ended.add(replace(ending, events=tuple(events)))

    def cancel(self, run: str) -> None:
        """End the run, if it is not over. Raises UnknownRun."""
        with _reached():
            standing = self._find(run)
            if standing.phase is Phase.RUNNING:
                self.board.order_end(standing.worker, run)
                return
            order = standing.order
            try:
                cancelled = unfinished(order, Outcome.CANCELLED)
                self.board.finish(order, cancelled, only=Phase.QUEUED)
            except OverAlready:
                # Or it was claimed in this very moment.
                if (now := self._find(run)).phase is Phase.RUNNING:
                    self.board.order_end(now.worker, run)

    def state(self, run: str) -> State:
        """Where the run stands. Raises UnknownRun."""
        with _reached():
            found = self._find(run)
        return State(run, found.phase, found.place, found.order.about)

    def recording(self, run: str) -> Recording | None:
        """The whole record of a run that is over, else None. Raises UnknownRun."""
        if found := self._ended.find(run):
            return found
        with _reached():
            self._find(run)
            return recorded(self.board.all_entries(run))

    def load(self) -> Load:
        """How much goes on, on all workers together."""
        with _reached():
            workers = self.board.workers()
            queues = {queue for worker in workers for queue in worker.queues}
            return Load(
                running=sum(worker.running for worker in workers),
                waiting=self.board.waiting(sorted(queues)) if queues else 0,
                capacity=sum(worker.capacity for worker in workers),
                ended=self.board.ended(),
            )

    def put_up(self, notice: str) -> None:
        """Tell all servers something, for some minutes. Raises Unreachable."""
        with _reached():
            self.board.put_up(notice)

    def has(self, notice: str) -> bool:
        """Whether any server has said so. Raises Unreachable."""
        with _reached():
            return self.board.has(notice)

    def machines(self) -> Sequence[Machine]:
        """The workers that are there, as of the last second; none where Redis is gone."""
        return [worker.machine for worker in self._roster.known()]

    def answers(self, within: float) -> bool:
        """Whether Redis answers, and any worker."""
        with suppress(RedisError):
            return bool(self._roster.now())
        return False

    def drain(self, within: float) -> None:
        """Start no run any more; those who follow one have to do so elsewhere after that time."""
        self._left_at = time.monotonic() + within

    def close(self) -> None:
        """Leave Redis. Runs go on, for whoever follows them elsewhere."""
        self._left_at = time.monotonic()
        self._reader.close()
        self._roster.close()
        self._celery.close()
        self.board.close()

    def _find(self, run: str) -> Standing:
        standing = self.board.standing(run)
        if standing is None:
            raise UnknownRun(run)
        return standing

    def _order(
        self, program: Program, visitor: str, queue: str, *, observe: bool, about: str
    ) -> Order:
        return Order(
            id=secrets.token_urlsafe(12),
            path=str(program.path.resolve().relative_to(self._root)),
            sha256=_sha256(program),
            parameters=dict(program.parameters),
            arguments=list(program.arguments),
            observe=observe,
            # To tell visitors apart, this will do.
            visitor=hashlib.blake2b(visitor.encode(), digest_size=8).hexdigest(),
            queue=queue,
            about=about,
            asked_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )

    def _is_served(self, queue: str) -> bool:
        """Whether a worker takes runs from a queue."""
        return _serves(self._roster.known(), queue)

    def _is_served_by_now(self, queue: str) -> bool:
        """Whether one has come within the last second; a Redis that hangs is not asked again."""
        return self._roster.reached and _serves(self._roster.now(), queue)

    def _tell_workers(self, order: Order, priority: int) -> None:
        with self._producers.acquire(block=True) as producer:
            self._celery.send_task(
                TASK,
                [order.id],
                task_id=order.id,
                queue=order.queue,
                priority=priority,
                producer=producer,
            )

    def _has_to_leave(self) -> bool:
        return self._left_at is not None and time.monotonic() >= self._left_at


class _Ended:
    """The last runs that were followed here to their end: their record is asked for next."""

    def __init__(self) -> None:
        self._records: OrderedDict[str, Recording] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, recording: Recording) -> None:
        with self._lock:
            self._records[recording.receipt.run] = recording
            if len(self._records) > REMEMBERED:
                self._records.popitem(last=False)

    def find(self, run: str) -> Recording | None:
        with self._lock:
            return self._records.get(run)


def _serves(workers: Iterable[Announcement], queue: str) -> bool:
    return any(queue in worker.queues for worker in workers)


def _sha256(program: Program) -> str:
    """The hash of a program; of one whose file is gone the worker has to tell."""
    try:
        return program.sha256
    except OSError:
        return ""


@contextmanager
def _reached() -> Iterator[None]:
    """Say Unreachable where Redis does not answer."""
    try:
        yield
    except GONE as error:
        raise Unreachable from error
