"""Keeps threads free for pages, and streams free for other addresses.

Each stream holds a thread of the server, and a queued run has a stream as well.
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

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOR_PAGES = 64
"""Threads that streams leave free."""

FOR_OTHERS = 10
"""One address may hold all streams but one in FOR_OTHERS. A whole class may share one address."""


class Room:
    """Counts the open answers. While more than `most` are open, no stream may begin."""

    def __init__(self, app: Flask, most: int) -> None:
        """Count the answers of `app` from now on."""
        self._most = most
        self._most_of_one = most - most // FOR_OTHERS
        self._open: Counter[str] = Counter()  # by address
        self._total = 0
        self._lock = Lock()
        self._answer = app.wsgi_app
        app.wsgi_app = self._counted  # type: ignore[method-assign]

    def check(self) -> None:
        """Raise Busy if there is no thread for a stream of this request, which is counted."""
        own = self._open[request.remote_addr or ""]
        if self._total > self._most or own > self._most_of_one:
            raise Busy

    def _counted(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = environ.get("REMOTE_ADDR") or ""
        self._change(address, 1)
        try:
            answer = self._answer(environ, start_response)
        except BaseException:
            self._change(address, -1)
            raise
        # The count falls when the answer is closed, or at the latest when it is garbage-collected.
        counted = ClosingIterator(answer, lambda: leave())  # noqa: PLW0108 (`leave` is made next)
        leave = finalize(counted, self._change, address, -1)
        return counted

    def _change(self, address: str, by: int) -> None:
        with self._lock:
            self._total += by
            self._open[address] += by
            if not self._open[address]:
                del self._open[address]
