"""Runs and streams when the server is stopped, reloaded or killed, and what is lost.

In no case: lines that had reached the visitor, and runs that had been stored.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import resource
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.api.serving import ask, wait_until
from tests.engine.running import is_alive
from tests.operating.serving import Served, served, until
from webapp.engine import tree

PRINTED = b"Thread#1"
RESULT = b'class="result'
KEPT = b'class="kept-page"'
LATE = b"The run is stored as soon as"
ENDED = 45
"""Seconds within which a stopped server must have ended, even on a busy machine."""

LONG_GRACE = ("--graceful-timeout", "60")
"""With it a run may go on for half a minute after a stop; no test waits for that."""

IMPATIENT = Path(__file__).with_name("impatient.py")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    """A server for one test, which may stop it."""
    with served(tmp_path / "runs.sqlite") as site:
        yield site


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for all tests that do not damage it."""
    folder = tmp_path_factory.mktemp("lasting") / "folder"
    with served(folder / "runs.sqlite", "--config", str(IMPATIENT)) as site:
        yield site


def kept(site: Served, stream: bytes) -> bytes:
    """Return the page of the stored run that a stream links to."""
    [run] = set(re.findall(rb"/en/runs/([\w-]{16})", stream))
    status, page = ask(site.port, f"/en/runs/{run.decode()}")
    assert status == 200
    return page


def unread(site: Served) -> set[str]:
    """Return the clients with unread bytes in the kernel's send queue."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    own = [row for row in rows if row[1].endswith(f":{site.port:04X}")]
    return {row[2] for row in own if not row[4].startswith("00000000:")}


def processes(site: Served) -> list[int]:
    return tree.descendants(site.process.pid)


def test_at_a_stop_streams_end_with_a_result_and_no_process_is_left(tmp_path: Path) -> None:
    """Lost: the rest of the run. Its result says so, also after a restart.

    A client that does not read delays neither others nor the stop; it loses what it did not read.
    """
    with served(tmp_path / "runs.sqlite") as site:
        slow = site.press(1, times=10)  # only the head is read
        assert b"outcome-finished" in site.press(0.02).read()
        stream = site.press(1, times=10)
        read = until(stream, PRINTED)
        below = processes(site)
        site.process.terminate()
        read += stream.read()
        assert RESULT in read
        assert b"The server lost this run" in read
        assert b"the server was stopped" in read
        assert read.rstrip().endswith(b"event: over\ndata:")
        assert site.process.wait(ENDED) == 0
        wait_until(lambda: not any(is_alive(pid) for pid in below))
        slow.close()
    with served(tmp_path / "runs.sqlite") as again:
        page = kept(again, read)
    assert PRINTED in page
    assert b"the server was stopped" in page


def test_a_run_that_is_nearly_over_may_end_by_itself(tmp_path: Path) -> None:
    """Lost: nothing."""
    with served(tmp_path / "runs.sqlite", *LONG_GRACE) as site:
        stream = site.press(0.2)
        read = until(stream, PRINTED)
        site.process.terminate()
        read += stream.read()
        assert b"outcome-finished" in read
        assert site.process.wait(ENDED) == 0


def test_a_locked_database_delays_no_stream_and_no_page(tmp_path: Path) -> None:
    """Lost: nothing. The run is stored when the lock is gone."""
    file = tmp_path / "runs.sqlite"
    with served(file) as site, closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        # If one of these waited for the lock, it would never return.
        read = site.press(0.02).read()
        assert b"outcome-finished" in read
        assert LATE in read
        assert PRINTED in kept(site, read)
        assert ask(site.port, "/readyz")[0] == 503
        other.execute("ROLLBACK")
        wait_until(lambda: LATE not in kept(site, read))
        assert other.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_a_visitor_in_line_at_a_stop_is_told_at_once(tmp_path: Path) -> None:
    """Lost: the place in line."""
    with served(tmp_path / "runs.sqlite", *LONG_GRACE, MOVAZI_CAPACITY="1") as site:
        running = site.press(1, times=10)
        [pid] = re.findall(rb"process ID (\d+)", until(running, b"process ID"))
        waiting = site.press(1)
        until(waiting, b"In line: number")
        site.process.terminate()
        assert b"The server lost this run" in waiting.read()
        assert is_alive(int(pid))  # the answer did not wait for the run ahead
        os.kill(int(pid), signal.SIGKILL)
        running.read()
        assert site.process.wait(ENDED) == 0


def test_a_reload_ends_old_streams_and_serves_new_ones_meanwhile(site: Served) -> None:
    """Lost: the rest of the old worker's runs."""
    old, stream = site.worker, site.press(1, times=10)
    read = until(stream, PRINTED)
    site.process.send_signal(signal.SIGHUP)
    wait_until(lambda: site.worker != old)
    wait_until(site.is_ready)
    short = site.press(0.05)
    assert b"outcome-finished" in short.read()
    read += stream.read()
    assert b"the server was stopped" in read
    wait_until(lambda: not is_alive(old), ENDED)
    assert b"outcome-finished" in site.press(0.05).read()


