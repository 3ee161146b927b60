"""Reads request bodies as strict JSON, and refuses unexpected input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from webapp.api.answers import Detail, Unprocessable, detail

LARGEST_BODY = 16 * 1024
"""Bytes of a request body."""


def refuse_large_bodies() -> None:
    """Answer 413 to a body over LARGEST_BODY, on every route, even if it does not read the body."""
    # Werkzeug truncates a body without Content-Length. One byte more shows that it was too large.
    request.max_content_length = LARGEST_BODY + 1
    if (request.content_length or 0) > LARGEST_BODY:
        raise RequestEntityTooLarge


def refuse_queries() -> None:
    """Answer 422 to a query: our routes have none."""
    found: list[Detail] = []
    for name, values in request.args.lists():
        found += [detail("extra_forbidden", ["query", name], values[-1])]
        if len(values) > 1:
            found += [detail("repeated", ["query", name], values[-1])]
    if found:
        raise Unprocessable(found)


def read_object() -> Mapping[str, Any]:
    """Return the body, a JSON object.

    Raises Unprocessable, RequestEntityTooLarge or UnsupportedMediaType.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("The body has to be application/json")
    if not (body := request.get_data(cache=False)):
        raise Unprocessable([detail("missing", ["body"], None)])
    if len(body) > LARGEST_BODY:
        raise RequestEntityTooLarge
    try:
        found = json.loads(
            body.decode(),
            object_pairs_hook=_without_repeats,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except _Repeated as repeated:
        raise Unprocessable([detail("repeated", ["body", repeated.name], None)]) from None
    # ValueError also for a number with too many digits, RecursionError for too deep a nesting.
    except (ValueError, RecursionError) as error:
        raise Unprocessable([_broken(error)]) from None
    if not isinstance(found, dict):
        raise Unprocessable([detail("dict_type", ["body"], found)])
    return found


def _broken(error: Exception) -> Detail:
    place = error.pos if isinstance(error, json.JSONDecodeError) else 0
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return {
        **detail("json_invalid", ["body", place], {}),
        "ctx": {"error": reason},
    }


class _Repeated(Exception):
    """An object has the same key twice."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Repeated(name)
        found[name] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is too large")
    return number
