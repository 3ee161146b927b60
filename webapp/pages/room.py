"""Keeps threads free for pages, and streams free for other addresses.

A server that drives streams (`webapp/streaming.py`) needs no thread for them. All other answers
hold one while they are made, for example the API's, which waits for the end of a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING
from weakref import finalize

from flask import Flask, request
from werkzeug.wsgi import ClosingIterator

from webapp.engine.runner import Busy
from webapp.streaming import STREAM

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOR_OTHERS = 10
"""One address may hold all places but one in FOR_OTHERS. A whole class may share one address."""


class Places:
    """Counts the answers that hold a place: `most` in all, and a little less of one address."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_of_one = most - most // FOR_OTHERS
        self._held: Counter[str] = Counter()  # by address
        self._lock = Lock()
        self.total = 0

    def are_overfull(self, address: str) -> bool:
        """Return whether more are held than may be, by all or by this address."""
        return self.total > self._most or self._held[address] > self._most_of_one

    def change(self, address: str, by: int) -> None:
        """Count an answer that begins or ends."""
        with self._lock:
            self.total += by
            self._held[address] += by
            if not self._held[address]:
                del self._held[address]


class Room:
    """Counts the open answers, and those that hold a thread."""

    def __init__(self, app: Flask, *, threads: int, streams: int) -> None:
        """Count the answers of `app` from now on; how many may be open before it is full."""
        self._threads = Places(threads)
        self._open = Places(streams)
        self._answer = app.wsgi_app
        app.wsgi_app = self._counted  # type: ignore[method-assign]

    @property
    def open(self) -> int:
        """How many answers are open."""
        return self._open.total

    def check(self) -> None:
        """Raise Busy if there is no place for a stream of this request, which is counted."""
        address = request.remote_addr or ""
        if self._threads.are_overfull(address) or self._open.are_overfull(address):
            raise Busy

    def _counted(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = environ.get("REMOTE_ADDR") or ""
        self._open.change(address, 1)
        self._threads.change(address, 1)
        try:
            answer = self._answer(environ, start_response)
        except BaseException:
            _leave((self._open, self._threads), address)
            raise
        held = [self._open]
        if STREAM in environ:
            self._threads.change(address, -1)
        else:
            held.append(self._threads)
        # The count falls when the answer is closed, or at the latest when it is garbage-collected.
        counted = ClosingIterator(answer, lambda: leave())  # noqa: PLW0108 (`leave` is made next)
        leave = finalize(counted, _leave, held, address)
        return counted


def _leave(held: Iterable[Places], address: str) -> None:
    for places in held:
        places.change(address, -1)
