"""Celery's queues and settings, for servers and workers.

A queue is named by its programs' needs; a worker takes runs from the queues that it can serve.
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
"""Number of rounds in which visitors take turns: first all visitors' first runs, then the second
ones, and so on. The last round is in order of arrival."""


def queue_of(needs: Needs) -> str:
    """Return the name of the queue for these needs: `runs-cores2-python3.13-nogil-spawn`."""
    parts = [
        f"cores{needs.cores}" if needs.cores > 1 else "",
        f"python{needs.python}" if needs.python else "",
        "nogil" if needs.free_threaded else "",
        needs.start_method,
    ]
    return "-".join([PLAIN, *filter(None, parts)])


def queues_of(machine: Machine, wanted: Iterable[Needs]) -> tuple[str, ...]:
    """Return the names of the queues that a machine can serve; `wanted`: all programs' needs."""
    met = {queue_of(needs) for needs in (ANYWHERE, *wanted) if machine.meets(needs)}
    return tuple(sorted(met))


def make_celery(redis_url: str, queues: Iterable[str] = (), *, longest: float) -> Celery:
    """Set Celery up, without connecting. `longest` is the most seconds that a run may take."""
    app = Celery("movazi", broker=redis_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_default_queue=PLAIN,
        task_queues=[Queue(name) for name in queues] or None,
        task_default_delivery_mode="transient",
        # A message is acknowledged when its run is over. So a worker takes only as many as it can
        # run, and the messages of a killed worker are delivered again. `Registry.claim` ensures
        # that no run is run twice.
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
        # A run that cannot be sent fails at once: the visitor may press Run again.
        task_publish_retry=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # We announce workers ourselves: see `Registry.announce`.
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return app
