"""A whole cluster on this machine, to measure."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from redis import Redis
from sqlalchemy import Engine, create_engine

from bench.stream import QUIET, ROOT, served
from tools.services import PostgresServer, RedisServer

WORKERS = 2


@dataclass(frozen=True)
class Cluster:
    """A running cluster: the server's port, Redis, PostgreSQL, the workers' process ids."""

    port: int
    redis: RedisServer
    postgres: PostgresServer
    workers: Sequence[int]

    def client(self) -> Redis:
        """Return a connection to its Redis."""
        return Redis.from_url(self.redis.url())

    def database(self) -> Engine:
        """Return its database."""
        return create_engine(self.postgres.url)


@contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """Start a cluster, and stop it at the end; `settings` are the server's environment."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="movazi-bench-")))
        redis, postgres = RedisServer(folder), PostgresServer()
        redis.start()
        stack.callback(redis.kill)
        postgres.make()
        postgres.start()
        stack.callback(postgres.remove)
        workers = [
            stack.enter_context(_worker(redis.url(), f"worker-{number}"))
            for number in range(1, WORKERS + 1)
        ]
        settings |= {
            "MOVAZI_RUNNER": "celery",
            "REDIS_URL": redis.url(),
            "DATABASE_URL": postgres.url,
        }
        port = stack.enter_context(served(**settings))
        _wait_for_workers(redis)
        yield Cluster(port, redis, postgres, workers)


@contextmanager
def _worker(url: str, name: str) -> Iterator[int]:
    environment = {**os.environ, "REDIS_URL": url, "MOVAZI_WORKER_NAME": name, **QUIET}
    worker = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "webapp.cluster"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield worker.pid
    finally:
        worker.terminate()
        worker.wait()


def _wait_for_workers(server: RedisServer) -> None:
    with Redis.from_url(server.url()) as redis:
        while cast(int, redis.scard("workers")) < WORKERS:
            time.sleep(0.1)
