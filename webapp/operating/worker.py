"""gunicorn's threaded worker, that gives its runs time to end before it leaves, and up on clients
that do not read, or do not send.

gunicorn only waits: a stream that is longer than its graceful time-out is cut off in the middle.
Here the runs are ended before that, so that each stream ends with its run's result.
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
from typing import Any

from gunicorn import util
from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

from webapp.engine.runner import Runner
from webapp.operating import RUNNER
from webapp.operating.arrivals import Arrivals

LINGER = 2.0
"""Seconds that a client has to close a connection after its last answer, as gunicorn has it: to
close before would take from it what it has not read yet, if it has sent more (RFC 9112, 9.6)."""

READ_SIZE = 4096

SWITCH_INTERVAL = 0.0001
"""Seconds that a thread may compute while others wait for their turn, a fiftieth of Python's own:
a page waits behind each stream that is being written, at each of its own system calls."""

YOUNG = 10_000
"""Objects that are made until garbage is looked for, where Python itself takes 700: a run's stream
and result make many that are soon gone."""

SHARE = 0.5
"""How much of the graceful time-out runs may go on for; the rest is to end them and to say so."""

UNREAD = 15_000
"""Milliseconds after which a connection is closed whose client takes nothing of what it was sent:
it would hold a thread for as long as it likes."""

UNNAMED = ("-", 0)
"""An address and port, as the log names everyone's."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves requests by threads; see `gunicorn.conf.py` for how many."""

    _leaves = False
    _told_at = 0.0  # time.monotonic()

    def init_process(self) -> None:
        """Begin to serve; it returns when the worker ends."""
        for listener in self.sockets:
            if listener.sock.family in (socket.AF_INET, socket.AF_INET6):
                # What is accepted inherits it; see tcp(7), which means a window of zero, too.
                listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD)
        self._arrivals: Arrivals | None = None
        util.write_error = write_error
        # A run that goes on takes five descriptors and each stream two; 1,024 are usual, and few.
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the site."""
        super().load_wsgi()
        sys.setswitchinterval(SWITCH_INTERVAL)
        # What stays for good need not be looked through again and again, which holds everybody up.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG)

    def enqueue_req(self, conn: TConn) -> None:
        """Have a request arrive as a whole before it takes a thread: see `arrivals`."""
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
        """Close connections whose request does not come."""
        if self._arrivals is not None:
            self._arrivals.close_late(leaving=not self.alive)

    def handle(self, conn: TConn) -> object:
        """Serve a connection; false if it is to be closed. Called in a thread of its own."""
        conn.data_ready = True
        conn.init()
        conn.parser.unreader.unread(conn.request)
        stays = super().handle(conn)
        if not stays:
            # Here, for gunicorn would wait in the one thread that accepts: for each client in turn.
            _wait_for_close(conn.sock)
        return stays

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer one request; say whether its connection stays open."""
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError as error:
            # To gunicorn a client that has left is none of its own faults; this one is as good as.
            raise BrokenPipeError(errno.EPIPE, "the client takes nothing") from error

    def handle_error(self, req: Request | None, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what is no request that can be read; gunicorn's log would say who sent it."""
        super().handle_error(req, client, UNNAMED, exc)

    def notify(self) -> None:
        """Tell that it lives, once a second; also while it waits for streams to end.

        gunicorn calls this after each event of a connection.
        """
        now = time.monotonic()
        if now - self._told_at >= 1:
            self._told_at = now
            super().notify()
        orphaned = self.ppid != os.getppid()
        if (orphaned or not self.alive) and not self._leaves:
            self._leaves = True
            runner: Runner = self.wsgi.extensions[RUNNER]
            runner.drain(SHARE * self.cfg.graceful_timeout)


def write_error(connection: socket.socket, status: int, reason: str, _: str) -> None:
    """Answer a request that cannot be read, in place of gunicorn's own answer.

    Without our headers a browser might take the answer for something else; and gunicorn repeats
    what the client sent.
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
    """Say that nothing more comes, and wait until the client has closed, or for LINGER.

    Afterwards nobody waits for it any more: to read from the socket gives its end at once.
    """
    until = time.monotonic() + LINGER
    with contextlib.suppress(OSError):  # among others that it is closed, or that the time is over
        connection.shutdown(socket.SHUT_WR)
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(READ_SIZE):
                break
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
