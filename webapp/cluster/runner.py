"""The runner of a web server that runs nothing itself: see `engine.runner.Runner` for its promises.

It keeps nothing that another server would miss: whatever it knows of a run stands in Redis.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from webapp.cluster.board import (
    GONE,
    Announcement,
    Board,
    Glance,
    Order,
    OverAlready,
    Standing,
    Vanished,
    connect,
    recorded,
)
from webapp.cluster.endings import unfinished
from webapp.cluster.queues import ROUNDS, TASK, make_celery, queue_of
from webapp.engine.embedded import Limits
from webapp.engine.events import Event
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

FRESH = 1.0
"""Seconds for which it is taken for true which workers there are."""

PATIENCE = 10.0
"""Seconds for which a follower waits for a Redis that is gone."""

RETRY = 0.2
"""Seconds between two attempts to reach it."""

SILENT, BACK = 0.5, 4.0
"""Seconds for which a worker must not be announced until its runs are lost: with Redis there all
the time, and after it was gone, when workers have to find it again first."""

TOUCHES = 4
"""How many times a follower says that it is there in the time after which it counts as gone."""


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
        self._known: tuple[float, Sequence[Announcement]] = (0.0, ())
        self._left_at: float | None = None
        self._looking = threading.Lock()

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Put a run in line and return its id at once. Raises Busy and Unreachable."""
        if self._left_at is not None:
            raise Busy
        queue = queue_of(program.needs)
        with _reached():
            if not self._is_served(queue):
                raise Unreachable
            order = self._order(program, visitor, queue, observe=observe, about=about)
            turn = self.board.enqueue(order, self.limits.in_line)
        if turn is None:
            raise Busy
        try:
            self._celery.send_task(
                TASK, [order.id], task_id=order.id, queue=queue, priority=min(turn, ROUNDS - 1)
            )
        except (OperationalError, RedisError) as error:
            with suppress(RedisError, OverAlready, Vanished):
                lost = unfinished(order, Outcome.LOST, "no worker could be told")
                self.board.finish(order, lost, only=Phase.QUEUED)
            raise Unreachable from error
        return order.id

    def follow(self, run: str, after: int = 0) -> Generator[Sequence[Event], None, None]:
        """Give the events after the id `after` as they come. Raises UnknownRun and Interrupted."""
        with ExitStack() as stack:
            try:
                standing = self._find(run)
                board = stack.enter_context(self.board.own())
            except GONE as error:
                raise Interrupted from error
            yield from self._follow(board, _Watch(board, standing, self._is_served), run, after)

    def _follow(
        self, board: Board, watch: _Watch, run: str, after: int
    ) -> Generator[Sequence[Event], None, None]:
        cursor, every = f"{after}-0", min(HEARTBEAT, self._unfollowed / TOUCHES)
        while True:
            if self._has_to_leave():
                raise Interrupted
            try:
                watch.look(every)
                entries = board.read(run, cursor, every)
            except GONE:
                watch.is_gone()
                yield ()
                time.sleep(RETRY)
                continue
            watch.is_back()
            batch = [event for entry in entries for event in entry.events if event.id > after]
            over = bool(entries) and entries[-1].ending is not None
            if batch or not over:
                yield batch
            if over:
                return
            cursor = entries[-1].id if entries else cursor
            after = batch[-1].id if batch else after

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
        try:
            return [worker.machine for worker in self._workers()]
        except RedisError:
            return []

    def answers(self, within: float) -> bool:
        """Whether Redis answers, and any worker."""
        return self.board.answers() and bool(self.machines())

    def drain(self, within: float) -> None:
        """Start no run any more; those who follow one have to do so elsewhere after that time."""
        self._left_at = time.monotonic() + within

    def close(self) -> None:
        """Leave Redis. Runs go on, for whoever follows them elsewhere."""
        self._left_at = time.monotonic()
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
            # Whom a run is for is nobody's business; to tell visitors apart, this will do.
            visitor=hashlib.blake2b(visitor.encode(), digest_size=8).hexdigest(),
            queue=queue,
            about=about,
            asked_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )

    def _workers(self) -> Sequence[Announcement]:
        with self._looking:
            looked, workers = self._known
            if not workers or time.monotonic() - looked >= FRESH:
                workers = self.board.workers()
                self._known = (time.monotonic(), workers)
            return workers

    def _is_served(self, queue: str) -> bool:
        """Whether a worker takes runs from a queue."""
        return any(queue in worker.queues for worker in self._workers())

    def _has_to_leave(self) -> bool:
        return self._left_at is not None and time.monotonic() >= self._left_at


class _Watch:
    """What a follower sees of a run beside its stream, some times a second; and says: I am here."""

    def __init__(self, board: Board, standing: Standing, is_served: Callable[[str], bool]) -> None:
        self._board = board
        self._order = standing.order
        self._worker = standing.worker
        self._is_served = is_served
        self._looked = 0.0
        self._missing_since: float | None = None
        self._gone_since: float | None = None
        self._back_at = -BACK

    def look(self, every: float) -> None:
        """See whether somebody still has the run, and end it where nobody has."""
        now = time.monotonic()
        if now - self._looked < every:
            return
        self._looked = now
        glance = self._board.glance(self._order.id, self._worker)
        self._worker = glance.worker
        if glance.phase is Phase.OVER or self._is_had(glance):
            self._missing_since = None
            return
        since = self._missing_since = self._missing_since or now
        patience = SILENT if now - self._back_at > BACK else BACK
        if glance.phase is Phase.QUEUED or glance.phase is None:
            patience = BACK  # nobody has begun it, so nobody waits for its next line
        if now - since >= patience:
            self._bury(glance.phase)

    def is_gone(self) -> None:
        """Redis does not answer. Raises Interrupted where that takes long."""
        now = time.monotonic()
        self._gone_since = self._gone_since or now
        if now - self._gone_since > PATIENCE:
            raise Interrupted

    def is_back(self) -> None:
        """Redis answers."""
        if self._gone_since is not None:
            self._gone_since, self._missing_since = None, None
            self._back_at = time.monotonic()

    def _is_had(self, glance: Glance) -> bool:
        if glance.phase is Phase.QUEUED:
            return self._is_served(self._order.queue)
        return glance.phase is Phase.RUNNING and glance.announced

    def _bury(self, phase: Phase | None) -> None:
        """End the run as lost, with what it reported."""
        id = self._order.id
        standing = self._board.standing(id)
        if standing is None or phase is None:
            raise Interrupted  # Redis has lost it, and no worker has brought it back
        events = [event for entry in self._board.all_entries(id) for event in entry.events]
        why = "its worker is gone" if phase is Phase.RUNNING else "no worker is there any more"
        lost = unfinished(self._order, Outcome.LOST, why, machine=standing.machine, events=events)
        with suppress(OverAlready, Vanished):
            self._board.finish(self._order, lost, only=phase)


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
