"""The page about the API, made from the same declarations as the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup

from webapp.api.operations import Operation, all_operations
from webapp.api.schemas import Schema, schema_of
from webapp.lessons.parameters import AnyParameter
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.pages import addresses
from webapp.pages.demo.source import highlighted
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording

TAGS = ("movazi", "report")


@dataclass(frozen=True)
class Row:
    """One parameter in a table, with JSON Schema's terms."""

    name: str
    type: str
    bounds: str
    default: str
    label: str


@dataclass(frozen=True)
class RouteView:
    """One route. `link` is an address to try, `command` a shell command that calls it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    rows: tuple[Row, ...]
    answers: str
    link: str
    command: Markup


@dataclass(frozen=True)
class Group:
    """A group of routes under a title."""

    name: str
    title: str
    lead: str
    routes: tuple[RouteView, ...]


@dataclass(frozen=True)
class DemoRows:
    """One demo's parameters."""

    name: str
    title: str
    address: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class TopicRows:
    """A topic's demos."""

    title: str
    demos: tuple[DemoRows, ...]


@dataclass(frozen=True)
class ApiView:
    """The page. `entries` are its parts by their anchors."""

    page: Page
    entries: tuple[tuple[str, str], ...]
    document: str
    groups: tuple[Group, ...]
    topics: tuple[TopicRows, ...]


def docs_blueprint(site: Site) -> Blueprint:
    """Return the route of the page."""
    blueprint = Blueprint("api_docs", __name__)

    @blueprint.get("/<language:language>/api")
    def show(language: Language) -> Response:
        """Show all routes and all demos' parameters."""
        return Response(site.render("site/api.html", build_api(site, language)))

    return blueprint


def build_api(site: Site, language: Language) -> ApiView:
    """Return the view of the page about the API."""
    say = site.wordings[language]
    groups = tuple(_group(say, tag, all_operations(site)) for tag in TAGS)
    return ApiView(
        page=build_page(
            site,
            language,
            title=say("api.title"),
            description=say("api.description"),
            address=addresses.api,
        ),
        entries=(
            *((group.name, group.title) for group in groups),
            ("parameters", say("api.parameters")),
        ),
        document=addresses.OPENAPI,
        groups=groups,
        topics=tuple(_topic(language, topic) for topic in site.topics),
    )


def _group(say: Wording, tag: str, operations: list[Operation]) -> Group:
    routes = tuple(_route(say.language, one) for one in operations if one.tag == tag)
    return Group(tag, say(f"api.{tag}.title"), say(f"api.{tag}.lead"), routes)


def _route(language: Language, operation: Operation) -> RouteView:
    posts = operation.method == "post"
    return RouteView(
        anchor=operation.id,
        method=operation.method.upper(),
        path=operation.path,
        summary=operation.summary[language],
        description=operation.description[language] if operation.description else "",
        rows=tuple(_rows(operation)),
        answers=", ".join(_statuses(operation)),
        link="" if posts else operation.example,
        command=_command(operation) if posts and operation.example else Markup(),
    )


def _rows(operation: Operation) -> Iterator[Row]:
    for parameter in operation.parameters:
        if parameter["in"] == "query":
            yield _row(parameter["name"], parameter["schema"], parameter.get("description", ""))


def _row(name: str, schema: Schema, label: str) -> Row:
    default = json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else ""
    return Row(name, str(schema.get("type", "")), _bounds(schema), default, label)


def _bounds(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if "items" in schema:
        return f"{schema['minItems']} × {_bounds(schema['items'])}"
    return f"{schema['minimum']} … {schema['maximum']}" if "minimum" in schema else ""


def _statuses(operation: Operation) -> Iterator[str]:
    for status in (operation.status, *operation.refusals):
        yield f"{status} {HTTPStatus(status).phrase}"


def _command(operation: Operation) -> Markup:
    """Return a curl command that starts a run, as HTML."""
    body = json.dumps(operation.body_example)
    url = request.host_url.rstrip("/") + operation.example
    command = f"curl {url} -H 'Content-Type: application/json' -d '{body}'"
    return Markup("\n").join(highlighted(command, "sh"))


def _topic(language: Language, topic: Topic) -> TopicRows:
    demos = tuple(_demo(language, topic, demo) for demo in topic.demos)
    return TopicRows(topic.title[language], demos)


def _demo(language: Language, topic: Topic, demo: Demo) -> DemoRows:
    return DemoRows(
        name=f"{topic.slug}/{demo.slug}",
        title=demo.title[language],
        address=addresses.demo(language, topic, demo),
        rows=tuple(_parameter(language, parameter) for parameter in demo.parameters),
    )


def _parameter(language: Language, parameter: AnyParameter) -> Row:
    return _row(parameter.name, schema_of(parameter), parameter.label[language])
