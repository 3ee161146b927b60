"""A real server with the real site, for what only a connection shows."""

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

SHORTEST = 0.002
"""Seconds."""


class NotedRunner(EmbeddedRunner):
    """The engine as the site has it; it keeps the ids of the runs that it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def start(self, program: Program, **told: Any) -> str:
        id = super().start(program, **told)
        self.asked.append(id)
        return id

    def ended(self, run: str) -> Recording:
        """Wait for the end of a run."""
        wait_until(lambda: self.state(run).phase is Phase.OVER)
        recording = self.recording(run)
        assert recording is not None
        return recording


class HastyRunner(EmbeddedRunner):
    """Runs every program for real, but its times are cut to next to nothing, and who asks for the
    same once more is given the run that there was."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def start(self, program: Program, **told: Any) -> str:
        parameters = {name: _cut(value) for name, value in program.parameters.items()}
        key = f"{program.path} {parameters} {told.get('observe')}"
        if key not in self._known:
            hasty = replace(program, parameters=parameters)
            self._known[key] = super().start(hasty, **told)
        return self._known[key]


def _cut(value: object) -> object:
    return min(value, SHORTEST) if isinstance(value, float) else value


def json_of(answer: TestResponse) -> Any:
    """What an answer says in JSON."""
    assert answer.mimetype == "application/json", answer.text
    return answer.json


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """Serve a site on a free port of this machine, a thread for each request."""
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
    """Ask a server for something: its status and its body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", f"{path}?{urlencode(query)}")
        answer = connection.getresponse()
        return answer.status, answer.read()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until(true: Callable[[], bool], within: float = 45) -> None:
    """Wait until it is true; it must be within so many seconds."""
    deadline = time.monotonic() + within
    while True:
        with contextlib.suppress(OSError):
            if true():
                return
        assert time.monotonic() < deadline, f"it is not true after {within} s"
        time.sleep(0.02)


@contextmanager
def connected(port: int, request: bytes) -> Iterator[socket.socket]:
    """Send a request, and leave at the end of the block whether it was answered or not."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        yield connection
