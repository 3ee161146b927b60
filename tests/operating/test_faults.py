"""What becomes of runs and streams when the server is stopped, reloaded or killed; what is lost.

In each case: nothing that a run had reported to its visitor, and nothing that was stored before.
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
"""Seconds within which a server that was stopped must be gone, also where the machine is busy."""

LONG_GRACE = ("--graceful-timeout", "60")
"""Under it a run may go on for half a minute after a stop: no test waits for that."""

IMPATIENT = Path(__file__).with_name("impatient.py")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    """A server of the test's own, to be stopped."""
    with served(tmp_path / "runs.sqlite") as site:
        yield site


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for all the tests that leave it as it was."""
    folder = tmp_path_factory.mktemp("lasting") / "folder"
    with served(folder / "runs.sqlite", "--config", str(IMPATIENT)) as site:
        yield site


def kept(site: Served, stream: bytes) -> bytes:
    """The page of the run that a stream told of."""
    [run] = set(re.findall(rb"/en/runs/([\w-]{16})", stream))
    status, page = ask(site.port, f"/en/runs/{run.decode()}")
    assert status == 200
    return page


def unread(site: Served) -> set[str]:
    """The clients that have not taken all that the server has sent them, as the kernel has it."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    own = [row for row in rows if row[1].endswith(f":{site.port:04X}")]
    return {row[2] for row in own if not row[4].startswith("00000000:")}


def everything(site: Served) -> list[int]:
    return tree.descendants(site.process.pid)


def test_at_a_stop_streams_end_with_a_result_and_nothing_is_left(tmp_path: Path) -> None:
    """Lost: how a run would have gone on. It says so, also when the server is back.

    A client that does not read delays nobody and no stop; lost is what it did not read.
    """
    with served(tmp_path / "runs.sqlite") as site:
        slow = site.press(1, times=10)  # never read beyond its head
        assert b"outcome-finished" in site.press(0.02).read()
        stream = site.press(1, times=10)
        read = until(stream, PRINTED)
        below = everything(site)
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
        # Each of these would wait for ever if it waited for the lock.
        read = site.press(0.02).read()
        assert b"outcome-finished" in read
        assert LATE in read
        assert PRINTED in kept(site, read)
        assert ask(site.port, "/readyz")[0] == 503
        other.execute("ROLLBACK")
        wait_until(lambda: LATE not in kept(site, read))
        assert other.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_who_is_in_line_at_a_stop_is_told_at_once(tmp_path: Path) -> None:
    """Lost: the place in line."""
    with served(tmp_path / "runs.sqlite", *LONG_GRACE, MOVAZI_CAPACITY="1") as site:
        running = site.press(1, times=10)
        [pid] = re.findall(rb"process ID (\d+)", until(running, b"process ID"))
        waiting = site.press(1)
        until(waiting, b"In line: number")
        site.process.terminate()
        assert b"The server lost this run" in waiting.read()
        assert is_alive(int(pid))  # nobody had to wait for the run before them
        os.kill(int(pid), signal.SIGKILL)
        running.read()
        assert site.process.wait(ENDED) == 0


def test_a_reload_ends_old_streams_and_serves_new_ones_meanwhile(site: Served) -> None:
    """Lost: how the old worker's runs would have gone on."""
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


def test_a_worker_that_is_killed_is_replaced_and_its_runs_end_with_it(site: Served) -> None:
    """Lost: the stream, and the record of runs that were not over. The lines that came stay."""
    done = site.press(0.02).read()
    stream = site.press(1, times=10)
    until(stream, PRINTED)
    old, below = site.worker, everything(site)
    os.kill(old, signal.SIGKILL)
    with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
        assert RESULT not in stream.read()
    wait_until(lambda: not any(is_alive(pid) for pid in below if pid != site.process.pid))
    wait_until(site.is_ready)
    assert site.worker != old
    assert b"outcome-finished" in site.press(0.02).read()
    assert b"outcome-finished" in kept(site, done)


def test_a_worker_may_open_as_much_as_the_system_lets_it(lasting: Served) -> None:
    """Few shells let a process have more than 1,024 descriptors; a class takes more."""
    mine = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert resource.prlimit(lasting.process.pid, resource.RLIMIT_NOFILE) == (128, mine[1])
    assert resource.prlimit(lasting.worker, resource.RLIMIT_NOFILE) == (mine[1], mine[1])


def test_a_worker_that_is_recycled_lets_its_streams_end(tmp_path: Path) -> None:
    """Lost: how a run would have gone on that is longer than the grace."""
    with served(tmp_path / "runs.sqlite", *LONG_GRACE, "--max-requests", "3") as site:
        old, stream = site.worker, site.press(0.3)
        read = until(stream, PRINTED)
        ask(site.port, "/healthz")  # the third, after which it is recycled
        read += stream.read()
        assert b"outcome-finished" in read
        wait_until(lambda: site.is_ready() and not is_alive(old))


def test_the_database_may_fail_in_mid_run(lasting: Served) -> None:
    """Lost: the link to the run. Its result is shown all the same, and says so."""
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


def test_a_client_that_takes_nothing_is_given_up(lasting: Served) -> None:
    """Lost: what it did not take. Else a few hundred of them would hold every thread there is."""
    found: set[str] = set()

    def all_were_unread() -> bool:
        found.update(unread(lasting))
        return len(found) == 5

    with ExitStack() as clients:
        for _ in range(5):
            client = clients.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.connect(("127.0.0.1", lasting.port))
            # More answers than the kernel holds for it.
            client.sendall(b"GET /en/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 600)
        wait_until(all_were_unread)
        wait_until(lambda: not unread(lasting))
    assert b"outcome-finished" in lasting.press(0.02).read()


def test_clients_that_do_not_close_delay_nobody(lasting: Served) -> None:
    """Lost: nothing. gunicorn waits two seconds for each, in the thread that accepts all others:
    for these it would be longer than a test may take."""
    with ExitStack() as clients:
        for _ in range(60):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", lasting.port)))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert client.recv(64).startswith(b"HTTP/1.1 200")


def test_the_disk_may_be_full_for_a_while(lasting: Served) -> None:
    """Lost: the link to a run that ended meanwhile. What was stored before is still there."""
    before = lasting.press(0.02).read()
    limits = resource.prlimit(lasting.worker, resource.RLIMIT_FSIZE)
    # To the kernel it is the same: no file may grow by another byte.
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
def test_what_is_too_large_or_no_request_is_refused(lasting: Served, head: bytes) -> None:
    """Lost: nothing. Nobody is told what failed inside, nor which version of what serves."""
    with socket.create_connection(("127.0.0.1", lasting.port), timeout=10) as client:
        client.sendall(head + b"\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.split()[1].startswith(b"4")
    assert b"Traceback" not in answer
    assert not re.search(rb"(?i)^server:.*\d", answer, re.MULTILINE)
    assert ask(lasting.port, "/healthz")[0] == 200
