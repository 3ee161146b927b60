"""Has Celery give a worker its runs, a thread each: they only wait, other processes work."""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_ready, worker_shutting_down
from celery.worker import state
from celery.worker.consumer import Consumer
from celery.worker.request import Request

from webapp.cluster.board import connect
from webapp.cluster.queues import TASK, make_celery, queues_of
from webapp.cluster.runner import LINE_LIFE
from webapp.cluster.worker import Worker
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.engine.machines import Machine, Needs, this_machine
from webapp.engine.surroundings import Surroundings

SWITCH_INTERVAL = 0.0001
"""Seconds that a thread may compute while others wait for their turn."""

RECONNECT = 1.0
"""Seconds between two attempts of Celery's to reach a Redis that is gone."""


class Reconnecting(Consumer):  # type: ignore[misc]
    """Finds a Redis that is back within a second; Celery waits longer each time, up to thirty.

    That Redis is gone is said by `Worker`, once.
    """

    def ensure_connected(self, conn: Any) -> Any:
        """Connect, as soon as that can be done; Celery calls it."""
        return conn.ensure_connection(
            interval_start=RECONNECT, interval_step=0, callback=state.maybe_shutdown
        )


class Waker(bootsteps.StartStopStep):  # type: ignore[misc]
    """Wakes Celery's loop: when a run is over, to take the next one, and to take none any more.

    It would look only some seconds later: it does not expect its threads to acknowledge anything,
    and a signal alone does not end its sleep.
    """

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.over = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        parent.app.wake = self.wake

    def wake(self) -> None:
        """From any thread."""
        os.eventfd_write(self.over, 1)

    def register_with_event_loop(self, parent: Any, hub: Any) -> None:
        """Be listened to; Celery asks for it whenever it begins its loop."""
        hub.add_reader(self.over, self._heard)

    def _heard(self) -> None:
        with suppress(BlockingIOError):
            os.eventfd_read(self.over)


class Acknowledged(Request):  # type: ignore[misc]
    """A run as Celery has it, whose end is noticed at once."""

    def acknowledge(self) -> None:
        """Make room for another one."""
        super().acknowledge()
        self.app.wake()


def machine_called(name: str) -> Machine:
    """This machine, by the name that it is given, or else that it has."""
    return this_machine(name or platform.node())


def serve(
    redis_url: str,
    root: Path,
    wanted: Iterable[Needs],
    *,
    machine: Machine,
    limits: Limits,
    around: Surroundings,
) -> None:
    """Run what programs below `root` are asked for, until SIGTERM; then those that go on may end.

    `wanted` is what any of them needs: the queues that there are.
    """
    _make_room()
    queues = queues_of(machine, wanted)
    engine = EmbeddedRunner(limits, around, machine)
    longest = (limits.soft_deadline or LINE_LIFE) + limits.grace
    board = connect(redis_url, life=LINE_LIFE + longest, unfollowed=limits.unfollowed or LINE_LIFE)
    worker = Worker(board, engine, root, machine, queues)
    celery = _celery(redis_url, worker, queues, longest)

    # Not before Celery takes runs, or they would wait for it.
    worker_ready.connect(lambda **_: worker.serve(), weak=False)
    worker_shutting_down.connect(lambda **_: _leave(worker, celery), weak=False)
    try:
        celery.Worker(
            pool_cls="threads",
            consumer_cls=Reconnecting,
            concurrency=limits.capacity,
            hostname=f"movazi@{machine.name}-{os.getpid()}",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            quiet=True,
            loglevel="WARNING",
        ).start()
    finally:
        worker.close()
        engine.close()
        board.close()


def _make_room() -> None:
    """Prepare the process for hundreds of runs."""
    # A run that goes on takes five descriptors; 1,024 are usual, and few.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Hundreds of threads wait for their runs: the one that announces this machine must not wait for
    # five milliseconds behind each of them.
    sys.setswitchinterval(SWITCH_INTERVAL)


def _leave(worker: Worker, celery: Celery) -> None:
    """Called in Celery's own handler of signals: it looks at what was told when that is over."""
    worker.leave()
    celery.wake()


def _celery(redis_url: str, worker: Worker, queues: Sequence[str], longest: float) -> Celery:
    app = make_celery(redis_url, queues, longest=longest)

    app.steps["consumer"].add(Waker)
    app.wake = lambda: None  # until there is one

    @app.task(name=TASK, Request=Acknowledged)  # type: ignore[untyped-decorator]
    def run(id: str) -> None:
        worker.run(id)

    return app
