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
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.api.serving import ask, wait_until
from tests.engine.running import is_alive
from tests.operating.serving import Served, served, until
from webapp.engine import tree
from webapp.operating.worker import UNREAD

PRINTED = b"Thread#1"
RESULT = b'class="result'
KEPT = b'class="kept-page"'
GRACE = 6 + 6
"""Seconds: `graceful_timeout` in gunicorn.conf.py, and as many for a machine that is busy."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "runs.sqlite") as site:
        yield site


def kept(site: Served, stream: bytes) -> bytes:
    """The page of the run that a stream told of."""
    [run] = set(re.findall(rb"/en/runs/([\w-]{16})", stream))
    status, page = ask(site.port, f"/en/runs/{run.decode()}")
    assert status == 200
    return page


def unread(site: Served) -> int:
    """How many clients have not taken all that the server has sent them, as the kernel has it."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    own = [row for row in rows if row[1].endswith(f":{site.port:04X}")]
    return sum(not row[4].startswith("00000000:") for row in own)


def everything(site: Served) -> list[int]:
    return tree.descendants(site.process.pid)


def test_at_a_stop_streams_end_with_a_result_and_nothing_is_left(site: Served) -> None:
    """Lost: how a run would have gone on. It says so."""
    stream = site.press(1, times=10)
    read = until(stream, PRINTED)
    below = everything(site)
    began = time.monotonic()
    site.process.terminate()
    read += stream.read()
    assert RESULT in read
    assert b"The server lost this run" in read
    assert b"the server was stopped" in read
    assert read.rstrip().endswith(b"event: over\ndata:")
    assert site.process.wait(GRACE) == 0
    assert time.monotonic() - began < GRACE
    wait_until(lambda: not any(is_alive(pid) for pid in below), 5)


def test_a_run_that_is_nearly_over_may_end_by_itself(site: Served) -> None:
    """Lost: nothing."""
    stream = site.press(0.5)
    read = until(stream, PRINTED)
    site.process.terminate()
    read += stream.read()
    assert b"outcome-finished" in read
    assert site.process.wait(GRACE) == 0


def test_what_ended_with_the_server_is_there_when_it_is_back(tmp_path: Path) -> None:
    """Lost: nothing that was reported."""
    with served(tmp_path / "runs.sqlite") as site:
        stream = site.press(1, times=10)
        read = until(stream, PRINTED)
        site.process.terminate()
        read += stream.read()
        site.process.wait(GRACE)
    with served(tmp_path / "runs.sqlite") as again:
        page = kept(again, read)
    assert PRINTED in page
    assert b"the server was stopped" in page


def test_who_is_in_line_at_a_stop_is_told_at_once(tmp_path: Path) -> None:
    """Lost: the place in line."""
    with served(tmp_path / "runs.sqlite", MOVAZI_CAPACITY="1") as site:
        running = site.press(1, times=10)
        until(running, PRINTED)
        waiting = site.press(1)
        until(waiting, b"In line: number")
        site.process.terminate()
        began = time.monotonic()
        assert b"The server lost this run" in waiting.read()
        assert time.monotonic() - began < 2
        running.read()
        assert site.process.wait(GRACE) == 0


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
    wait_until(lambda: not is_alive(old), GRACE)
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
    wait_until(lambda: not any(is_alive(pid) for pid in below if pid != site.process.pid), 15)
    wait_until(site.is_ready)
    assert site.worker != old
    assert b"outcome-finished" in site.press(0.02).read()
    assert b"outcome-finished" in kept(site, done)


def test_a_worker_may_open_as_much_as_the_system_lets_it(site: Served) -> None:
    """Few shells let a process have more than 1,024 descriptors; a class takes more."""
    mine = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert resource.prlimit(site.process.pid, resource.RLIMIT_NOFILE) == (512, mine[1])
    assert resource.prlimit(site.worker, resource.RLIMIT_NOFILE) == (mine[1], mine[1])


