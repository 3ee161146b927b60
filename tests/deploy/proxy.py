"""A forwarding proxy like that of Codespaces: HTTPS ends in front of it, and it does not buffer.

Its requests to the site have the host "localhost" and the visitor's address, host and scheme in
X-Forwarded-*. It closes each connection after one answer.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from socketserver import StreamRequestHandler, ThreadingTCPServer

VISITOR = "203.0.113.7"
OUTER_HOST = "shiny-fiesta-8000.app.github.dev"
OUTER = f"https://{OUTER_HOST}"

SET = {b"host", b"connection", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-for"}
"""The headers that the proxy sets, whatever the visitor sent."""


class Proxy(ThreadingTCPServer):
    """A server on a free port of this machine."""

    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def proxy_to(port: int) -> Iterator[int]:
    """Start a proxy in front of a port; yield its port."""
    with Proxy(("127.0.0.1", 0), partial(Forwarding, port)) as server:
        thread = threading.Thread(target=server.serve_forever, name="proxy")
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


class Forwarding(StreamRequestHandler):
    """One request and its answer."""

    def __init__(self, port: int, *arguments: object) -> None:
        self.port = port
        super().__init__(*arguments)  # type: ignore[arg-type]

    def handle(self) -> None:
        """Forward the request, then each piece of the answer as it arrives."""
        head = b"".join(iter(self.rfile.readline, b"\r\n"))
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as site:
            site.sendall(self._forwarded(head))
            site.sendall(self.rfile.read(_length(head)))
            while piece := site.recv(65536):
                self.wfile.write(piece)

    def _forwarded(self, head: bytes) -> bytes:
        request, *lines = head.splitlines()
        kept = [line for line in lines if line.partition(b":")[0].lower() not in SET]
        said = [
            f"Host: localhost:{self.port}",
            "Connection: close",
            f"X-Forwarded-Host: {OUTER_HOST}",
            "X-Forwarded-Proto: https",
            f"X-Forwarded-For: {VISITOR}",
        ]
        return b"\r\n".join([request, *kept, *(line.encode() for line in said), b"", b""])


def _length(head: bytes) -> int:
    for line in head.splitlines():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
