"""gunicorn's threaded worker, with one thread for all streams, a clean end of them, and time-outs
for clients that do not read or do not send.

A request's thread makes the begin of a stream and hands the connection over to `streams`. It comes
back when the stream is over. gunicorn cuts off a stream that lasts longer than its graceful
time-out. This worker ends the runs before that, so that each stream ends with its run's result.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import resource
import socket
import sys
import time
from collections.abc import Iterable
from concurrent.futures import Future
from contextvars import copy_context
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from gunicorn import util
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response
from gunicorn.workers.gthread import TConn, ThreadWorker

from webapp.engine.runner import Runner
from webapp.operating import RUNNER
from webapp.operating.arrivals import Arrivals
from webapp.operating.stream import Stream
from webapp.operating.streams import LINGER, READ_SIZE, Streams
from webapp.streaming import DRIVES, STREAM, Piece

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SWITCH_INTERVAL = 0.001
"""Seconds that a thread may keep the GIL while others wait for it, a fifth of Python's default.
A page needs the GIL again after each of its system calls, and streams compete for it."""

YOUNG = 10_000
"""The garbage collector's threshold for the youngest generation; Python's default is 700. A run's
stream and result make many objects that are soon freed."""

SHARE = 0.5
"""The share of the graceful time-out for which runs may continue; the rest is for their results."""

UNREAD = 15_000
"""Milliseconds after which a connection is closed if its client reads nothing. Otherwise it would
stay open without limit."""

UNNAMED = ("-", 0)
"""The address and port that the log shows instead of the client's."""

TAKEN = object()
"""The result of a request whose connection the streams have."""


class HandedOver(BaseException):
    """An answer is a stream: gunicorn is not to send it. No handler of errors takes this for one.

    `response` makes HTTP of its pieces.
    """

    def __init__(
        self, response: Response, pieces: Iterable[Piece], environ: WSGIEnvironment
    ) -> None:
        super().__init__()
        self.response = response
        self.pieces = pieces
        self.environ = environ


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves requests by threads; see `gunicorn.conf.py` for how many."""

    _leaves = False
    _told_at = 0.0  # time.monotonic()

    def init_process(self) -> None:
        """Serve until the worker ends."""
        for listener in self.sockets:
            if listener.sock.family in (socket.AF_INET, socket.AF_INET6):
                # Accepted sockets inherit it. It also applies to a window of zero: see tcp(7).
                listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD)
        self._arrivals: Arrivals | None = None
        self._streams = Streams(self._take_back, UNREAD / 1000)
        util.write_error = write_error
        # A run needs five descriptors, a stream two. The usual limit of 1,024 is too low.
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the site."""
        super().load_wsgi()
        self._site: Any = self.wsgi
        self.wsgi: Any = self._answer
        sys.setswitchinterval(SWITCH_INTERVAL)
        # Collections must not examine permanent objects, since each holds the GIL.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG)

    def enqueue_req(self, conn: TConn) -> None:
        """Give a request a thread only when it is complete: see `arrivals`."""
        if self._arrivals is None:
            self._arrivals = Arrivals(self.poller, arrived=self._submit, lost=self._lose)
        self._arrivals.begin(conn)

    def _submit(self, conn: TConn, request: bytes) -> None:
        conn.request = request
        super().enqueue_req(conn)

    def _lose(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Close connections whose request is late."""
        if self._arrivals is not None:
            self._arrivals.close_late(leaving=not self.alive)

    def handle(self, conn: TConn) -> object:
        """Serve a connection in a thread. Return a false value if it is to be closed."""
        conn.data_ready = True
        conn.init()
        conn.parser.unreader.unread(conn.request)
        conn.stream = None
        # Its context: a stream keeps the id of its request, and this thread does not.
        stays = copy_context().run(super().handle, conn)
        if conn.stream:
            conn.stream.keeps_connection = bool(stays)
            conn.sock.setblocking(False)
            with contextlib.suppress(OSError):  # the client has left: the streams notice
                conn.stream.flush()
            self._streams.take(conn.stream)
            return TAKEN
        if not stays:
            # gunicorn would wait in the accepting thread, for one client after the other.
            _wait_for_close(conn.sock)
        return stays

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer one request, or begin a stream. Return whether its connection stays open."""
        began = datetime.now()
        try:
            return bool(super().handle_request(req, conn))
        except HandedOver as handed:
            conn.stream = self._begin(conn, req, handed, began)
            return not handed.response.should_close()
        except TimeoutError as error:
            # gunicorn logs no error if a client has left: treat this one alike.
            raise BrokenPipeError(errno.EPIPE, "the client takes nothing") from error

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Have the site answer a request. Raises HandedOver if the answer is a stream."""
        # TLS and HTTP/2 need more than the bare socket.
        environ[DRIVES] = not self.cfg.is_ssl and environ.get("HTTP_VERSION") is None
        pieces: Iterable[bytes] = self._site(environ, start_response)
        if STREAM in environ:
            raise HandedOver(start_response.__self__, pieces, environ)  # type: ignore[attr-defined]
        return pieces

    def _begin(self, conn: TConn, req: Request, handed: HandedOver, began: datetime) -> Stream:
        response, environ = handed.response, handed.environ
        log = partial(self._log_access, response, req, environ, began)
        stream = Stream(conn, response, handed.pieces, environ[STREAM], log)
        try:
            stream.advance()
        except BaseException:
            stream.close()
            raise
        return stream

    def _log_access(
        self, response: Response, req: Request, environ: WSGIEnvironment, began: datetime
    ) -> None:
        self.log.access(response, req, environ, datetime.now() - began)

    def _take_back(self, stream: Stream) -> None:
        """Take the connection of a stream that is over. Called from any thread."""
        over: Future[object] = Future()
        over.set_result(stream.keeps_connection)
        self.method_queue.defer(self.finish_request, stream.conn, over)

    def finish_request(self, conn: TConn, fs: Future[object]) -> None:
        """Keep or close a connection whose request is answered, unless the streams have it."""
        if fs.cancelled() or fs.exception() or fs.result() is not TAKEN:
            super().finish_request(conn, fs)

    def handle_error(self, req: Request | None, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a malformed request. The log does not get the client's address."""
        super().handle_error(req, client, UNNAMED, exc)

    def notify(self) -> None:
        """Send the heartbeat, at most once a second, and end the runs when the worker is to leave.

        gunicorn calls this after each event of a connection.
        """
        now = time.monotonic()
        if now - self._told_at >= 1:
            self._told_at = now
            super().notify()
        orphaned = self.ppid != os.getppid()
        if (orphaned or not self.alive) and not self._leaves:
            self._leaves = True
            runner: Runner = self._site.extensions[RUNNER]
            runner.drain(SHARE * self.cfg.graceful_timeout)


def write_error(connection: socket.socket, status: int, reason: str, _: str) -> None:
    """Answer a malformed request, in place of gunicorn's own answer.

    gunicorn's answer quotes the request, and lacks `X-Content-Type-Options: nosniff`.
    """
    body = f"{status} {reason}\n"
    head = (
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
    )
    util.write_nonblock(connection, "\r\n".join((*head, "", body)).encode("latin-1"))


def _wait_for_close(connection: socket.socket) -> None:
    """Shut the connection down for writing, and wait up to LINGER for the client to close it.

    Afterwards it is shut down for reading, so that gunicorn's own wait ends at once.
    """
    until = time.monotonic() + LINGER
    with contextlib.suppress(OSError):  # it is closed, or the time is over
        connection.shutdown(socket.SHUT_WR)
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(READ_SIZE):
                break
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
