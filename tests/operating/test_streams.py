"""One thread drives all streams: none delays another, and none holds a thread."""

from __future__ import annotations

import http.client
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from contextvars import ContextVar, copy_context
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import pytest

from tests.api.serving import ask, wait_until
from tests.operating.serving import Served, served, until
from webapp.operating.stream import Stream
from webapp.operating.streams import Streams
from webapp.streaming import SLOW, Piece, Pieces, Signal, Wait

HEARTBEAT = b":\n"
LARGE = bytes(1 << 16)
PATIENCE = 20
"""Seconds for what must happen, even on a busy machine."""


class Conn:
    """The part of gunicorn's connection object that streams use."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock


class Plain:
    """A response that adds nothing to its pieces."""

    sock: Any = None

    def write(self, data: bytes) -> None:
        self.sock.sendall(data)

    def close(self) -> None:
        self.write(b"end")


class Driven:
    """Streams with clients, and what the streams have given back."""

    def __init__(self, unread: float = PATIENCE) -> None:
        self.done: SimpleQueue[Stream] = SimpleQueue()
        self.closed: SimpleQueue[str] = SimpleQueue()
        self.streams = Streams(self._take_back, unread)
        self.open_now = 0

    def open(self, pieces: Pieces, *, keeps: bool = False) -> socket.socket:
        """Begin a stream, as a request's thread does; return its client's socket."""
        client, server = socket.socketpair()
        client.settimeout(PATIENCE)
        server.setblocking(False)
        stream = Stream(Conn(server), Plain(), pieces, HEARTBEAT, lambda: self.closed.put("closed"))
        stream.keeps_connection = keeps
        stream.advance()
        self.open_now += 1
        self.streams.take(stream)
        return client

    def _take_back(self, stream: Stream) -> None:
        if not stream.keeps_connection:
            stream.socket.close()
        self.done.put(stream)
        self.open_now -= 1

    def end(self) -> None:
        """Wait until all streams have ended: each test closes its clients."""
        wait_until(lambda: not self.open_now)

    def is_closed(self) -> bool:
        """Wait until a stream has been closed and given back."""
        self.done.get(timeout=PATIENCE)
        return self.closed.get(timeout=PATIENCE) == "closed"


@pytest.fixture
def driven() -> Iterator[Driven]:
    driven = Driven()
    yield driven
    driven.end()


def endless(signal: Signal, piece: bytes = b"x") -> Pieces:
    while True:
        yield piece
        yield Wait(signal)


def of(*pieces: Piece) -> Pieces:
    yield from pieces


def received(client: socket.socket) -> bytes:
    """Read to the end of a stream; then the client closes."""
    with client:
        return b"".join(iter(lambda: client.recv(1 << 16), b""))


def test_a_stream_is_sent_as_it_is_made(driven: Driven) -> None:
    signal = Signal()
    client = driven.open(of(b"one", Wait(signal), b"two", Wait(signal), b"three"))
    assert client.recv(100) == b"one"
    signal.set()
    assert client.recv(100) == b"two"
    signal.set()
    assert received(client) == b"threeend"
    assert driven.is_closed()


def test_a_client_gets_its_heartbeats_while_there_is_no_news(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.engine.runner.HEARTBEAT_SECONDS", 0.01)
    with driven.open(of(b"one", *[Wait(Signal(), 0.02)] * 1000)) as client:
        assert client.recv(3) == b"one"
        assert client.recv(2) == HEARTBEAT
        assert client.recv(2) == HEARTBEAT


def test_news_wait_for_the_rest_but_not_if_they_are_urgent(driven: Driven) -> None:
    lazy, urgent = Signal(), Signal()
    resting = driven.open(of(Wait(lazy, PATIENCE, 3600), b"late"))
    hurrying = driven.open(of(Wait(urgent, PATIENCE, 3600), b"soon"))
    lazy.set()
    urgent.set(True)
    assert received(hurrying) == b"soonend"
    resting.setblocking(False)
    with pytest.raises(BlockingIOError):
        resting.recv(1)
    resting.setblocking(True)
    lazy.set(True)
    assert received(resting) == b"lateend"


def test_news_before_the_stream_waits_are_not_lost(driven: Driven) -> None:
    signal = Signal()

    def pieces() -> Pieces:
        yield SLOW
        signal.set()
        yield Wait(signal, 3600)
        yield b"seen"

    assert received(driven.open(pieces())) == b"seenend"


def test_a_client_that_does_not_read_delays_no_other_and_is_disconnected() -> None:
    driven = Driven(unread=0.1)
    with driven.open(endless(Signal(), LARGE)), driven.open(of(*[LARGE] * 1000)):
        assert received(driven.open(of(b"quick", SLOW, b"ly"))) == b"quicklyend"
        for _ in range(3):
            driven.done.get(timeout=PATIENCE)
        for _ in range(3):
            driven.closed.get(timeout=PATIENCE)
    driven.end()


def test_a_client_that_reads_slowly_gets_everything(driven: Driven) -> None:
    client = driven.open(of(*[LARGE] * 100))
    assert len(received(client)) == 100 * len(LARGE) + len(b"end")


def test_a_slow_step_delays_no_other_stream(driven: Driven) -> None:
    may_go_on = threading.Event()

    def slow() -> Pieces:
        yield SLOW
        may_go_on.wait(PATIENCE)
        yield b"at last"

    waiting = driven.open(slow())
    assert received(driven.open(of(b"quick"))) == b"quickend"
    may_go_on.set()
    assert received(waiting) == b"at lastend"


@pytest.mark.parametrize("first", [SLOW, Wait(Signal(), 0)], ids=["elsewhere", "here"])
def test_a_stream_that_fails_ends_alone(
    driven: Driven, first: Piece, caplog: pytest.LogCaptureFixture
) -> None:
    def failing() -> Pieces:
        yield b"one"
        yield first
        raise ValueError("no such thing")

    other = Signal()
    with driven.open(endless(other)) as client:
        assert received(driven.open(failing())) == b"one"
        assert driven.is_closed()
        assert client.recv(1) == b"x"
        other.set()
        assert client.recv(1) == b"x"
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_client_that_leaves_ends_its_stream(driven: Driven) -> None:
    ended: SimpleQueue[str] = SimpleQueue()

    def pieces() -> Pieces:
        try:
            yield from endless(signal)
        finally:
            ended.put("ended")

    signal = Signal()
    driven.open(pieces()).close()
    signal.set()
    assert ended.get(timeout=PATIENCE)
    assert driven.is_closed()


def test_a_connection_that_stays_open_is_given_back_as_it_is(driven: Driven) -> None:
    with driven.open(of(b"all"), keeps=True) as client:
        stream = driven.done.get(timeout=PATIENCE)
        assert stream.keeps_connection
        assert client.recv(100) == b"allend"
        with stream.socket as server:
            server.send(b"again")
            assert client.recv(100) == b"again"


def test_a_stream_keeps_the_id_of_its_request_in_whatever_thread(driven: Driven) -> None:
    """The lines of its log have it."""
    name: ContextVar[bytes] = ContextVar("name", default=b"none ")

    def pieces() -> Pieces:
        yield name.get()
        yield Wait(Signal(), 0)
        yield name.get()
        yield SLOW
        yield name.get()

    def begin() -> socket.socket:
        name.set(b"mine ")
        return driven.open(pieces())

    assert received(copy_context().run(begin)) == b"mine mine mine end"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with few threads and places for streams."""
    file = tmp_path_factory.mktemp("site") / "runs.sqlite"
    with served(file, MOVAZI_THREADS="8", MOVAZI_STREAMS="60", MOVAZI_CAPACITY="2") as site:
        yield site


def test_many_more_streams_than_threads_leave_room_for_pages(site: Served) -> None:
    with ExitStack() as stack:
        own = replace(site, connections=stack)
        streams = [own.press(0.5, times=2) for _ in range(50)]
        assert {stream.status for stream in streams} == {200}
        assert ask(site.port, "/en/")[0] == 200
        # One address may have nine of ten places.
        refused = [own.press(0.5) for _ in range(10)]
        assert 503 in {stream.status for stream in refused}
        assert ask(site.port, "/en/")[0] == 200
        for stream in streams[:4]:
            assert b"outcome-finished" in stream.read()
    wait_until(lambda: site.press(0.01).status == 200)


def test_a_connection_serves_again_after_a_stream(site: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    try:
        connection.request("GET", f"/runs/{_run_of(site)}/events")
        answer = connection.getresponse()
        own = connection.sock
        assert b"event: over" in answer.read()
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        assert connection.sock is own
    finally:
        connection.close()


def _run_of(site: Served) -> str:
    """Press Run, and return the id of the run."""
    stream = site.press(0.01)
    begun = until(stream, b"data-run=")
    begun += stream.read()
    return begun.partition(b'data-run="')[2][:16].decode()
