"""Room for pages, whatever is pressed: each stream holds a thread of the server, and a run that
waits in line has a stream, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING
from weakref import finalize

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from webapp.engine.runner import Busy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FOR_PAGES = 64
"""Threads that are left for what is soon answered."""


class Room:
    """How many answers are being given; beyond `most` none may begin that takes long."""

    def __init__(self, app: Flask, most: int) -> None:
        """Count the answers of an application from now on."""
        self._most = most
        self._open = 0
        self._lock = Lock()
        self._answer = app.wsgi_app
        app.wsgi_app = self._counted  # type: ignore[method-assign]

    def check(self) -> None:
        """Raise Busy where there is no room for one more stream."""
        if self._open > self._most:
            raise Busy

    def _counted(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._change(1)
        try:
            answer = self._answer(environ, start_response)
        except BaseException:
            self._change(-1)
            raise
        # When it is closed, or at the latest when nobody has it any more.
        given = ClosingIterator(answer, lambda: leave())  # noqa: PLW0108 (it is made next)
        leave = finalize(given, self._change, -1)
        return given

    def _change(self, by: int) -> None:
        with self._lock:
            self._open += by
