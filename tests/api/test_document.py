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

from tests.api.serving import FastRunner, json_of, served
from tests.topics import TOPICS
from tests.web.scripted import COURSE, ScriptedRunner
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.lessons.parameters import InvalidParameters, take_all

ROOT = Path(__file__).resolve().parents[2]
PATHS_OF_OTHERS = {"/api/docs", "/api/openapi.json"}
FEW = "2"
"""Examples that schemathesis generates for a route, besides those that the schema requires."""


ODD: tuple[object, ...] = (None, True, "", "3", 0.5, [], {}, 10**400)


@pytest.fixture
def document(idle_client: FlaskClient) -> Any:
    return json_of(idle_client.get("/api/openapi.json"))


def test_the_document_is_openapi(document: Any) -> None:
    validate(document)


def test_the_document_has_every_route_and_no_other(idle_client: FlaskClient, document: Any) -> None:
    rules = {
        re.sub(r"<(\w+)>", r"{\1}", rule.rule).replace("/api/runs/{id}", "/api/runs/{run}")
        for rule in idle_client.application.url_map.iter_rules()
        if rule.rule.startswith("/api")
    }
    assert rules - PATHS_OF_OTHERS == set(document["paths"])


def test_the_document_accepts_what_the_routes_accept(document: Any) -> None:
    """Both agree on each bound, and on the value beyond it."""
    schemas = document["components"]["schemas"]
    for topic in TOPICS:
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
def test_the_page_shows_every_route_and_loads_nothing_from_elsewhere(
    idle_client: FlaskClient, document: Any, language: str
) -> None:
    answer = idle_client.get(f"/{language}/api")
    assert answer.status_code == 200
    for path in document["paths"]:
        assert path in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    # Nothing that a browser would load from another host, and no inline script or style.
    assert not re.findall(r'(?:src|action)="(?:https?:)?//', answer.text)
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", answer.text)


def test_the_docs_are_in_the_language_of_the_browser(idle_client: FlaskClient) -> None:
    answer = idle_client.get("/api/docs", headers={"Accept-Language": "fa"})
    assert answer.status_code == 302
    assert answer.location == "/fa/api"


def test_the_example_links_are_accepted(idle_client: FlaskClient, idle: ScriptedRunner) -> None:
    page = idle_client.get("/en/api").text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/api[^"]+)"', page)]
    assert len(links) > 15
    idle.busy = True  # requests that would run a demo are answered 503
    assert {idle_client.get(link).status_code for link in links} == {200, 503}


# schemathesis requests every bound of each demo, so our own API has a small course here and runs
# nothing. The report's routes run for real, with short sleeps.
@pytest.mark.timeout(120)
def test_schemathesis_finds_no_fault_in_our_own_routes(tmp_path: Path) -> None:
    app = create_app(ScriptedRunner(), find_topics(COURSE))
    key = app.test_client().post("/en/class/new").headers["Location"].rpartition("/")[2]
    # A key that opens a room cannot be guessed.
    (tmp_path / "schemathesis.toml").write_text(f'parameters = {{ key = "{key}" }}\n')
    with served(app) as port:
        schemathesis(port, "^/api/", tmp_path)


@pytest.mark.timeout(120)
def test_schemathesis_finds_no_fault_in_the_reports_routes(tmp_path: Path) -> None:
    runner = FastRunner()
    try:
        with served(create_app(runner, TOPICS)) as port:
            schemathesis(port, r"^/api\d", tmp_path)
    finally:
        runner.close()


def schemathesis(port: int, paths: str, folder: Path) -> None:
    """Run all its checks on some paths: no 5xx, and no answer that the document does not have."""
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
