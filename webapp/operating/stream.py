"""One streamed answer under gunicorn, sent without waiting for its client."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context

from gunicorn.http.wsgi import Response
from gunicorn.workers.gthread import TConn

from webapp.streaming import Piece, Silence, Step, Wait

LARGEST_OUTBOX = 1 << 18
"""Bytes beyond which a stream makes no more before its client has taken some."""


class Stream:
    """An answer that is sent while it is made.

    Only one thread uses it at a time. `wait` is what it waits for, after `advance`.
    """

    def __init__(
        self,
        conn: TConn,
        response: Response,
        pieces: Iterable[Piece],
        heartbeat: bytes,
        closed: Callable[[], None],
    ) -> None:
        """`response` makes HTTP of the pieces. `closed` is called when the stream is closed."""
        self.conn = conn
        self.keeps_connection = False
        self.wait: Wait | None = None
        self.is_slow = False
        self.is_over = False
        self.is_closed = False
        self.since = time.monotonic()
        self._response = response
        response.sock = self
        self._pieces = pieces
        self._rest: Iterator[Piece] = iter(pieces)
        self._heartbeat = heartbeat
        self._closed = closed
        self._silence = Silence()
        self._outbox = bytearray()
        # The log's lines about a request have its id.
        self._context = copy_context()

    @property
    def socket(self) -> socket.socket:
        """The client's socket."""
        found: socket.socket = self.conn.sock
        return found

    def advance(self) -> None:
        """Make pieces until the stream is over, slow or waiting, or the outbox is full."""
        if self.wait:
            self.wait.signal.clear()
            self.wait = None
        self._context.run(self._advance)

    def _advance(self) -> None:
        while len(self._outbox) < LARGEST_OUTBOX:
            piece = next(self._rest, None)
            if isinstance(piece, bytes):
                self._silence.end()
                self._response.write(piece)
            elif isinstance(piece, Wait):
                if self._silence.is_long():
                    self._response.write(self._heartbeat)
                self.wait, self.is_slow = piece, False
                return
            elif isinstance(piece, Step):
                if not self.is_slow:
                    self.is_slow = True
                    return
            else:
                self._response.close()
                self.is_over = True
                return

    def sendall(self, data: bytes) -> None:
        """Put data into the outbox: the response takes the stream for its socket."""
        self._outbox += data

    def flush(self) -> bool:
        """Send what the client takes at once; return whether that is all. Raises OSError."""
        while self._outbox:
            try:
                sent = self.socket.send(self._outbox)
            except BlockingIOError:
                return False
            del self._outbox[:sent]
        return True

    def close(self) -> None:
        """End what makes the pieces, if it has not ended."""
        if self.is_closed:
            return
        self.is_closed = True
        self._context.run(self._close)

    def _close(self) -> None:
        try:
            if close := getattr(self._pieces, "close", None):
                close()
        finally:
            self._closed()
