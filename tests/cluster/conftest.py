"""What the tests of many machines share.

Most need Redis and PostgreSQL, so `make test-cluster` runs them, and not `make test`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import browser  # noqa: F401  (a fixture)
from tests.cluster.services import WorkerProcess
from tests.engine.conftest import run, write  # noqa: F401  (fixtures)
from tools.services import PostgresServer, RedisServer
from webapp.cluster.runner import ClusterRunner
from webapp.engine.limits import Limits

Make = Callable[..., Any]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for all tests that do not stop it."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis for one test, which may stop and start it."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL; a test that stops it starts it again."""
    server = PostgresServer()
    server.make()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of all tests."""
    return tmp_path_factory.getbasetemp().resolve()


@pytest.fixture(scope="session")
def databases() -> Iterator[int]:
    """Numbers of Redis's databases: each runner has its own."""
    return count()


@pytest.fixture
def make_worker(root: Path) -> Iterator[Make]:
    """Start workers on the Redis at a URL; they are killed at the end of the test."""
    made: list[WorkerProcess] = []

    def make(url: str, name: str = "worker", **options: Any) -> WorkerProcess:
        worker = WorkerProcess(url, root, name, **options)
        made.append(worker)
        worker.start()
        return worker

    yield make
    for worker in made:
        worker.kill()


@pytest.fixture
def make_runner(
    redis_server: RedisServer, databases: Iterator[int], root: Path, make_worker: Make
) -> Iterator[Make]:
    """Make runners, each with a worker that has the same limits."""
    made: list[ClusterRunner] = []

    def make(**limits: float | None) -> ClusterRunner:
        url = redis_server.url(next(databases))
        make_worker(url, limits=limits)
        made.append(ClusterRunner(url, root, Limits(**limits)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for runner in made:
        runner.close()


@pytest.fixture(scope="session")
def runner(
    redis_server: RedisServer, databases: Iterator[int], root: Path
) -> Iterator[ClusterRunner]:
    """A runner with short times, for all tests that do not damage it."""
    limits = {"soft_deadline": 20, "grace": 0.5}
    url = redis_server.url(next(databases))
    worker = WorkerProcess(url, root, limits=limits)
    worker.start()
    runner = ClusterRunner(url, root, Limits(**limits))  # type: ignore[arg-type]
    yield runner
    runner.close()
    assert worker.stop() == 0
