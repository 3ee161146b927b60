"""All routes, declared once for the OpenAPI document and for the page about the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.api.report_table import ROUTES, UNIT, Query, Route
from webapp.api.schemas import Schema
from webapp.lessons.text import Text
from webapp.lessons.topic import find_demo
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import in_every_language

JSON = "application/json"
EVENTS = "text/event-stream"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One route. `answers` maps the media types of a successful answer to their schemas."""

    method: str
    path: str
    id: str
    tag: str
    summary: Text
    description: Text | None = None
    parameters: Sequence[Mapping[str, Any]] = ()
    body: Schema | None = None
    answers: Mapping[str, Schema] = field(default_factory=dict)
    status: int = 200
    refusals: tuple[int, ...] = ()
    example: str = ""
    body_example: Mapping[str, Any] = field(default_factory=dict)


def all_operations(site: Site) -> list[Operation]:
    """Return our own routes, then the report's."""
    return [*_topics(site), *_start(site), *_runs(site), *_rooms(site), *_report(site)]


def _topics(site: Site) -> Iterator[Operation]:
    """Yield the routes of the course. Each refuses a query (422) and a body over 16 kB (413)."""
    topic, demo = site.topics[0], site.topics[0].demos[0]
    yield Operation(
        method="get",
        path="/api/topics",
        id="list_topics",
        tag="movazi",
        summary=_said(site, "list_topics.summary"),
        answers={JSON: ref("Topics")},
        refusals=(413, 422),
        example="/api/topics",
    )
    yield Operation(
        method="get",
        path="/api/topics/{topic}/{demo}",
        id="show_demo",
        tag="movazi",
        summary=_said(site, "show_demo.summary"),
        parameters=[_in_path("topic", topic.slug), _in_path("demo", demo.slug)],
        answers={JSON: ref("Demo")},
        refusals=(404, 413, 422),
        example=f"/api/topics/{topic.slug}/{demo.slug}",
    )


def _start(site: Site) -> Iterator[Operation]:
    """Yield the route that starts a run."""
    topic, demo = site.topics[0], site.topics[0].demos[0]
    yield Operation(
        method="post",
        path="/api/runs",
        id="start_run",
        tag="movazi",
        summary=_said(site, "start_run.summary"),
        description=_said(site, "start_run.description"),
        body=ref("Order"),
        answers={JSON: ref("Result"), EVENTS: {"type": "string"}},
        refusals=(403, 413, 415, 422, 429, 503),
        example="/api/runs",
        body_example={"demo": f"{topic.slug}/{demo.slug}", "parameters": demo.defaults},
    )


def _runs(site: Site) -> Iterator[Operation]:
    """Yield the routes of a started run."""
    yield Operation(
        method="get",
        path="/api/runs/{run}",
        id="show_run",
        tag="movazi",
        summary=_said(site, "show_run.summary"),
        description=_said(site, "show_run.description", run="{run}"),
        parameters=[_in_path("run")],
        answers={JSON: ref("State"), EVENTS: {"type": "string"}},
        refusals=(404, 413, 422),
    )
    yield Operation(
        method="post",
        path="/api/runs/{run}/cancel",
        id="cancel_run",
        tag="movazi",
        summary=_said(site, "cancel_run.summary"),
        parameters=[_in_path("run")],
        status=204,
        refusals=(403, 404, 413, 422),
    )


def _rooms(site: Site) -> Iterator[Operation]:
    """Yield the route of a class's room."""
    yield Operation(
        method="get",
        path="/api/class/{key}",
        id="show_room",
        tag="movazi",
        summary=_said(site, "show_room.summary"),
        description=_said(site, "show_room.description"),
        parameters=[_in_path("key")],
        answers={JSON: ref("Room")},
        refusals=(404, 413, 422),
    )


def _report(site: Site) -> Iterator[Operation]:
    for route in ROUTES:
        found = find_demo(site.topics, route.demo)
        if found is None:  # the site serves another course
            continue
        for path in route.paths:
            yield Operation(
                method="get",
                path=f"{path}/",
                id=path.rpartition("/")[2],
                tag="report",
                summary=found[1].title,
                description=_said(site, "report.description", demo=route.demo),
                parameters=[*_queries(route)],
                answers={JSON: _envelope(route)},
                refusals=(413, 422, 429, 503),
                example=_example(path, route),
            )


def _said(site: Site, key: str, **values: str) -> Text:
    return in_every_language(site.wordings, f"operation.{key}", **values)


def _queries(route: Route) -> Iterator[dict[str, Any]]:
    for query in (*route.queries, UNIT):
        yield {
            "name": query.name,
            "in": "query",
            "required": query.default is None,
            "schema": _query_schema(query),
        }
    for name in route.ignored:
        yield {"name": name, "in": "query", "description": "Ignored.", "schema": {}}


def _query_schema(query: Query) -> Schema:
    schema: Schema = {
        "type": "integer" if query.whole else "number",
        "minimum": query.minimum,
        "maximum": query.maximum,
    }
    return schema if query.default is None else {**schema, "default": query.default}


def _envelope(route: Route) -> Schema:
    entries: Schema = {"type": "array", "items": route.entry}
    if not route.envelope:
        return entries
    return {
        "type": "object",
        "properties": {route.envelope: entries},
        "required": [route.envelope],
        "additionalProperties": False,
    }


def _example(path: str, route: Route) -> str:
    needed = [
        f"{query.name}={min(3, query.maximum)}" for query in route.queries if query.default is None
    ]
    return f"{path}/?{'&'.join([*needed, 'unit_seconds=0.1'])}"


def _in_path(name: str, example: str = "") -> dict[str, Any]:
    parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    return {**parameter, "example": example} if example else parameter


def ref(name: str) -> Schema:
    """Return a reference to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}