def test_a_worker_that_is_recycled_lets_its_streams_end(tmp_path: Path) -> None:
    """Lost: how a run would have gone on that is longer than the grace."""
    with served(tmp_path / "runs.sqlite", "--max-requests", "4") as site:
        old, stream = site.worker, site.press(0.3)
        read = until(stream, PRINTED)
        wait_until(lambda: site.is_ready() and site.worker != old)
        read += stream.read()
        assert b"outcome-finished" in read
        wait_until(lambda: not is_alive(old), GRACE + 2)


def test_the_database_may_fail_in_mid_run(tmp_path: Path) -> None:
    """Lost: the link to the run. Its result is shown all the same, and says so."""
    database = tmp_path / "folder" / "runs.sqlite"
    with served(database) as site:
        stream = site.press(0.3)
        read = until(stream, PRINTED)
        database.rename(tmp_path / "elsewhere")
        read += stream.read()
        assert b"outcome-finished" in read
        assert KEPT not in read
        assert ask(site.port, "/readyz")[0] == 503
        assert ask(site.port, "/healthz")[0] == 200
        (tmp_path / "elsewhere").rename(database)
        wait_until(site.is_ready)
        assert KEPT in site.press(0.02).read()


def test_a_client_that_does_not_read_delays_nobody_and_no_stop(site: Served) -> None:
    """Lost: what it did not read; the run is stored or ended like any other."""
    slow = site.press(1, times=10)  # never read beyond its head
    assert b"outcome-finished" in site.press(0.02).read()
    began = time.monotonic()
    site.process.terminate()
    assert site.process.wait(GRACE + 1) == 0
    assert time.monotonic() - began < GRACE + 1
    slow.close()


def test_a_client_that_takes_nothing_is_given_up(site: Served) -> None:
    """Lost: what it did not take. Else a few hundred of them would hold every thread there is."""
    with ExitStack() as clients:
        for _ in range(20):
            client = clients.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.connect(("127.0.0.1", site.port))
            # More answers than the kernel holds for it.
            client.sendall(b"GET /en/ HTTP/1.1\r\nHost: here\r\n\r\n" * 600)
        wait_until(lambda: unread(site) == 20)
        wait_until(lambda: unread(site) == 0, UNREAD / 1000 + 10)
    assert b"outcome-finished" in site.press(0.02).read()


def test_clients_that_do_not_close_delay_nobody(site: Served) -> None:
    """Lost: nothing. gunicorn waits two seconds for each, in the thread that accepts all others."""
    began = time.monotonic()
    with ExitStack() as clients:
        for _ in range(20):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", site.port)))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            assert client.recv(64).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - began < 10


def test_the_disk_may_be_full_for_a_while(tmp_path: Path) -> None:
    """Lost: the link to a run that ended meanwhile. What was stored before is still there."""
    with served(tmp_path / "runs.sqlite") as site:
        before = site.press(0.02).read()
        limits = resource.prlimit(site.worker, resource.RLIMIT_FSIZE)
        # To the kernel it is the same: no file may grow by another byte.
        resource.prlimit(site.worker, resource.RLIMIT_FSIZE, (0, limits[1]))
        read = site.press(0.02).read()
        assert b"outcome-finished" in read
        assert KEPT not in read
        assert b"outcome-finished" in kept(site, before)
        resource.prlimit(site.worker, resource.RLIMIT_FSIZE, limits)
        assert KEPT in site.press(0.02).read()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: here",
        b"GET / HTTP/1.1\r\nHost: here\r\nX: " + b"a" * 9000,
        b"GET / HTTP/1.1\r\nHost: here" + b"\r\nX: 1" * 70,
        b"POST /api/runs HTTP/1.1\r\nHost: here\r\nContent-Length: 99999999",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: x",
        b"no request at all",
    ],
    ids=["line", "field", "fields", "body", "length", "nonsense"],
)
def test_what_is_too_large_or_no_request_is_refused(site: Served, head: bytes) -> None:
    """Lost: nothing. Nobody is told what failed inside, nor which version of what serves."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as client:
        client.sendall(head + b"\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.split()[1].startswith(b"4")
    assert b"Traceback" not in answer
    assert not re.search(rb"(?i)^server:.*\d", answer, re.MULTILINE)
    assert ask(site.port, "/healthz")[0] == 200
