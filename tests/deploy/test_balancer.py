"""The balancer in front of several servers uses both, and skips one that is down."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.api.serving import ask, wait_until
from tests.operating.serving import ROOT
from tools.serving import free_port

FORM = b"thread_count=4&sleep_seconds=0.5"


class Server(ThreadingHTTPServer):
    """A server that answers with its address and the request's headers."""

    def __init__(self, address: str, port: int) -> None:
        super().__init__((address, port), partial(Handler, self))
        self.address = address
        self.taken: list[bytes] = []
        """The forms that it has received."""
        self.seen = threading.Event()
        """Set by the test when it has read the first line of the stream."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop. It may be called twice."""
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers for a server, with a connection for each request, which cannot outlive the server."""

    def __init__(self, one: Server, *arguments: Any) -> None:
        self.one = one
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._answer("\n".join([self.one.address, *self.headers.values()]).encode())

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"]))
        self.one.taken.append(form)
        if self.path != "/stream":
            self._answer(form)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"first\n")
        self.wfile.write(b"last\n" if self.one.seen.wait(10) else b"too late\n")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Do not log."""


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """Two servers, at one port of two addresses."""
    port = free_port()
    with closing(Server("127.0.0.1", port)) as one, closing(Server("127.0.0.2", port)) as other:
        yield one, other


@pytest.fixture
def balancer(servers: tuple[Server, Server], tmp_path: Path) -> Iterator[int]:
    """The port of Caddy with Caddyfile.cluster, in which ports and servers are replaced."""
    port, behind = free_port(), servers[0].server_port
    text = (ROOT / "deploy/Caddyfile.cluster").read_text()
    pair = "dynamic multi {\n" + "".join(f"a {one.address} {behind}\n" for one in servers)
    for old, new in (
        (":8000 {", f":{port} {{\n\tbind 127.0.0.1"),
        ("dynamic a {$SERVER} 8000 {\n\t\t\trefresh 2s\n", pair),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = tmp_path / "Caddyfile"
    file.write_text(text)
    caddy = str(Path(sys.executable).with_name("caddy"))
    command = [caddy, "run", "--config", str(file), "--adapter", "caddyfile"]
    home = {"HOME": str(tmp_path), "CADDY_ADMIN": f"127.0.0.1:{free_port()}"}
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, env={**os.environ, **home}, stderr=log) as process,
    ):
        try:
            wait_until(lambda: ask(port, "/")[0] == 200)
            yield port
        finally:
            process.terminate()


def press(port: int) -> tuple[int, bytes]:
    """Send a form; return the status and the body."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("POST", "/", FORM)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_both_servers_get_requests(balancer: int, servers: tuple[Server, Server]) -> None:
    asked = {ask(balancer, "/")[1].split(b"\n")[0].decode() for _ in range(20)}
    assert asked == {one.address for one in servers}


def test_a_form_is_sent_once_to_the_other_server_if_one_is_down(
    balancer: int, servers: tuple[Server, Server]
) -> None:
    gone, other = servers
    gone.close()
    assert [press(balancer) for _ in range(10)] == [(200, FORM)] * 10
    assert (gone.taken, other.taken) == ([], [FORM] * 10)


def test_lines_are_not_buffered(balancer: int, servers: tuple[Server, Server]) -> None:
    with closing(HTTPConnection("127.0.0.1", balancer, timeout=20)) as connection:
        connection.request("POST", "/stream", FORM)
        answer = connection.getresponse()
        assert answer.readline() == b"first\n"
        for one in servers:
            one.seen.set()
        assert answer.read() == b"last\n"


def test_the_servers_get_the_visitors_address_only_from_the_balancer(balancer: int) -> None:
    with closing(HTTPConnection("127.0.0.1", balancer, timeout=20)) as connection:
        forged = {"Host": "movazi.example.org", "X-Forwarded-For": "203.0.113.7"}
        connection.request("GET", "/", headers=forged)
        headers = connection.getresponse().read().decode().split("\n")
    assert "203.0.113.7" not in headers
    assert {"movazi.example.org", "127.0.0.1", "http"} <= set(headers)
