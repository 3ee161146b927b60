"""JSON answers, and errors as `{"detail": [{"type", "loc", "msg", "input"}]}`.

That is the form of FastAPI, which the course report used. Types and messages are pydantic's; a test
compares them with pydantic's own.
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
    "not_observed": "Slow motion needs `observe`",
    "list_type": "Input should be a valid list",
    "dict_type": "Input should be a valid dictionary",
    "wrong_length": "Input should hold {length} numbers",
    "permutation": "Input should hold each number from 1 to {size} once",
    "json_invalid": "JSON decode error",
    "no_such_demo": "There is no such demo; GET /api/topics lists them",
}


class Unprocessable(HTTPException):
    """An invalid request; `details` are its errors."""

    code = 422
    description = "Unprocessable Content"

    def __init__(self, details: Sequence[Detail]) -> None:
        super().__init__()
        self.details = details


class NotFinished(HTTPException):
    """A run did not finish, so it has no answer."""

    code = 503
    description = "The run did not finish"

    def __init__(self, outcome: str) -> None:
        super().__init__(f"The run did not finish: {outcome}")


def json_answer(content: object, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(dumped(content) + b"\n", status, content_type="application/json")


def dumped(content: object) -> bytes:
    """Return a value as JSON: UTF-8, on one line."""
    try:
        return json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can escape and UTF-8 cannot hold
        return json.dumps(content).encode()


def details(problems: Iterable[Problem], *where: str) -> list[Detail]:
    """Return the errors of parameters, whose place in the request is `where`."""
    return [
        detail(problem.type, [*where, problem.parameter], problem.given, **problem.bounds)
        for problem in problems
    ]


def detail(type: str, loc: Sequence[str | int], given: object, **bounds: Any) -> Detail:
    """Return one error as pydantic does; `bounds` fill the placeholders of its message."""
    context = {name: _in_words(bound) for name, bound in bounds.items()}
    error: Detail = {"type": type, "loc": list(loc), "msg": MESSAGES[type].format(**context)}
    error["input"] = given
    if context:
        error["ctx"] = context
    return error


def answer_program(error: HTTPException) -> Response | None:
    """Return the JSON answer to an error below `/api…` or of a kept run's JSON, else None."""
    ours, report = OURS.match(request.path), REPORT.match(request.path)
    if not ours and not report:
        return None
    code = error.code or InternalServerError.code
    answer = json_answer({"detail": _detail_of(error, plain=bool(report))}, code)
    if isinstance(error, MethodNotAllowed):
        # HEAD and OPTIONS would start a run as GET does, so the report's routes refuse them.
        allowed = set(error.valid_methods or ()) - ({"HEAD", "OPTIONS"} if report else set())
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    retryable = RETRY_SECONDS if code == NotFinished.code else None
    if again := getattr(error, "retry_after", None) or retryable:
        answer.headers["Retry-After"] = str(again)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _detail_of(error: HTTPException, *, plain: bool) -> object:
    """Return an error's `detail`. For some errors FastAPI gives only a text, and so do we."""
    if isinstance(error, Unprocessable):
        return error.details
    if isinstance(error, NoSuchRun):
        return error.description
    if isinstance(error, NotFound) or (plain and isinstance(error, MethodNotAllowed)):
        return error.name
    type_ = error.name.lower().replace(" ", "_")
    return [{"type": type_, "loc": ["request"], "msg": error.description or error.name}]


def _in_words(bound: object) -> object:
    """Return alternatives as pydantic writes them: 'a', 'b' or 'c'."""
    if not isinstance(bound, tuple):
        return bound
    *others, last = (f"'{word}'" for word in bound)
    return f"{', '.join(others)} or {last}" if others else last
