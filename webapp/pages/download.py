"""Files to download."""

from __future__ import annotations

from flask import Response

PYTHON = "text/x-python; charset=utf-8"


def attachment(name: str, content: str, type: str = PYTHON) -> Response:
    """Return a response that the browser saves as the file `name`."""
    response = Response(content, content_type=type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
