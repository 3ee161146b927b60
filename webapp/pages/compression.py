"""Pages in gzip, for those who take it. Streams go as they are: they must not wait."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

SMALLEST = 1024  # bytes; less fits into one packet as it is
WORDS = ("text/", "application/json", "image/svg")
LEVEL = 6  # a page in half a millisecond, within one per cent of the best


def compress(app: Flask) -> None:
    """Compress what is worth it."""
    app.after_request(_compressed)


def takes_gzip() -> bool:
    """Tell whether the asker can read gzip."""
    return bool(request.accept_encodings["gzip"])


def _compressed(response: Response) -> Response:
    if response.is_streamed or not (response.mimetype or "").startswith(WORDS):
        return response
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    if len(content) < SMALLEST or "Content-Encoding" in response.headers or not takes_gzip():
        return response
    response.set_data(gzip.compress(content, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
