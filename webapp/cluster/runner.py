"""The `Runner` of a web server whose runs are run by workers: see `engine.runner.Runner`.

The state of runs is in Redis, so that every server can follow every run.
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

from webapp.cluster.connection import GONE
from webapp.cluster.endings import unfinished
from webapp.cluster.queues import ROUNDS, TASK, make_celery, queue_of
from webapp.cluster.reader import Reader, Tail
from webapp.cluster.records import Announcement, Job, Standing, recorded
from webapp.cluster.registry import connect
from webapp.cluster.roster import Roster
from webapp.cluster.scripts import OverAlready, Vanished
from webapp.engine.events import Event
from webapp.engine.limits import Limits
from webapp.engine.machines import Machine
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import (
    HEARTBEAT_SECONDS,
    Busy,
    Changed,
    Interrupted,
    Load,
    Phase,
    State,
    UnknownRun,
    Unreachable,
)
from webapp.engine.schedules import as_request

LINE_LIFE = 3600.0
"""Seconds that a run may stay in line."""

TOUCHES = 4
"""How often a run is marked as followed within the time after which it is deserted."""

REMEMBERED = 100
"""Number of cached recordings."""


class ClusterRunner:
    """Sends runs to workers; `root` is the folder of programs, the same tree as on workers."""

    is_remote = True

    def __init__(self, redis_url: str, root: Path, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._root = root
        longest = (self.limits.soft_deadline or LINE_LIFE) + self.limits.grace
        # Longer than a page needs to find another server.
        self._unfollowed = self.limits.unfollowed or LINE_LIFE
        self.registry = connect(redis_url, life=LINE_LIFE + longest, unfollowed=self._unfollowed)
        self._celery = make_celery(redis_url, longest=longest)
        # Celery creates it on first access, which is not thread-safe.
        self._producers = self._celery.producer_pool
        self._roster = Roster(self.registry)
        self._left_at: float | None = None
        self._ended = _Ended()
        self._reader = Reader(self.registry, self._is_served, self._unfollowed / TOUCHES)

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Put a run in line and return its id at once. Raises Busy, Unreachable."""
        if self._left_at is not None:
            raise Busy
        queue = queue_of(program.needs)
        with _reached():
            if not (self._is_served(queue) or self._is_served_by_now(queue)):
                raise Unreachable
            job = self._job(program, visitor, queue, observe=observe, about=about)
            turn = self.registry.enqueue(job, self.limits.in_line)
        if turn is None:
            raise Busy
        try:
            self._tell_workers(job, min(turn, ROUNDS - 1))
        except (OperationalError, RedisError) as error:
            with suppress(RedisError, OverAlready, Vanished):
                lost = unfinished(job, Outcome.LOST, "no worker could be told")
                self.registry.finish(job, lost, only=Phase.QUEUED)
            raise Unreachable from error
        return job.id

    def follow(
        self, run: str, after: int = 0, *, changed: Changed | None = None
    ) -> Generator[Sequence[Event], None, None]:
        """Yield the events after the id `after` as they come. Raises UnknownRun, Interrupted."""
        try:
            job = self._find(run).job
        except GONE as error:
            raise Interrupted from error
        tail = self._reader.join(job, after, changed)
        try:
            yield from self._batches(tail, after)
        finally:
            self._reader.leave(tail)

    def _batches(self, tail: Tail, after: int) -> Generator[Sequence[Event], None, None]:
        patience = 0.0 if tail.told else HEARTBEAT_SECONDS
        events: list[Event] = []
        first, ending = after, None
        while ending is None:
            if self._has_to_leave():
                raise Interrupted
            begun = len(events)
            for entry in tail.wait(patience):
                # Entries come twice when another follower joins at an earlier event.
                events += [event for event in entry.events if event.id > after]
                after = max(after, events[-1].id) if events else after
                ending = entry.ending or ending
            batch = events[begun:]
            if ending and tail.told:
                tail.told(True)  # the end is to be looked for at once
            if batch or ending is None:
                yield batch
        if not first:
            self._ended.add(replace(ending, events=tuple(events)))

    def cancel(self, run: str) -> None:
        """End the run, if it is not over. Raises UnknownRun."""
        with _reached():
            standing = self._find(run)
            if standing.phase is Phase.RUNNING:
                self.registry.order_end(standing.worker, run)
                return
            job = standing.job
            try:
                cancelled = unfinished(job, Outcome.CANCELLED)
                self.registry.finish(job, cancelled, only=Phase.QUEUED)
            except OverAlready:
                # A worker may have claimed it meanwhile.
                if (now := self._find(run)).phase is Phase.RUNNING:
                    self.registry.order_end(now.worker, run)

    def state(self, run: str) -> State:
        """Return the state of the run. Raises UnknownRun."""
        with _reached():
            found = self._find(run)
        return State(run, found.phase, found.place, found.job.about)

    def recording(self, run: str) -> Recording | None:
        """Return the recording of a run that is over, else None. Raises UnknownRun."""
        if found := self._ended.find(run):
            return found
        with _reached():
            self._find(run)
            return recorded(self.registry.all_entries(run))

    def load(self) -> Load:
        """Return how many runs are running, waiting and ended, on all workers together."""
        with _reached():
            workers = self.registry.workers()
            queues = {queue for worker in workers for queue in worker.queues}
            return Load(
                running=sum(worker.running for worker in workers),
                waiting=self.registry.waiting(sorted(queues)) if queues else 0,
                capacity=sum(worker.capacity for worker in workers),
                ended=self.registry.ended(),
            )

    def set_notice(self, notice: str) -> None:
        """Set a notice for all servers, for some minutes. Raises Unreachable."""
        with _reached():
            self.registry.set_notice(notice)

    def has_notice(self, notice: str) -> bool:
        """Return whether a server has set that notice. Raises Unreachable."""
        with _reached():
            return self.registry.has_notice(notice)

    def machines(self) -> Sequence[Machine]:
        """Return the workers' machines as of the last second; none if Redis does not answer."""
        return [worker.machine for worker in self._roster.known()]

    def answers(self, within: float) -> bool:
        """Return whether Redis answers and a worker is announced."""
        with suppress(RedisError):
            return bool(self._roster.now())
        return False

    def drain(self, within: float) -> None:
        """Start no more runs; after `within` seconds followers have to use another server."""
        self._left_at = time.monotonic() + within

    def close(self) -> None:
        """Interrupt followers and disconnect. Runs continue for followers on other servers."""
        self._left_at = time.monotonic()
        self._reader.close()
        self._roster.close()
        self._celery.close()
        self.registry.close()

    def _find(self, run: str) -> Standing:
        standing = self.registry.standing(run)
        if standing is None:
            raise UnknownRun(run)
        return standing

    def _job(self, program: Program, visitor: str, queue: str, *, observe: bool, about: str) -> Job:
        return Job(
            id=secrets.token_urlsafe(12),
            path=str(program.path.resolve().relative_to(self._root)),
            sha256=_sha256(program),
            parameters=dict(program.parameters),
            arguments=list(program.arguments),
            observe=observe,
            directed=as_request(program.directed),
            slow_motion=program.slow_motion,
            # A short hash is enough to tell visitors apart.
            visitor=hashlib.blake2b(visitor.encode(), digest_size=8).hexdigest(),
            queue=queue,
            about=about,
            asked_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )

    def _is_served(self, queue: str) -> bool:
        """Return whether a worker takes runs from a queue, as of the last second."""
        return _serves(self._roster.known(), queue)

    def _is_served_by_now(self, queue: str) -> bool:
        """Return the same as of now; False if Redis did not answer the last request."""
        return self._roster.reached and _serves(self._roster.now(), queue)

    def _tell_workers(self, job: Job, priority: int) -> None:
        with self._producers.acquire(block=True) as producer:
            self._celery.send_task(
                TASK,
                [job.id],
                task_id=job.id,
                queue=job.queue,
                priority=priority,
                producer=producer,
            )

    def _has_to_leave(self) -> bool:
        return self._left_at is not None and time.monotonic() >= self._left_at


class _Ended:
    """Cache of the runs that were followed here to the end: their recordings are used next."""

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
    """Return the hash of a program, or "" if its file is gone: the run then fails on the worker."""
    try:
        return program.sha256
    except OSError:
        return ""


@contextmanager
def _reached() -> Iterator[None]:
    """Raise Unreachable if Redis does not answer."""
    try:
        yield
    except GONE as error:
        raise Unreachable from error
