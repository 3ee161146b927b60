"""Keeps threads free for pages, and streams free for other addresses.

A server that drives streams (`webapp/streaming.py`) needs no thread for them. But a program that
asks for a result in one piece holds a thread until its run is over. On any other server each open
answer holds a thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING
from weakref import finalize

from flask import Flask, request
from werkzeug.wsgi import ClosingIterator

from webapp.engine.runner import Busy
from webapp.streaming import DRIVES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOR_PAGES = 64
"""Threads that are left free for pages."""

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
    """Counts the open answers of a site, and the threads that they hold."""

    def __init__(self, app: Flask, *, streams: int, threads: int) -> None:
        """Count the answers of `app` from now on. No stream may begin while more than `streams`
        answers are open, or while more than `threads` hold a thread.
        """
        self._streams = Places(streams)
        self._threads = Places(threads)
        self._answer = app.wsgi_app
        app.wsgi_app = self._counted  # type: ignore[method-assign]

    @property
    def open(self) -> int:
        """How many answers are open."""
        return self._streams.total

    def check(self) -> None:
        """Raise Busy if there is no room for a stream of this request, which is counted."""
        _check(self._streams)
        if not request.environ.get(DRIVES):
            _check(self._threads)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Hold this request's thread while a run goes on. Raises Busy."""
        if not request.environ.get(DRIVES):
            yield  # it is counted, as every answer
            return
        address = request.remote_addr or ""
        self._threads.change(address, 1)
        try:
            _check(self._threads)
            yield
        finally:
            self._threads.change(address, -1)

    def _counted(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = environ.get("REMOTE_ADDR") or ""
        held = [self._streams] if environ.get(DRIVES) else [self._streams, self._threads]
        for places in held:
            places.change(address, 1)
        try:
            answer = self._answer(environ, start_response)
        except BaseException:
            _leave(held, address)
            raise
        # The count falls when the answer is closed, or at the latest when it is garbage-collected.
        counted = ClosingIterator(answer, lambda: leave())  # noqa: PLW0108 (`leave` is made next)
        leave = finalize(counted, _leave, held, address)
        return counted


def _check(places: Places) -> None:
    if places.are_overfull(request.remote_addr or ""):
        raise Busy


def _leave(held: Iterable[Places], address: str) -> None:
    for places in held:
        places.change(address, -1)
