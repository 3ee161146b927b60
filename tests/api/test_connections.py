"""Clients that disconnect, and gunicorn on the routes where the report's server hung."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.api.serving import NotedRunner, ask, connected, served, wait_until
from tools.serving import free_port
from webapp.engine.recording import Outcome

ROOT = Path(__file__).resolve().parents[2]
LONG = b"GET /api10/run10/?start=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"  # takes 15 s


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with served(app) as port:
        yield port


@pytest.fixture(scope="module")
def gunicorn_port() -> Iterator[int]:
    """The site as `make run` serves it."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1"}
    server = subprocess.Popen([sys.executable, "-m", "gunicorn"], cwd=ROOT, env=environment)
    try:
        wait_until(lambda: ask(port, "/api/topics")[0] == 200)
        yield port
    finally:
        server.terminate()
        server.wait()


def post(body: object, *headers: str) -> bytes:
    content = json.dumps(body).encode()
    head = [
        "POST /api/runs HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + content


SLOW = {
    "demo": "lock/lock-around-everything",
    "parameters": {"thread_count": 10, "sleep_seconds": 1},
}


@pytest.mark.parametrize(
    "request_",
    [LONG, post(SLOW), post(SLOW, "Accept: text/event-stream")],
    ids=["a route of the report", "a run", "a stream"],
)
def test_a_client_that_disconnects_ends_its_run(
    port: int, runner: NotedRunner, request_: bytes
) -> None:
    before = len(runner.asked)
    with connected(port, request_):
        wait_until(lambda: len(runner.asked) > before)
    assert runner.ended(runner.asked[-1]).outcome is Outcome.CANCELLED


def test_a_client_that_stays_gets_its_answer(port: int) -> None:
    status, body = ask(port, "/api4/run4", thread_count=2, unit_seconds=0.05)
    assert status == 200
    assert len(json.loads(body)["Primary Output"]) == 6


def test_a_large_body_without_a_length_is_refused(gunicorn_port: int) -> None:
    head = post(SLOW, "Transfer-Encoding: chunked").partition(b"\r\n\r\n")[0]
    head = b"\r\n".join(line for line in head.split(b"\r\n") if b"Content-Length" not in line)
    chunk = b"%x\r\n%s\r\n" % (8192, b" " * 8192)
    request_ = head + b"\r\n\r\n" + 3 * chunk + b"0\r\n\r\n"
    with connected(gunicorn_port, request_) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_under_gunicorn_run11_and_run15_answer_every_time(gunicorn_port: int) -> None:
    """In the report they hung, since their children inherited the server's handler of SIGTERM."""
    for _ in range(20):
        status, body = ask(gunicorn_port, "/api11/run11/", unit_seconds=0.01)
        assert status == 200
        assert json.loads(body)["results"][-1] == "Process exit code: -15"
        status, body = ask(gunicorn_port, "/api15/run15/")
        assert status == 200
        assert len(json.loads(body)["Pool"]) == 101


def test_under_gunicorn_a_client_that_disconnects_ends_its_run(gunicorn_port: int) -> None:
    request_ = post(SLOW, "Accept: text/event-stream")
    with connected(gunicorn_port, request_) as connection, connection.makefile("rb") as answer:
        line = next(line for line in answer if line.startswith(b"data: "))
    run = json.loads(line.removeprefix(b"data: "))["run"]

    def ended() -> bool:
        return bool(json.loads(ask(gunicorn_port, f"/api/runs/{run}")[1])["phase"] == "over")

    wait_until(ended)
