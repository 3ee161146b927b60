"""The site under gunicorn, as `make run` serves it, for tests that stop, reload and kill it."""

from __future__ import annotations

import http.client
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.api.serving import ask, wait_until
from tests.web.scripted import STREAMED
from tools.serving import free_port
from webapp.engine import tree

ROOT = Path(__file__).resolve().parents[2]
SLEEPS = "/en/threads/lock/lock-around-everything"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Served:
    """A server: its port, gunicorn's main process, and the database."""

    port: int
    process: subprocess.Popen[bytes]
    connections: ExitStack
    database: Path

    @property
    def worker(self) -> int:
        """The id of the web worker; of the newer one during a reload."""
        return max(tree.children(self.process.pid))

    def is_ready(self) -> bool:
        return ask(self.port, "/readyz")[0] == 200

    def press(self, seconds: float, times: int = 3) -> http.client.HTTPResponse:
        """Press Run, as htmx does, on a demo whose `times` threads sleep one after the other."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.connections.callback(connection.close)
        form = urlencode({"thread_count": times, "sleep_seconds": seconds})
        connection.request("POST", SLEEPS, form, {**STREAMED, "Content-Type": FORM})
        return self.connections.enter_context(connection.getresponse())


@contextmanager
def served(database: Path, *options: str, **environment: str) -> Iterator[Served]:
    """Serve the site on a free port until the block ends."""
    port = free_port()
    own = {"HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": f"sqlite:///{database}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options],
        cwd=ROOT,
        env={**os.environ, **own, **environment},
    )
    _set_low_limit_of_descriptors(process.pid)
    try:
        with ExitStack() as connections:
            served = Served(port, process, connections, database)
            wait_until(served.is_ready)
            yield served
    finally:
        process.kill()
        process.wait()


def _set_low_limit_of_descriptors(pid: int) -> None:
    """Set the soft limit, as most shells do, before the server starts its worker."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (128, hard))


def until(stream: http.client.HTTPResponse, text: bytes) -> bytes:
    """Read a stream until it has sent `text`; return all that was read."""
    read = b""
    while text not in read:
        line = stream.readline()
        assert line, f"the stream ended without {text!r}: {read[-2000:]!r}"
        read += line
    return read
