"""Starts a worker: Celery calls it for each run, in a thread that only waits for the run."""

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

from webapp.cluster.queues import TASK, make_celery, queues_of
from webapp.cluster.registry import connect
from webapp.cluster.runner import LINE_LIFE
from webapp.cluster.worker import Worker
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.engine.machines import Machine, Needs, this_machine
from webapp.engine.surroundings import Surroundings

SWITCH_INTERVAL = 0.0001
"""Seconds that a thread may run while others wait for the GIL."""

RECONNECT = 1.0
"""Seconds between two attempts of Celery to connect to Redis."""


class Reconnecting(Consumer):  # type: ignore[misc]
    """A consumer that retries every second; Celery's own waits longer each time, up to 30 s.

    It logs nothing, since `Worker` logs that Redis does not answer.
    """

    def ensure_connected(self, conn: Any) -> Any:
        """Connect to Redis; Celery calls it."""
        return conn.ensure_connection(
            interval_start=RECONNECT, interval_step=0, callback=state.maybe_shutdown
        )


class Waker(bootsteps.StartStopStep):  # type: ignore[misc]
    """Wakes Celery's event loop when a run is over and when the worker shuts down.

    Otherwise the loop notices some seconds later: neither an acknowledgement by a thread nor a
    signal wakes it.
    """

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.over = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        parent.app.wake = self.wake

    def wake(self) -> None:
        """Wake the loop, from any thread."""
        os.eventfd_write(self.over, 1)

    def register_with_event_loop(self, parent: Any, hub: Any) -> None:
        """Register the eventfd; Celery calls it when a loop begins."""
        hub.add_reader(self.over, self._clear)

    def _clear(self) -> None:
        with suppress(BlockingIOError):
            os.eventfd_read(self.over)


class Acknowledged(Request):  # type: ignore[misc]
    """A Celery request that wakes the loop when it is acknowledged."""

    def acknowledge(self) -> None:
        """Acknowledge the run, and let the loop take the next one."""
        super().acknowledge()
        self.app.wake()


def machine_called(name: str) -> Machine:
    """Return this machine, named `name` or else by its host name."""
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
    """Run the jobs of programs below `root` until SIGTERM; running runs then finish.

    `wanted` are the needs of all programs, which determine the queues.
    """
    _make_room()
    queues = queues_of(machine, wanted)
    engine = EmbeddedRunner(limits, around, machine)
    longest = (limits.soft_deadline or LINE_LIFE) + limits.grace
    registry = connect(
        redis_url, life=LINE_LIFE + longest, unfollowed=limits.unfollowed or LINE_LIFE
    )
    worker = Worker(registry, engine, root, machine, queues)
    celery = _celery(redis_url, worker, queues, longest)

    # Announce only once Celery takes runs, so that no run waits for its start.
    worker_ready.connect(lambda **_: worker.serve(), weak=False)
    worker_shutting_down.connect(lambda **_: _leave(worker, celery), weak=False)
    try:
        _celery_worker(celery, machine, limits.capacity).start()
    finally:
        worker.close()
        engine.close()
        registry.close()


def _celery_worker(celery: Celery, machine: Machine, capacity: int) -> Any:
    return celery.Worker(
        pool_cls="threads",
        consumer_cls=Reconnecting,
        concurrency=capacity,
        hostname=f"movazi@{machine.name}-{os.getpid()}",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        loglevel="WARNING",
    )


def _make_room() -> None:
    """Prepare the process for hundreds of runs."""
    # A run takes five descriptors, and the usual limit is only 1,024.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Each of hundreds of threads may delay the announcing thread by the switch interval (5 ms).
    sys.setswitchinterval(SWITCH_INTERVAL)


def _leave(worker: Worker, celery: Celery) -> None:
    """Take no more runs. Called in Celery's signal handler; the woken loop then shuts down."""
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
