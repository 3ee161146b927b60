"""Time until the first line of a demo reaches the visitor, compared with `python -u FILE`.

Measured on the real server over loopback, with the site's gunicorn settings and a new connection
for each request.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench.table import Row
from tools.serving import free_port
from webapp.lessons.folders import TOPICS

ROOT = Path(__file__).resolve().parent.parent
DEMO = TOPICS / "define_a_thread/demos/start_all_then_join.py"
ADDRESS = "/en/threads/define-a-thread/start-all-then-join"
FIRST_LINE = b"my func called by thread"
TIMES = 60
PAUSE = 0.1
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "HX-Request": "true",
    "Accept": "text/html, text/event-stream",
}
QUIET = {"MOVAZI_LOG_LEVEL": "warning"}


def measure() -> list[Row]:
    """Wait for the first line after a press of Run, and after a start of the file, in turn."""
    with served() as port:
        first_line_streamed(port)  # warm up: the first request loads modules
        pairs = [(first_line_streamed(port), _first_line_plain()) for _ in range(TIMES)]
    own, plain = zip(*pairs, strict=True)
    return [Row("first line in the stream", own, "`python -u DEMO.py`", plain, "ms")]


@contextmanager
def served(app: str = "wsgi:app", **settings: str) -> Iterator[int]:
    """Serve the site as `make run` does, or another application, on a free port; yield the port."""
    port = free_port()
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), **QUIET, **settings}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", app],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,  # keep its output out of our table
    )
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    """Wait until a server answers. Raises ConnectionRefusedError after 15 seconds."""
    until = time.monotonic() + 15
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/en/")
            connection.getresponse().read()
            return
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def press(port: int, form: Mapping[str, object], address: str = ADDRESS) -> None:
    """Press Run, and read the answer to its end. Raises RuntimeError if the run did not finish."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", address, urlencode(form), HEADERS)
    answer = connection.getresponse().read()
    connection.close()
    if b"outcome-finished" not in answer:
        raise RuntimeError("a run did not finish")


def first_line_streamed(port: int) -> float:
    """Press Run; return the milliseconds until the program's first line arrives."""
    time.sleep(PAUSE)
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", ADDRESS, urlencode({"thread_count": 5}), HEADERS)
    answer = connection.getresponse()
    for line in answer:
        if FIRST_LINE in line:
            break
    took = time.perf_counter() - began
    answer.read()
    connection.close()
    return took * 1e3


def _first_line_plain() -> float:
    began = time.perf_counter()
    program = subprocess.Popen([sys.executable, "-u", DEMO], stdout=subprocess.PIPE)
    assert program.stdout is not None
    program.stdout.readline()
    took = time.perf_counter() - began
    program.communicate()
    return took * 1e3
