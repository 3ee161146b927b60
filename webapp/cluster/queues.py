"""What Celery is told, by servers and workers alike: which queue a program waits in, and how.

A queue is named by what its programs need, and a worker takes from those that it can serve.
"""

from __future__ import annotations

from collections.abc import Iterable

from celery import Celery
from kombu import Queue

from webapp.engine.machines import ANYWHERE, Machine, Needs

PLAIN = "runs"
"""The queue of programs that run anywhere."""

TASK = "movazi.run"

ROUNDS = 10
"""Turns that visitors take: their first runs come before anybody's second, and so on; from the last
of these on they come in order of asking."""


def queue_of(needs: Needs) -> str:
    """Name the queue of programs with these needs: `runs-cores2-python3.13-nogil-spawn`."""
    parts = [
        f"cores{needs.cores}" if needs.cores > 1 else "",
        f"python{needs.python}" if needs.python else "",
        "nogil" if needs.free_threaded else "",
        needs.start_method,
    ]
    return "-".join([PLAIN, *filter(None, parts)])


def queues_of(machine: Machine, wanted: Iterable[Needs]) -> tuple[str, ...]:
    """Name the queues that a machine can serve, of all that there are programs for."""
    met = {queue_of(needs) for needs in (ANYWHERE, *wanted) if machine.meets(needs)}
    return tuple(sorted(met))


def make_celery(redis_url: str, queues: Iterable[str] = (), *, longest: float) -> Celery:
    """Set Celery up; no connection is made. `longest` is how many seconds a run takes at most."""
    app = Celery("movazi", broker=redis_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_default_queue=PLAIN,
        task_queues=[Queue(name) for name in queues] or None,
        task_default_delivery_mode="transient",
        # A message is acknowledged when its run is over: so a worker holds as many as it runs and
        # no more, the others stay for whoever is free, and those of one that was killed come
        # again. Then the claim (`Board.claim`) sees to it that none is run twice.
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={
            "priority_steps": list(range(ROUNDS)),
            "queue_order_strategy": "priority",
            "visibility_timeout": 2 * longest,
            "socket_connect_timeout": 1,
            "socket_timeout": 5,
        },
        broker_pool_limit=32,
        broker_connection_timeout=2,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # What is gone stays gone until somebody presses Run again.
        task_publish_retry=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # Who runs what is announced by ourselves: see `Board.announce`.
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return app
