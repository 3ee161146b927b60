"""How long a page takes while the site is under attack: its p95 under bounded loads.

`make bench ARGS=attack` serves the site as `make run` does, and requests a page repeatedly while
hundreds of clients press Run, send their requests byte by byte, connect and send nothing, or follow
a room. Then it does the same with nginx and with Caddy in front, if these are installed. Everything
runs on this machine.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.classroom import PAGE, percentile, raise_limit_of_descriptors, requesting_pages
from bench.proxies import caddy, nginx
from bench.stream import served
from bench.students import Exercise, press_at_once

MOST = 0.3
"""Seconds that a page may take (p95) under any load."""

SENDING_TIME = 12.0
"""Seconds that slow clients keep sending."""

LOCKED = Exercise(
    "lock-around-everything",
    "/en/threads/lock/lock-around-everything",
    {"thread_count": 10, "sleep_seconds": 1},
    {},
)
POOLS = Exercise(
    "pool-or-serial",
    "/en/processes/process-pool/pool-or-serial",
    {"work": 3, "processes": 2, "start_method": "fork"},
    {},
)
FRONTS: dict[str, Callable[[int, Path], AbstractContextManager[int]] | None] = {
    "nothing": None,
    "nginx": nginx,
    "caddy": caddy,
}

HEAD = b"POST /en/ HTTP/1.1\r\nHost: localhost\r\n"


def main() -> int:
    """Print a row for each load; return 1 if a page took longer than MOST."""
    raise_limit_of_descriptors()
    loads: dict[str, Callable[[int], str]] = {
        "1,200 press Run at once, ten seconds each": lambda port: _press(port, LOCKED, 1200),
        "560 press Run at once, and compute": lambda port: _press(port, POOLS, 560),
        "560 send a byte of their head a second": lambda port: _drip(port, 560, HEAD, b"X"),
        "560 send a byte of their body a second": lambda port: _drip(
            port, 560, HEAD + b"Content-Length: 5000\r\n\r\n", b"x"
        ),
        "1,000 connect and send nothing": lambda port: _drip(port, 1000, b"", b""),
        "1,000 follow a room, from 250 addresses": lambda port: _follow(port, 1000, 250),
    }
    print("| in front | load | a page, p50, ms | p95 | max | p95 limit | answers to the load |")
    print("|---|---|--:|--:|--:|--:|---|")
    failed = False
    for front in filter(_is_installed, FRONTS):
        for name, load in loads.items():
            with _served(front) as port, requesting_pages(port, PAGE) as pages:
                answers = load(port)
            p95 = percentile(pages, 95)
            failed |= p95 > MOST
            times = (percentile(pages, 50), p95, max(pages), MOST)
            figures = " | ".join(f"{1e3 * one:.0f}" for one in times)
            print(f"| {front} | {name} | {figures} | {answers} |", flush=True)
    return int(failed)


def _is_installed(front: str) -> bool:
    return not FRONTS[front] or shutil.which(front) is not None


@contextmanager
def _served(front: str) -> Iterator[int]:
    start_proxy = FRONTS[front]
    with ExitStack() as stack:
        proxied = {"MOVAZI_PROXIES": "1", "MOVAZI_HOSTS": "127.0.0.1"} if start_proxy else {}
        port = stack.enter_context(served(MOVAZI_RATE_LIMIT="3000", **proxied))
        if start_proxy:
            folder = stack.enter_context(TemporaryDirectory(prefix="movazi-bench-"))
            port = stack.enter_context(start_proxy(port, Path(folder)))
        yield port


def _press(port: int, exercise: Exercise, number: int) -> str:
    answers = press_at_once(port, [exercise] * number)
    counts = Counter(str(answer.status or answer.error) for answer in answers)
    return ", ".join(f"{count} × {status}" for status, count in sorted(counts.items()))


def _drip(port: int, number: int, first: bytes, then: bytes) -> str:
    with _connected(port, number) as clients:
        for client in clients:
            client.sendall(first)
        until = time.monotonic() + SENDING_TIME
        while time.monotonic() < until:
            for client in clients:
                with suppress(OSError):
                    client.send(then)
            threading.Event().wait(1)
        closed = sum(map(_is_closed, clients))
    return f"{closed} of {number} were closed"


def _follow(port: int, number: int, addresses: int) -> str:
    """Open a room, and `number` streams of it."""
    room = _open_room(port)
    get = f"GET /en/c/{room}/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    with _connected(port, number, addresses) as clients:
        for client in clients:
            client.sendall(get)
        threading.Event().wait(SENDING_TIME)
        statuses = Counter(map(_status, clients))
        still = number - sum(map(_is_closed, clients))
    counts = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    return f"{counts}, {still} still open"


def _open_room(port: int) -> str:
    """Open a room; return its code."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/en/class/new", headers={"Content-Length": "0"})
    answer = connection.getresponse()
    answer.read()
    connection.request("GET", answer.headers["Location"])
    page = connection.getresponse().read().decode()
    connection.close()
    [code] = set(re.findall(r'href="/c/(\w{6})"', page))
    return str(code)


def _status(client: socket.socket) -> str:
    """Return the status that was answered, or what happened to the connection."""
    try:
        return client.recv(12, socket.MSG_PEEK)[9:].decode() or "closed"
    except OSError as error:
        return type(error).__name__


def _is_closed(client: socket.socket) -> bool:
    try:
        while client.recv(1 << 16, socket.MSG_DONTWAIT):
            pass  # an earlier answer
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextmanager
def _connected(port: int, number: int, addresses: int = 1) -> Iterator[list[socket.socket]]:
    clients = [
        socket.create_connection(
            ("127.0.0.1", port), source_address=(f"127.0.0.{1 + place % addresses}", 0)
        )
        for place in range(number)
    ]
    try:
        yield clients
    finally:
        for client in clients:
            client.close()


if __name__ == "__main__":
    sys.exit(main())
