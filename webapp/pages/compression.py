"""Compresses answers with gzip, for clients that accept it.

Streams are not compressed: a compressor would hold back what they send.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

SMALLEST = 1024  # bytes; a smaller answer fits into one packet uncompressed
COMPRESSIBLE = ("text/", "application/json", "image/svg")
LEVEL = 6  # half a millisecond a page, within one per cent of the smallest size


def compress(app: Flask) -> None:
    """Compress the text answers of `app` that are large enough."""
    app.after_request(_compressed)


def takes_gzip() -> bool:
    """Return whether the client accepts gzip."""
    return bool(request.accept_encodings["gzip"])


def _compressed(response: Response) -> Response:
    if response.is_streamed or not (response.mimetype or "").startswith(COMPRESSIBLE):
        return response
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    if len(content) < SMALLEST or "Content-Encoding" in response.headers or not takes_gzip():
        return response
    response.set_data(gzip.compress(content, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
