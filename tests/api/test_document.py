"""The OpenAPI document and the page about the API."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from tests.api.serving import HastyRunner, json_of, served
from tests.web.scripted import COURSE, ScriptedRunner
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.lessons.parameters import InvalidParameters, take_all

ROOT = Path(__file__).resolve().parents[2]
PATHS_OF_OTHERS = {"/api/docs", "/api/openapi.json"}
FEW = "2"
"""Examples that schemathesis makes up for a route beside those that the schema itself calls for."""


ODD: tuple[object, ...] = (None, True, "", "3", 0.5, [], {}, 10**400)


@pytest.fixture
def document(idle_client: FlaskClient) -> Any:
    return json_of(idle_client.get("/api/openapi.json"))


def test_the_document_is_openapi(document: Any) -> None:
    validate(document)


def test_every_route_is_in_the_document_and_no_other(
    idle_client: FlaskClient, document: Any
) -> None:
    rules = {
        re.sub(r"<(\w+)>", r"{\1}", rule.rule).replace("/api/runs/{id}", "/api/runs/{run}")
        for rule in idle_client.application.url_map.iter_rules()
        if rule.rule.startswith("/api")
    }
    assert rules - PATHS_OF_OTHERS == set(document["paths"])


def test_the_document_takes_what_the_routes_take(document: Any) -> None:
    """The same declaration says both: each bound, and the step beyond it, as both see it."""
    schemas = document["components"]["schemas"]
    for topic in find_topics():
        for demo in topic.demos:
            order = schemas[f"Order.{topic.slug}.{demo.slug}"]
            schema = order["properties"]["parameters"]
            for name, value in _attempts(schema):
                given = {**demo.defaults, name: value}
                written = {k: list(v) if isinstance(v, tuple) else v for k, v in given.items()}
                valid = OAS31Validator(schema).is_valid(written)
                assert valid is _taken(demo.parameters, written), (demo.slug, name, value)


def _attempts(schema: Any) -> Iterator[tuple[str, object]]:
    for name, one in schema["properties"].items():
        yield from ((name, odd) for odd in ODD)
        yield name, one["default"]
        if "minimum" in one:
            yield from ((name, one[bound]) for bound in ("minimum", "maximum"))
            yield from ((name, one["minimum"] - 1), (name, one["maximum"] + 1))
        yield from ((name, word) for word in one.get("enum", ()))
    yield "unknown", 1


def _taken(parameters: Any, given: Any) -> bool:
    try:
        take_all(parameters, given)
    except InvalidParameters:
        return False
    return True


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_page_shows_every_route_and_asks_no_other_host(
    idle_client: FlaskClient, document: Any, language: str
) -> None:
    answer = idle_client.get(f"/{language}/api")
    assert answer.status_code == 200
    for path in document["paths"]:
        assert path in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    # Links to ourselves, and nothing that a browser would load from elsewhere or run in place.
    assert not re.findall(r'(?:src|action)="(?:https?:)?//', answer.text)
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", answer.text)


def test_the_docs_are_in_the_language_of_the_browser(idle_client: FlaskClient) -> None:
    answer = idle_client.get("/api/docs", headers={"Accept-Language": "fa"})
    assert answer.status_code == 302
    assert answer.location == "/fa/api"


def test_the_links_to_try_are_taken(idle_client: FlaskClient, idle: ScriptedRunner) -> None:
    page = idle_client.get("/en/api").text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/api[^"]+)"', page)]
    assert len(links) > 15
    idle.busy = True  # what would run is answered before it does
    assert {idle_client.get(link).status_code for link in links} == {200, 503}


# Our own API runs nothing here, and has a small course, since schemathesis asks for every bound of
# each demo; the report's routes run for real, with short sleeps.
@pytest.mark.timeout(120)
def test_schemathesis_finds_nothing_wrong_with_our_own_routes(tmp_path: Path) -> None:
    with served(create_app(ScriptedRunner(), find_topics(COURSE))) as port:
        schemathesis(port, "^/api/", tmp_path)


@pytest.mark.timeout(120)
def test_schemathesis_finds_nothing_wrong_with_the_reports_routes(tmp_path: Path) -> None:
    runner = HastyRunner()
    try:
        with served(create_app(runner)) as port:
            schemathesis(port, r"^/api\d", tmp_path)
    finally:
        runner.close()


def schemathesis(port: int, paths: str, folder: Path) -> None:
    """Have all its checks made on some paths: no 5xx and no answer that is not in the document."""
    command = [sys.executable, "-m", "schemathesis.cli", "run"]
    options = ["--continue-on-failure", "--max-examples", FEW, "--seed", "1", "--workers", "1"]
    url = f"http://127.0.0.1:{port}/api/openapi.json"
    run = subprocess.run(
        [*command, url, "--include-path-regex", paths, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-5000:]
    assert "No issues found" in run.stdout
