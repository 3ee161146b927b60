"""Requests from htmx, and the headers of the answers.

htmx sends `HX-Request: true`. `Accept` tells whether its extension for event streams is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request

FORM_ONLY = {"HX-Retarget": "#form", "HX-Reswap": "outerHTML"}
NO_STORE = {"Cache-Control": "no-store"}
STREAM = {**NO_STORE, "X-Accel-Buffering": "no"}


def by_htmx() -> bool:
    """Return whether the request comes from htmx, which takes a part of a page."""
    return request.headers.get("HX-Request") == "true"


def takes_events() -> bool:
    """Return whether the client accepts server-sent events."""
    return "text/event-stream" in request.headers.get("Accept", "")


def streamed(pieces: Iterator[bytes], type: str) -> Response:
    """Return a streamed response that sends each piece at once."""
    return Response(pieces, headers=STREAM, mimetype=type)
