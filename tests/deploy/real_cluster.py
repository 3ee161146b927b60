"""The image as a server and a worker of a cluster, with a real Redis and PostgreSQL.

`make deploy-test` runs this file; it needs Debian, root, and some minutes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.api.serving import ask, wait_until
from tests.deploy.container import RUNS, SERVER, Container, Image, started
from tests.deploy.visiting import (
    LONG,
    POOL,
    SMALL,
    START_METHODS,
    TWO_SECONDS,
    outcome,
    run_by_api,
    run_by_form,
    seconds_to_end,
)
from tools.services import PostgresServer, RedisServer
from webapp.engine.recording import Outcome
from webapp.store.store import Store

NAME = "machine-1"
NO_POWERS = "0" * 16

pytestmark = pytest.mark.timeout(900)  # the first test builds the image


@dataclass(frozen=True)
class Cluster:
    """A server and a worker, each in a container, and the database of the runs."""

    server: Container
    worker: Container
    postgres: PostgresServer


@pytest.fixture
def cluster(image: Image, tmp_path: Path) -> Iterator[Cluster]:
    redis, postgres = RedisServer(tmp_path), PostgresServer()
    with ExitStack() as stack:
        redis.start()
        stack.callback(redis.kill)
        postgres.make()
        postgres.start()
        stack.callback(postgres.remove)
        worker = stack.enter_context(
            started(
                image,
                tmp_path / "worker",
                "worker",
                REDIS_URL=redis.url(),
                MOVAZI_WORKER_NAME=NAME,
            )
        )
        server = stack.enter_context(
            started(
                image,
                tmp_path / "server",
                "server",
                MOVAZI_RUNNER="celery",
                REDIS_URL=redis.url(),
                DATABASE_URL=postgres.url,
            )
        )
        wait_until(lambda: ask(server.port, "/readyz")[0] == 200)
        yield Cluster(server, worker, postgres)


def test_a_worker_carries_out_the_run_of_a_form(cluster: Cluster) -> None:
    with run_by_form(cluster.server.port, TWO_SECONDS) as rest:
        assert seconds_to_end(rest) > 1


def test_a_run_is_stored_in_postgresql(cluster: Cluster) -> None:
    with run_by_api(cluster.server.port, TWO_SECONDS) as going:
        result = going.result()
    store = Store(cluster.postgres.url)
    assert store.find(result["run"]).recording.outcome is Outcome.FINISHED
    store.close()


def test_a_run_of_the_worker_has_its_own_user_and_no_capabilities(cluster: Cluster) -> None:
    with run_by_api(cluster.server.port, TWO_SECONDS) as going:
        status = cluster.worker.status(going.pid)
        assert set(status["Uid"].split()) == {str(RUNS)}
        assert status["NoNewPrivs"] == "1"
        assert [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")] == 4 * [
            NO_POWERS
        ]
        result = going.result()
    assert (result["outcome"], result["receipt"]["host"]) == ("finished", NAME)


def test_a_server_has_no_capabilities_and_cannot_gain_any(cluster: Cluster) -> None:
    status = cluster.server.status(1)
    assert set(status["Uid"].split()) == {str(SERVER)}
    assert (status["CapEff"], status["CapBnd"]) == (NO_POWERS, NO_POWERS)
    assert status["NoNewPrivs"] == "1"


@pytest.mark.parametrize("method", START_METHODS)
def test_a_run_may_start_processes(cluster: Cluster, method: str) -> None:
    assert outcome(cluster.server.port, POOL, **SMALL, start_method=method) == "finished"


def test_the_health_check_says_whether_the_worker_is_there(cluster: Cluster) -> None:
    kind, *command = cluster.worker.service["healthcheck"]["test"]
    assert kind == "CMD"
    assert cluster.worker.run(*command, user=SERVER).returncode == 0
    for inner, pid in cluster.worker.pids().items():
        if inner != 1:
            os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: cluster.worker.run(*command, user=SERVER).returncode == 1)


def test_a_stopped_worker_lets_its_runs_end_and_leaves_nothing(cluster: Cluster) -> None:
    with run_by_api(cluster.server.port, LONG) as going:
        cluster.worker.signal(signal.SIGTERM)
        assert going.result()["outcome"] == "finished"
    assert cluster.worker.process.wait(20) == 0
    assert cluster.worker.left() == []
