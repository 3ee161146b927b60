"""Gives each request an id, which is in its answer and in each line of the log about it."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

from flask import Flask, Response, request

HEADER = "X-Request-ID"

_FOREIGN = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_BYTES = 9

# A server thread answers one request at a time. Each request sets its id, and clears it at the end
# of its answer, so lines that the thread logs between two requests have none.
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Return the id of the current request; "" outside of one."""
    return _current.get()


def name_requests(app: Flask, *, trusted: bool) -> None:
    """Give each request an id: the one from a `trusted` proxy, else a new one."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "") if trusted else ""
        _current.set(given if _FOREIGN.fullmatch(given) else secrets.token_urlsafe(_BYTES))

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = request_id()
        response.call_on_close(lambda: _current.set(""))
        return response
