"""Answers in JSON, and how a problem is told: `{"detail": [{"type", "loc", "msg", "input"}]}`.

That is the shape of the course report's FastAPI, in pydantic's types and words. A test compares
them with pydantic's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound

from webapp.lessons.parameters import Problem
from webapp.pages.run.kept import NoSuchRun

Detail = dict[str, Any]

RETRY_SECONDS = 5
OURS = re.compile(r"/api(/|$)|/runs/[^/]+(\.json|/trace\.json)$")
REPORT = re.compile(r"/api\d+(/|$)")

MESSAGES: Mapping[str, str] = {
    "missing": "Field required",
    "extra_forbidden": "Extra inputs are not permitted",
    "repeated": "Input should be given once",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "int_type": "Input should be a valid integer",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "float_parsing": "Input should be a valid number, unable to parse string as a number",
    "float_type": "Input should be a valid number",
    "finite_number": "Input should be a finite number",
    "greater_than_equal": "Input should be greater than or equal to {ge}",
    "less_than_equal": "Input should be less than or equal to {le}",
    "literal_error": "Input should be {expected}",
    "string_type": "Input should be a valid string",
    "bool_type": "Input should be a valid boolean",
    "list_type": "Input should be a valid list",
    "dict_type": "Input should be a valid dictionary",
    "wrong_length": "Input should hold {length} numbers",
    "permutation": "Input should hold each number from 1 to {size} once",
    "json_invalid": "JSON decode error",
    "no_such_demo": "There is no such demo; GET /api/topics lists them",
}


class Unprocessable(HTTPException):
    """A request that cannot be carried out; `details` say why."""

    code = 422
    description = "Unprocessable Content"

    def __init__(self, details: Sequence[Detail]) -> None:
        super().__init__()
        self.details = details


class NotFinished(HTTPException):
    """A run that did not come to its own end, so that there is no answer to give."""

    code = 503
    description = "The run did not finish"

    def __init__(self, outcome: str) -> None:
        super().__init__(f"The run did not finish: {outcome}")


def json_answer(content: object, status: int = 200) -> Response:
    """Answer with JSON that people can read, too."""
    return Response(dumped(content) + b"\n", status, content_type="application/json")


def dumped(content: object) -> bytes:
    """Write JSON as UTF-8, on one line."""
    try:
        return json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON may hold and UTF-8 may not
        return json.dumps(content).encode()


def details(problems: Iterable[Problem], *where: str) -> list[Detail]:
    """Tell what is wrong with parameters that stand at `where` in the request."""
    return [
        detail(problem.type, [*where, problem.parameter], problem.given, **problem.bounds)
        for problem in problems
    ]


def detail(type: str, loc: Sequence[str | int], given: object, **bounds: Any) -> Detail:
    """Tell one problem as pydantic does; `bounds` are what the message speaks of."""
    context = {name: _spoken(bound) for name, bound in bounds.items()}
    told: Detail = {"type": type, "loc": list(loc), "msg": MESSAGES[type].format(**context)}
    told["input"] = given
    if context:
        told["ctx"] = context
    return told


def answer_program(error: HTTPException) -> Response | None:
    """Answer an error below `/api…`, or of a kept run's JSON, in JSON; None where people ask."""
    ours, report = OURS.match(request.path), REPORT.match(request.path)
    if not ours and not report:
        return None
    code = error.code or InternalServerError.code
    answer = json_answer({"detail": _told(error, code, plain=bool(report))}, code)
    if isinstance(error, MethodNotAllowed):
        # A run that is only asked about in passing would be a run all the same.
        allowed = set(error.valid_methods or ()) - ({"HEAD", "OPTIONS"} if report else set())
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    if code == NotFinished.code:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _told(error: HTTPException, code: int, *, plain: bool) -> object:
    """Tell an error in the shape above, but for those of which FastAPI says the name only."""
    if isinstance(error, Unprocessable):
        return error.details
    if isinstance(error, NoSuchRun):
        return error.description
    if isinstance(error, NotFound) or (plain and isinstance(error, MethodNotAllowed)):
        return error.name
    type_ = error.name.lower().replace(" ", "_")
    return [{"type": type_, "loc": ["request"], "msg": error.description or error.name}]


def _spoken(bound: object) -> object:
    """Write alternatives as pydantic does: 'a', 'b' or 'c'."""
    if not isinstance(bound, tuple):
        return bound
    *others, last = (f"'{word}'" for word in bound)
    return f"{', '.join(others)} or {last}" if others else last