def test_a_killed_worker_is_replaced_and_its_runs_end(site: Served) -> None:
    """Lost: the stream, and the record of unfinished runs. The lines that had arrived stay."""
    done = site.press(0.02).read()
    stream = site.press(1, times=10)
    until(stream, PRINTED)
    old, below = site.worker, processes(site)
    os.kill(old, signal.SIGKILL)
    with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
        assert RESULT not in stream.read()
    wait_until(lambda: not any(is_alive(pid) for pid in below if pid != site.process.pid))
    wait_until(site.is_ready)
    assert site.worker != old
    assert b"outcome-finished" in site.press(0.02).read()
    assert b"outcome-finished" in kept(site, done)


def test_a_worker_has_the_highest_limit_of_descriptors(lasting: Served) -> None:
    """Most shells allow a process 1,024 descriptors; a class needs more."""
    mine = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert resource.prlimit(lasting.process.pid, resource.RLIMIT_NOFILE) == (128, mine[1])
    assert resource.prlimit(lasting.worker, resource.RLIMIT_NOFILE) == (mine[1], mine[1])


def test_a_worker_that_is_recycled_lets_its_streams_end(tmp_path: Path) -> None:
    """Lost: the rest of a run that is longer than the grace."""
    with served(tmp_path / "runs.sqlite", *LONG_GRACE, "--max-requests", "3") as site:
        old, stream = site.worker, site.press(0.3)
        read = until(stream, PRINTED)
        ask(site.port, "/healthz")  # the third request: the worker is recycled after it
        read += stream.read()
        assert b"outcome-finished" in read
        wait_until(lambda: site.is_ready() and not is_alive(old))


def test_the_database_may_fail_during_a_run(lasting: Served) -> None:
    """Lost: the link to the run. Its result is shown."""
    folder = lasting.database.parent
    elsewhere = folder.with_name("elsewhere")
    stream = lasting.press(0.3)
    read = until(stream, PRINTED)
    folder.rename(elsewhere)
    try:
        read += stream.read()
        assert b"outcome-finished" in read
        assert KEPT not in read
        assert ask(lasting.port, "/readyz")[0] == 503
        assert ask(lasting.port, "/healthz")[0] == 200
    finally:
        elsewhere.rename(folder)
    wait_until(lasting.is_ready)
    assert KEPT in lasting.press(0.02).read()


def test_a_client_that_does_not_read_is_disconnected(lasting: Served) -> None:
    """Lost: what it did not read. A few hundred such clients would occupy every thread."""
    found: set[str] = set()

    def all_were_unread() -> bool:
        found.update(unread(lasting))
        return len(found) == 5

    with ExitStack() as clients:
        for _ in range(5):
            client = clients.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.connect(("127.0.0.1", lasting.port))
            # More answers than the kernel buffers.
            client.sendall(b"GET /en/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 600)
        wait_until(all_were_unread)
        wait_until(lambda: not unread(lasting))
    assert b"outcome-finished" in lasting.press(0.02).read()


def test_clients_that_do_not_close_delay_no_other_client(lasting: Served) -> None:
    """Lost: nothing. If gunicorn's accepting thread waited for each, the test would time out."""
    with ExitStack() as clients:
        for _ in range(60):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", lasting.port)))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert client.recv(64).startswith(b"HTTP/1.1 200")


def test_the_disk_may_be_full_for_a_while(lasting: Served) -> None:
    """Lost: the link to a run that ended meanwhile. Runs that were stored before stay."""
    before = lasting.press(0.02).read()
    limits = resource.prlimit(lasting.worker, resource.RLIMIT_FSIZE)
    # The same as a full disk: no file may grow.
    resource.prlimit(lasting.worker, resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        read = lasting.press(0.02).read()
        assert b"outcome-finished" in read
        assert KEPT not in read
        assert b"outcome-finished" in kept(lasting, before)
    finally:
        resource.prlimit(lasting.worker, resource.RLIMIT_FSIZE, limits)
    assert KEPT in lasting.press(0.02).read()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 9000,
        b"GET / HTTP/1.1\r\nHost: localhost" + b"\r\nX: 1" * 70,
        b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x",
        b"no request at all",
    ],
    ids=["line", "field", "fields", "body", "length", "nonsense"],
)
def test_a_request_that_is_too_large_or_malformed_is_refused(lasting: Served, head: bytes) -> None:
    """Lost: nothing. The answer tells neither what failed inside nor the server's version."""
    with socket.create_connection(("127.0.0.1", lasting.port), timeout=10) as client:
        client.sendall(head + b"\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.split()[1].startswith(b"4")
    assert b"Traceback" not in answer
    assert not re.search(rb"(?i)^server:.*\d", answer, re.MULTILINE)
    assert ask(lasting.port, "/healthz")[0] == 200
