"""What a page costs while somebody tries to take the site: its p95 under bounded loads.

`make bench ARGS=attack` serves the site as `make run` does, and looks at a page again and again
while very many press Run, or send their requests byte by byte, or connect and send nothing; then
the same with nginx and with Caddy in front, where these are installed. All of it stays on this
machine.
"""

from __future__ import annotations

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

from bench.classroom import PAGE, percentile, raise_limit_of_descriptors, reading
from bench.proxies import caddy, nginx
from bench.stream import served
from bench.students import Exercise, press_at_once

MOST = 0.3
"""Seconds that a page may take (p95), whatever others do."""

LASTING = 12.0
"""Seconds that slow clients go on."""

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
    """Print a row for each load; 1 where a page took longer than it may."""
    raise_limit_of_descriptors()
    loads: dict[str, Callable[[int], str]] = {
        "1,200 press Run at once, ten seconds each": lambda port: _pressed(port, LOCKED, 1200),
        "560 press Run at once, and compute": lambda port: _pressed(port, POOLS, 560),
        "560 send a byte of their head a second": lambda port: _dripped(port, 560, HEAD, b"X"),
        "560 send a byte of their body a second": lambda port: _dripped(
            port, 560, HEAD + b"Content-Length: 5000\r\n\r\n", b"x"
        ),
        "1,000 connect and send nothing": lambda port: _dripped(port, 1000, b"", b""),
    }
    print("| in front | load | a page, p50, ms | p95 | max | may be | what the others got |")
    print("|---|---|--:|--:|--:|--:|---|")
    failed = False
    for front in filter(_is_there, FRONTS):
        for name, load in loads.items():
            with _served(front) as port, reading(port, PAGE) as pages:
                got = load(port)
            p95 = percentile(pages, 95)
            failed |= p95 > MOST
            times = (percentile(pages, 50), p95, max(pages), MOST)
            shown = " | ".join(f"{1e3 * one:.0f}" for one in times)
            print(f"| {front} | {name} | {shown} | {got} |", flush=True)
    return int(failed)


def _is_there(front: str) -> bool:
    return not FRONTS[front] or shutil.which(front) is not None


@contextmanager
def _served(front: str) -> Iterator[int]:
    stand_before = FRONTS[front]
    with ExitStack() as stack:
        proxied = {"MOVAZI_PROXIES": "1", "MOVAZI_HOSTS": "127.0.0.1"} if stand_before else {}
        port = stack.enter_context(served(MOVAZI_RATE_LIMIT="3000", **proxied))
        if stand_before:
            folder = stack.enter_context(TemporaryDirectory(prefix="movazi-bench-"))
            port = stack.enter_context(stand_before(port, Path(folder)))
        yield port


def _pressed(port: int, exercise: Exercise, number: int) -> str:
    answers = press_at_once(port, [exercise] * number)
    got = Counter(str(answer.status or answer.error) for answer in answers)
    return ", ".join(f"{count} × {status}" for status, count in sorted(got.items()))


def _dripped(port: int, number: int, first: bytes, then: bytes) -> str:
    with _connected(port, number) as clients:
        for client in clients:
            client.sendall(first)
        until = time.monotonic() + LASTING
        while time.monotonic() < until:
            for client in clients:
                with suppress(OSError):
                    client.send(then)
            threading.Event().wait(1)
        closed = sum(map(_is_closed, clients))
    return f"{closed} of {number} were closed"


def _is_closed(client: socket.socket) -> bool:
    try:
        while client.recv(1 << 16, socket.MSG_DONTWAIT):
            pass  # it was answered before
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextmanager
def _connected(port: int, number: int) -> Iterator[list[socket.socket]]:
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(number)]
    try:
        yield clients
    finally:
        for client in clients:
            client.close()


if __name__ == "__main__":
    sys.exit(main())
