"""A real server with the real site, for tests that need connections."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.engine.runner import Phase

LONGEST = 0.002
"""Seconds of the longest sleep that FastRunner allows."""


class NotedRunner(EmbeddedRunner):
    """An engine that keeps the ids of its runs."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def start(self, program: Program, **options: Any) -> str:
        id = super().start(program, **options)
        self.asked.append(id)
        return id

    def ended(self, run: str) -> Recording:
        """Wait for the end of a run; return its record."""
        wait_until(lambda: self.state(run).phase is Phase.OVER)
        recording = self.recording(run)
        assert recording is not None
        return recording


class FastRunner(EmbeddedRunner):
    """An engine that cuts all sleeps to almost nothing, and runs equal programs only once."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def start(self, program: Program, **options: Any) -> str:
        parameters = {name: _cut(value) for name, value in program.parameters.items()}
        key = f"{program.path} {parameters} {options.get('observe')}"
        if key not in self._known:
            fast = replace(program, parameters=parameters)
            self._known[key] = super().start(fast, **options)
        return self._known[key]


def _cut(value: object) -> object:
    return min(value, LONGEST) if isinstance(value, float) else value


def json_of(answer: TestResponse) -> Any:
    """Return the JSON of an answer."""
    assert answer.mimetype == "application/json", answer.text
    return answer.json


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """Serve a site on a free port, with a thread for each request; yield the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="server")
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(port: int, path: str, **query: object) -> tuple[int, bytes]:
    """Send a GET request to a server; return the status and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", f"{path}?{urlencode(query)}")
        answer = connection.getresponse()
        return answer.status, answer.read()


def wait_until(true: Callable[[], bool], within: float = 45) -> None:
    """Poll until `true()` holds; fail if it does not within so many seconds."""
    deadline = time.monotonic() + within
    while True:
        with contextlib.suppress(OSError):
            if true():
                return
        assert time.monotonic() < deadline, f"it is not true after {within} s"
        time.sleep(0.02)


@contextmanager
def connected(port: int, request: bytes) -> Iterator[socket.socket]:
    """Send a request; close the connection at the end of the block, answered or not."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        yield connection
