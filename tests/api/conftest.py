"""The site with its own topics, on a real engine and on a scripted runner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.serving import NotedRunner
from tests.topics import TOPICS
from tests.web.scripted import ScriptedRunner, SharedSite
from webapp.app import create_app


@pytest.fixture(scope="session")
def runner() -> Iterator[NotedRunner]:
    runner = NotedRunner()
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def app(runner: NotedRunner) -> Flask:
    return create_app(runner, TOPICS, TESTING=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the site on a real engine."""
    return app.test_client()


@pytest.fixture(scope="session")
def whole_site() -> SharedSite:
    """The site with its own topics, for tests with a store of their own."""
    return SharedSite(TOPICS)


@pytest.fixture(scope="session")
def idle_app() -> tuple[Flask, ScriptedRunner]:
    runner = ScriptedRunner()
    return create_app(runner, TOPICS, TESTING=True), runner


@pytest.fixture
def idle(idle_app: tuple[Flask, ScriptedRunner]) -> ScriptedRunner:
    """A runner that runs nothing and notes its requests, in the state of a new one."""
    _, runner = idle_app
    vars(runner).update(vars(ScriptedRunner()))
    return runner


@pytest.fixture
def idle_client(idle_app: tuple[Flask, ScriptedRunner], idle: ScriptedRunner) -> FlaskClient:
    """A client of the site with its own topics, on the runner `idle`."""
    app, _ = idle_app
    return app.test_client()
