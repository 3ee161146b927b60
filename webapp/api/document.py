"""The OpenAPI document, made from the declarations by which the routes check their input.

No framework makes it: demos and their parameters are found at the start, and a model class for each
demo would repeat them.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from webapp.api.components import components
from webapp.api.operations import JSON, Operation, all_operations, ref
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.pages.site.site import Site

VERSION = "1"

DESCRIPTION = """\
Runs real programs and returns what they did. Each answer comes from a run made for that request.

Errors are `{"detail": [{"type", "loc", "msg", "input"}]}`, with pydantic's types and messages.
The routes tagged `report` are those of the course report, with its paths, parameters and texts. On
them `unit_seconds` scales every sleep, unknown parameters are ignored, and the last value of a
repeated parameter counts."""


def openapi_document(site: Site) -> dict[str, Any]:
    """Return the document of all routes below `/api…`."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in all_operations(site):
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Movazi", "version": VERSION, "description": DESCRIPTION},
        "tags": [{"name": "movazi"}, {"name": "report"}],
        "paths": paths,
        "components": {"schemas": dict(components(site))},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary[DEFAULT_LANGUAGE],
        "parameters": list(operation.parameters),
        "responses": dict(_responses(operation)),
    }
    if operation.description:
        described["description"] = operation.description[DEFAULT_LANGUAGE]
    if operation.body:
        content = {"schema": operation.body, "example": dict(operation.body_example)}
        described["requestBody"] = {"required": True, "content": {JSON: content}}
    return described


def _responses(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    good: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.answers:
        good["content"] = {media: {"schema": schema} for media, schema in operation.answers.items()}
    yield str(operation.status), good
    for status in operation.refusals:
        shape = ref("Named" if status == HTTPStatus.NOT_FOUND else "Problems")
        refusal: dict[str, Any] = {
            "description": HTTPStatus(status).phrase,
            "content": {JSON: {"schema": shape}},
        }
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            refusal["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
        yield str(status), refusal
