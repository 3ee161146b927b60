"""Serve the site on a free port, as `make run` does, until a block ends."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 50


@contextmanager
def served(app: str = "wsgi:app", **settings: str) -> Iterator[int]:
    """Serve `app` with `settings` as environment variables; yield its port.

    Raises RuntimeError if it does not answer in START_SECONDS.
    """
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1", **settings}
    command = [sys.executable, "-m", "gunicorn", "--log-level", "warning", app]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """Return a port of this machine that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/en/"):
            return
        time.sleep(0.05)
    raise RuntimeError("the site does not answer")
