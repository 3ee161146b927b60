"""Requests from htmx, and the headers of the answers.

htmx sends `HX-Request: true`. `Accept` tells whether its extension for event streams is loaded.
"""

from __future__ import annotations

from flask import Response, request

from webapp.streaming import Pieces, as_answer

FORM_ONLY = {"HX-Retarget": "#form", "HX-Reswap": "outerHTML"}
NO_STORE = {"Cache-Control": "no-store"}
STREAM = {**NO_STORE, "X-Accel-Buffering": "no"}

HEARTBEATS = {"text/event-stream": b": heartbeat\n\n", "text/html": b"\n"}
"""Bytes that a browser does not show, by the type of a stream."""


def by_htmx() -> bool:
    """Return whether the request comes from htmx, which takes a part of a page."""
    return request.headers.get("HX-Request") == "true"


def takes_events() -> bool:
    """Return whether the client accepts server-sent events."""
    return "text/event-stream" in request.headers.get("Accept", "")


def streamed(pieces: Pieces, type: str) -> Response:
    """Return a streamed response that sends each piece at once."""
    answer = as_answer(request.environ, pieces, HEARTBEATS[type])
    return Response(answer, headers=STREAM, mimetype=type)  # type: ignore[arg-type]
