"""The site on several servers and workers, its faults, and what is lost."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from tests.api.serving import ask, wait_until
from tests.browser.tcp_proxy import TcpProxy
from tests.operating.serving import FORM, ROOT, SLEEPS, Served, served, until
from tests.operating.test_faults import KEPT, PRINTED, RESULT, kept
from tests.web.scripted import STREAMED
from tools.services import PostgresServer, RedisServer
from webapp.pages.demo.form import VISITOR

LINE = re.compile(rb"---&gt; (Thread#\d+ (?:running|over))")
RUN = re.compile(rb'data-run="([\w-]{16})"')


@dataclass
class Cluster:
    """Two servers and a worker, started by the commands of docs/cluster.md."""

    redis: RedisServer
    postgres: PostgresServer
    servers: tuple[Served, Served]
    worker: subprocess.Popen[bytes]
    environment: dict[str, str]

    def is_ready(self) -> bool:
        return all(server.is_ready() for server in self.servers)


@pytest.fixture
def environment(own_redis: RedisServer, postgres_server: PostgresServer) -> dict[str, str]:
    return {
        "MOVAZI_RUNNER": "celery",
        "REDIS_URL": own_redis.url(),
        "DATABASE_URL": postgres_server.url,
        "MOVAZI_RATE_LIMIT_PAGE": "4",
    }


@contextlib.contextmanager
def working(environment: dict[str, str], name: str) -> Iterator[subprocess.Popen[bytes]]:
    own = {"REDIS_URL": environment["REDIS_URL"], "MOVAZI_WORKER_NAME": name}
    command = [sys.executable, "-m", "webapp.cluster"]
    worker = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **own})
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


@pytest.fixture
def cluster(
    own_redis: RedisServer,
    postgres_server: PostgresServer,
    environment: dict[str, str],
    tmp_path: Path,
) -> Iterator[Cluster]:
    with ExitStack() as parts:
        worker = parts.enter_context(working(environment, "the-worker"))
        servers = [
            parts.enter_context(served(tmp_path / "unused.sqlite", **environment)) for _ in range(2)
        ]
        yield Cluster(own_redis, postgres_server, (servers[0], servers[1]), worker, environment)


def continue_stream(site: Served, run: bytes, after: bytes) -> http.client.HTTPResponse:
    """Request the rest of a stream, as the page does after a lost connection."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    site.connections.callback(connection.close)
    headers = {**STREAMED, "Last-Event-ID": after.decode()}
    connection.request("GET", f"/runs/{run.decode()}/events", headers=headers)
    return connection.getresponse()


def last_id(read: bytes) -> bytes:
    """Return the id of the last complete message."""
    ids: list[bytes] = re.findall(rb"id: (\d+)\n", read)
    return ids[-1]


def complete(read: bytes) -> bytes:
    """Return the part of a stream that has complete messages."""
    return read.rpartition(b"\n\n")[0]


def post(site: Served, path: str, **form: object) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("POST", path, urlencode(form), {**STREAMED, "Content-Type": FORM})
    answer = connection.getresponse()
    try:
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_run_of_one_server_is_stored_for_all(cluster: Cluster) -> None:
    first, second = cluster.servers
    read = first.press(0.05).read()
    assert len(LINE.findall(read)) == 6
    assert b"outcome-finished" in read
    assert LINE.findall(kept(second, read)) == LINE.findall(read)
    run = RUN.findall(read)[0].decode()
    status, content = ask(second.port, f"/runs/{run}.json")
    assert status == 200
    assert json.loads(content)["receipt"]["host"] == "the-worker"


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_ends_is_replaced_by_another_and_no_line_is_lost(
    cluster: Cluster, end: signal.Signals
) -> None:
    """Lost: nothing. The page requests the rest from any server."""
    first, second = cluster.servers
    stream = first.press(0.6, times=8)
    read = until(stream, b"Thread#2 running")
    for pid in (first.process.pid, first.worker) if end is signal.SIGKILL else [first.process.pid]:
        os.kill(pid, end)
    with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
        read += stream.read()
    read = complete(read)
    assert RESULT not in read
    rest = continue_stream(second, RUN.findall(read)[0], last_id(read)).read()
    lines = LINE.findall(read) + LINE.findall(rest)
    assert len(lines) == len(set(lines)) == 16
    assert b"outcome-finished" in rest
    assert kept(second, rest)


def test_a_page_continues_on_another_server_and_shows_every_line_once(
    cluster: Cluster, browser: Browser
) -> None:
    """Lost: nothing. A balancer sends the next request to a server that is alive."""
    first, second = cluster.servers
    with TcpProxy(first.port) as balancer:
        page = browser.new_page()
        page.goto(f"{balancer.url}{SLEEPS}?thread_count=8&sleep_seconds=0.6")
        page.locator("#run-button").click()
        page.locator("#transcript").get_by_text("Thread#2 running").wait_for()
        balancer.redirect(second.port)
        for pid in (first.process.pid, first.worker):
            os.kill(pid, signal.SIGKILL)
        page.locator("#result .outcome-finished").wait_for(timeout=20_000)
        lines = page.locator("#transcript .text").all_inner_texts()
        page.close()
    reports = [
        found[0] for line in lines if (found := re.findall(r"Thread#\d+ (?:running|over)", line))
    ]
    assert len(reports) == len(set(reports)) == 16


