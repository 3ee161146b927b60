"""A site with a small topic, a scripted runner, and settings of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import COURSE, ScriptedRunner
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.settings import Settings
from webapp.store.store import Store

MakeClient = Callable[..., FlaskClient]


@pytest.fixture
def runner() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def make_client(runner: ScriptedRunner, store: Store) -> MakeClient:
    """Make clients of sites with settings of the test's own."""

    def make(**settings: Any) -> FlaskClient:
        return create_app(runner, find_topics(COURSE), store, Settings(**settings)).test_client()

    return make


@pytest.fixture
def client(make_client: MakeClient) -> FlaskClient:
    return make_client()
