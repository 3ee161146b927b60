"""Clients that send slowly, or nothing, delay no other client, and are disconnected in time."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.operating.serving import Served, served
from webapp.operating import arrivals
from webapp.operating.arrivals import Arrivals

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"POST /x HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = [
    GET,
    HEAD + b"Content-Length: 3\r\n\r\nabc",
    HEAD + b"content-LENGTH: 0\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    HEAD + b"Content-Length: 99999999\r\n\r\n",  # is refused without its body
]


class Conn:
    """The part of gunicorn's connection object that arrivals use."""

    parser = None

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock


class PolledArrivals:
    """Arrivals with their own poller, and the requests and connections that they report."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.poller = stack.enter_context(selectors.DefaultSelector())
        self.arrived: list[bytes] = []
        self.lost = 0
        self.arrivals = Arrivals(
            self.poller,
            arrived=lambda conn, data: self.arrived.append(data),
            lost=self._lose,
        )

    def _lose(self, conn: Conn) -> None:
        self.lost += 1
        conn.sock.close()

    def connect(self) -> socket.socket:
        client, server = socket.socketpair()
        self.stack.enter_context(server)
        self.arrivals.begin(Conn(server))
        return client

    def poll(self) -> None:
        for key, _ in self.poller.select(0):
            key.data(key.fileobj)


@pytest.fixture
def polled() -> Iterator[PolledArrivals]:
    with ExitStack() as stack:
        yield PolledArrivals(stack)


@pytest.mark.parametrize("request_", WHOLE, ids=range(len(WHOLE)))
def test_a_request_is_passed_on_when_it_is_complete_and_not_before(
    polled: PolledArrivals, request_: bytes
) -> None:
    with polled.connect() as client:
        for place in range(len(request_)):
            assert polled.arrived == []
            client.send(request_[place : place + 1])
            polled.poll()
        assert polled.arrived == [request_]


def test_a_client_that_expects_100_continue_gets_it(polled: PolledArrivals) -> None:
    with polled.connect() as client:
        client.send(HEAD + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        polled.poll()
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.send(b"abc")
        polled.poll()
        assert len(polled.arrived) == 1


def test_a_head_without_end_is_refused(polled: PolledArrivals) -> None:
    with polled.connect() as client:
        client.send(b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 10_000)
        polled.poll()
        assert client.recv(100).startswith(b"HTTP/1.1 431 ")
        assert (polled.arrived, polled.lost) == ([], 1)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"<b>GARBAGE</b>\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n<b>: x\r\n\r\n", 400),
        (b"GET /" + b"<b>" * 5000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: <b>\r\n\r\n", 501),
    ],
    ids=["no request", "no header", "long", "coding"],
)
def test_a_malformed_request_is_answered_without_repeating_it(
    site: Served, request_: bytes, status: int
) -> None:
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(request_)
        head, _, body = b"".join(iter(lambda: client.recv(1000), b"")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in head
    assert b"<b>" not in head + body


def test_clients_that_send_nothing_are_disconnected_the_oldest_first(
    polled: PolledArrivals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "MOST", 2)
    with ExitStack() as stack:
        first, second, third = (stack.enter_context(polled.connect()) for _ in range(3))
        assert first.recv(1) == b""
        monkeypatch.setattr(arrivals, "PATIENCE", -1.0)
        fourth = stack.enter_context(polled.connect())
        polled.arrivals.close_late(leaving=False)
        assert second.recv(1) == b""
        third.send(b"GET")
        polled.poll()
        polled.arrivals.close_late(leaving=True)
        third.setblocking(False)
        with pytest.raises(BlockingIOError):
            third.recv(1)  # not closed: its request has begun
        assert fourth.recv(1) == b""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("site") / "runs.sqlite") as site:
        yield site


@pytest.mark.parametrize("sent", [b"", GET[:20], HEAD + b"Content-Length: 9\r\n\r\nabc"])
def test_more_slow_clients_than_threads_delay_no_other_client(site: Served, sent: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(600):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", site.port)))
            slow.sendall(sent)
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", site.port)) as client:
            client.settimeout(30)
            client.sendall(GET)
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        # Far less than any time-out: the server does not wait for the slow clients.
        assert time.monotonic() - began < arrivals.PATIENCE / 2