def test_the_runs_of_a_killed_worker_end_as_lost(cluster: Cluster) -> None:
    """Lost: the rest of the run."""
    stream = cluster.servers[0].press(1, times=10)
    read = until(stream, PRINTED)
    cluster.worker.kill()
    began = time.monotonic()
    read += stream.read()
    assert time.monotonic() - began < 5
    assert b"outcome-lost" in read
    assert b"its worker is gone" in read
    assert PRINTED in kept(cluster.servers[1], read)
    status, page = post(cluster.servers[1], SLEEPS, thread_count=1, sleep_seconds=0.1)
    assert status == 503
    assert "No machine answers" in page
    with working(cluster.environment, "another"):
        wait_until(cluster.is_ready, 20)
        assert b"outcome-finished" in cluster.servers[0].press(0.02).read()


def test_without_redis_pages_are_served_and_run_says_to_try_again(cluster: Cluster) -> None:
    """Lost: nothing that was stored."""
    site = cluster.servers[0]
    before = site.press(0.02).read()
    cluster.redis.kill()
    status, page = post(site, SLEEPS, thread_count=1, sleep_seconds=0.1)
    assert status == 503
    assert "No machine answers" in page
    assert ask(site.port, "/en/threads/lock/lost-update")[0] == 200
    assert ask(site.port, "/healthz")[0] == 200
    assert ask(site.port, "/readyz")[0] == 503
    assert b"outcome-finished" in kept(site, before)
    cluster.redis.start()
    wait_until(cluster.is_ready, 20)
    assert b"outcome-finished" in site.press(0.02).read()


def test_presses_do_not_all_wait_for_a_redis_that_hangs(cluster: Cluster) -> None:
    def press() -> float:
        began = time.monotonic()
        status, page = post(site, SLEEPS, thread_count=1, sleep_seconds=0.1)
        assert status == 503
        assert "No machine answers" in page
        return time.monotonic() - began

    site = cluster.servers[0]
    assert b"outcome-finished" in site.press(0.02).read()
    assert cluster.redis.process is not None
    cluster.redis.process.send_signal(signal.SIGSTOP)
    try:
        assert min(press() for _ in range(5)) < 1
    finally:
        cluster.redis.process.send_signal(signal.SIGCONT)
    wait_until(cluster.is_ready, 20)
    assert b"outcome-finished" in site.press(0.02).read()


def test_without_postgresql_runs_go_on_and_are_stored_when_it_is_back(cluster: Cluster) -> None:
    """Lost: nothing, if the run is requested within ten minutes."""
    first, second = cluster.servers
    stream = first.press(0.3)
    read = until(stream, PRINTED)
    cluster.postgres.stop()
    try:
        read += stream.read()
        assert b"outcome-finished" in read
        assert KEPT not in read
        run = RUN.findall(read)[0].decode()
        assert ask(second.port, f"/en/runs/{run}")[0] == 503
    finally:
        cluster.postgres.start()
    status, page = ask(second.port, f"/en/runs/{run}")
    assert status == 200
    assert len(LINE.findall(page)) == 6
    cluster.redis.kill()
    assert ask(first.port, f"/en/runs/{run}")[0] == 200
    cluster.redis.start()


def test_a_run_can_be_cancelled_on_another_server(cluster: Cluster) -> None:
    first, second = cluster.servers
    stream = first.press(1, times=10)
    read = until(stream, PRINTED)
    assert post(second, f"/runs/{RUN.findall(read)[0].decode()}/cancel")[0] == 204
    began = time.monotonic()
    assert b"outcome-cancelled" in stream.read()
    assert time.monotonic() - began < 2


def test_many_runs_can_be_cancelled_on_another_server(cluster: Cluster) -> None:
    first, second = cluster.servers
    connection = http.client.HTTPConnection("127.0.0.1", first.port, timeout=30)
    form = urlencode({"thread_count": 2, "sleep_seconds": 0.3})
    connection.request("POST", f"{SLEEPS}/repeat", form, {**STREAMED, "Content-Type": FORM})
    stream = connection.getresponse()
    read = until(stream, b"/stop")
    stop = re.findall(rb"/repetitions/[\w-]+/stop", read)[0].decode()
    assert post(second, stop)[0] == 204
    began = time.monotonic()
    read += stream.read()
    assert time.monotonic() - began < 3
    connection.close()


def test_all_servers_count_presses_together(cluster: Cluster) -> None:
    form = {"thread_count": 1, "sleep_seconds": 0.1, VISITOR: "one-page"}
    presses = [post(cluster.servers[number % 2], SLEEPS, **form)[0] for number in range(6)]
    assert presses.count(200) == 4
    assert presses.count(429) == 2


def test_a_server_without_redis_or_postgresql_does_not_start(environment: dict[str, str]) -> None:
    environ = {**os.environ, **environment, "REDIS_URL": ""}
    command = [sys.executable, "-m", "gunicorn"]
    failed = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False
    )
    assert failed.returncode
    assert "MOVAZI_RUNNER=celery needs REDIS_URL." in failed.stderr


def test_the_command_says_whether_a_worker_is_there(cluster: Cluster) -> None:
    def health(name: str) -> int:
        own = {"REDIS_URL": cluster.redis.url(), "MOVAZI_WORKER_NAME": name}
        command = [sys.executable, "-m", "webapp.cluster", "health"]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **own}, check=False).returncode

    assert health("the-worker") == 0
    assert health("another") == 1
    nonsense = [sys.executable, "-m", "webapp.cluster", "nonsense"]
    environ = {**os.environ, **cluster.environment}
    assert subprocess.run(nonsense, cwd=ROOT, env=environ, check=False).returncode == 2
