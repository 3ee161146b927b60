"""Reads requests in the thread that accepts connections, so that a client which sends slowly or
nothing occupies no thread of its own.

A connection waits here until its request is complete. It is closed if that takes too long.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import time
from collections.abc import Callable

from gunicorn.workers.gthread import TConn

PATIENCE = 10.0
"""Seconds that a request may take to arrive, head and body."""

MOST = 2000
"""The most connections that may wait; beyond, the one that waits longest is closed."""

LONGEST_HEAD, LARGEST_BODY = 1 << 15, 1 << 16
"""Bytes: a longer head is refused here. A request with a larger body is passed on, and refused
later."""

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
    """A connection, and the part of its request that has arrived."""

    def __init__(self, conn: TConn, data: bytes) -> None:
        self.conn = conn
        self.data = bytearray(data)
        self.until = time.monotonic() + PATIENCE
        self.was_encouraged = False
        self.is_over = False

    @property
    def is_too_long(self) -> bool:
        """Whether its head is longer than LONGEST_HEAD."""
        return self.data.find(END, 0, LONGEST_HEAD) < 0 and len(self.data) > LONGEST_HEAD

    def is_whole(self) -> bool:
        """Return whether the request is complete, or too large."""
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
        """Return whether its client waits for "100 Continue". Returns True only once."""
        head = self.data.find(END)
        if self.was_encouraged or head < 0 or not EXPECTS.search(self.data, 0, head + 2):
            return False
        self.was_encouraged = True
        return True


class Arrivals:
    """All connections that wait for their request. Used only by the accepting thread."""

    def __init__(
        self,
        poller: selectors.BaseSelector,
        *,
        arrived: Callable[[TConn, bytes], None],
        lost: Callable[[TConn], None],
    ) -> None:
        """`arrived` is called with each complete request, `lost` with each connection to close."""
        self._poller = poller
        self._arrived = arrived
        self._lost = lost
        self._arrivals: dict[int, Arrival] = {}  # by descriptor, the longest wait first

    def begin(self, conn: TConn) -> None:
        """Wait for a connection's request, part of which may have been read already."""
        read = conn.parser.unreader.take_buffered() if conn.parser else b""
        arrival = Arrival(conn, read)
        if arrival.is_whole():
            self._arrived(conn, read)
            return
        conn.sock.setblocking(False)
        self._read(arrival)  # mostly it has arrived
        if not arrival.is_over:
            self._wait(arrival)

    def close_late(self, *, leaving: bool) -> None:
        """Close connections that are late; when `leaving`, also those that sent nothing."""
        now = time.monotonic()
        while self._arrivals and (first := next(iter(self._arrivals.values()))).until < now:
            self._lose(first)
        if leaving:
            for silent in [one for one in self._arrivals.values() if not one.data]:
                self._lose(silent)

    def _wait(self, arrival: Arrival) -> None:
        sock = arrival.conn.sock
        self._arrivals[sock.fileno()] = arrival
        self._poller.register(sock, selectors.EVENT_READ, lambda _: self._read(arrival))
        if len(self._arrivals) > MOST:
            self._lose(next(iter(self._arrivals.values())))

    def _read(self, arrival: Arrival) -> None:
        if arrival.is_over:  # closed by an earlier event of the same poll
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
        with contextlib.suppress(OSError):  # it is closed: the next read notices
            conn.sock.send(words)

    def _lose(self, arrival: Arrival) -> None:
        self._forget(arrival)
        self._lost(arrival.conn)

    def _forget(self, arrival: Arrival) -> None:
        arrival.is_over = True
        if self._arrivals.pop(arrival.conn.sock.fileno(), None):  # else it has not waited
            self._poller.unregister(arrival.conn.sock)
