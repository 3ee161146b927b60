"""Requests as they arrive, read by the one thread that accepts: a client that is slow to send, or
sends nothing, holds no thread.

A connection waits here from when it is opened, or a next request begins on it, until the request is
there as a whole. It is closed where that takes too long.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import time
from collections.abc import Callable
from functools import partial

from gunicorn.workers.gthread import TConn

PATIENCE = 10.0
"""Seconds that a request may take to arrive: its head, and its body with it."""

MOST = 2000
"""Connections that may wait for their request; beyond, the one that waits longest is closed."""

LONGEST_HEAD, LARGEST_BODY = 1 << 15, 1 << 16
"""Bytes: a longer head is refused, and a request with a larger body handed on, to be refused."""

READ_SIZE = 1 << 16
END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked[ \t]*\r\n", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    b"Content-Length: 0\r\nX-Content-Type-Options: nosniff\r\n\r\n"
)


class Arrival:
    """One connection with what has come of its request."""

    def __init__(self, conn: TConn, data: bytes) -> None:
        self.conn = conn
        self.data = bytearray(data)
        self.until = time.monotonic() + PATIENCE
        self.was_encouraged = False
        self.is_over = False

    @property
    def is_too_long(self) -> bool:
        """Whether its head is longer than any that is taken."""
        return self.data.find(END, 0, LONGEST_HEAD) < 0 and len(self.data) > LONGEST_HEAD

    def is_whole(self) -> bool:
        """Whether the request is there, or so large that it will be refused."""
        head = self.data.find(END)
        if head < 0:
            return False
        body = len(self.data) - head - len(END)
        if found := LENGTH.search(self.data, 0, head + 2):
            length = int(found[1][:20])
            return body >= length or length > LARGEST_BODY
        if CHUNKED.search(self.data, 0, head + 2):
            return self.data.endswith(b"0" + END) or body > LARGEST_BODY
        return True

    def waits_to_be_encouraged(self) -> bool:
        """Whether its client sends the body only when it is told to; true once."""
        head = self.data.find(END)
        if self.was_encouraged or head < 0 or not EXPECTS.search(self.data, 0, head + 2):
            return False
        self.was_encouraged = True
        return True


class Arrivals:
    """All connections that wait for their request. It belongs to the thread that accepts."""

    def __init__(
        self,
        poller: selectors.BaseSelector,
        *,
        arrived: Callable[[TConn, bytes], None],
        lost: Callable[[TConn], None],
    ) -> None:
        """`arrived` is called with each request, and `lost` with a connection that has none."""
        self._poller = poller
        self._arrived = arrived
        self._lost = lost
        self._arrivals: dict[int, Arrival] = {}  # by descriptor, the one that waits longest first

    def begin(self, conn: TConn) -> None:
        """Have a connection wait for its request; some of it may have been read already."""
        read = conn.parser.unreader.take_buffered() if conn.parser else b""
        arrival = Arrival(conn, read)
        if arrival.is_whole():
            self._arrived(conn, read)
            return
        conn.sock.setblocking(False)
        self._arrivals[conn.sock.fileno()] = arrival
        self._poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, arrival))
        if len(self._arrivals) > MOST:
            self._lose(next(iter(self._arrivals.values())))
        else:
            self._read(arrival, conn.sock)  # most often it is there

    def close_late(self, *, leaving: bool) -> None:
        """Close those that have waited too long; when leaving, also those that sent nothing."""
        now = time.monotonic()
        while self._arrivals and (first := next(iter(self._arrivals.values()))).until < now:
            self._lose(first)
        if leaving:
            for silent in [one for one in self._arrivals.values() if not one.data]:
                self._lose(silent)

    def _read(self, arrival: Arrival, _: object) -> None:
        if arrival.is_over:  # of another's turn at the same moment
            return
        conn = arrival.conn
        try:
            read = conn.sock.recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            read = b""
        if not read:
            self._lose(arrival)
            return
        arrival.data += read
        if arrival.is_too_long:
            self._say(conn, TOO_LONG)
            self._lose(arrival)
        elif arrival.is_whole():
            self._forget(arrival)
            self._arrived(conn, bytes(arrival.data))
        elif arrival.waits_to_be_encouraged():
            self._say(conn, CONTINUE)

    def _say(self, conn: TConn, words: bytes) -> None:
        with contextlib.suppress(OSError):  # it is gone: the next read sees it
            conn.sock.send(words)

    def _lose(self, arrival: Arrival) -> None:
        self._forget(arrival)
        self._lost(arrival.conn)

    def _forget(self, arrival: Arrival) -> None:
        arrival.is_over = True
        del self._arrivals[arrival.conn.sock.fileno()]
        self._poller.unregister(arrival.conn.sock)
