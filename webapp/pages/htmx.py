"""What htmx asks for, and how it is answered.

It names itself in `HX-Request`, and says in `Accept` whether its extension for streams is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request

FORM_ONLY = {"HX-Retarget": "#form", "HX-Reswap": "outerHTML"}
UNKEPT = {"Cache-Control": "no-store"}
STREAM = {**UNKEPT, "X-Accel-Buffering": "no"}


def by_htmx() -> bool:
    """Tell whether htmx asks, and takes a part of a page."""
    return request.headers.get("HX-Request") == "true"


def takes_events() -> bool:
    """Tell whether the asker can read a stream of events."""
    return "text/event-stream" in request.headers.get("Accept", "")


def streamed(pieces: Iterator[bytes], type: str) -> Response:
    """Answer piece by piece, each sent as soon as it is there."""
    return Response(pieces, headers=STREAM, mimetype=type)
