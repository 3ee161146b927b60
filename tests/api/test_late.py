"""A claim of time that a busy machine broke, in the API and in a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.api.serving import json_of
from tests.api.test_own_routes import RUNS
from tests.web.scripted import COURSE, NamedRunner
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.store.store import Store

DEMO = "greeting/say-hello"
# The scripted runner always prints two lines.
TIMES = 3


@pytest.fixture
def late_app(store: Store) -> Flask:
    """A site whose machine makes each run a quarter of a second late."""
    return create_app(NamedRunner(held_up=0.25), find_topics(COURSE), store, TESTING=True)


def claimed(app: Flask, times: int) -> dict[str, Any]:
    """Return the demo's only claim as the API has it."""
    order = {"demo": DEMO, "parameters": {"times": times, "pause": 0.5, "tone": "warm"}}
    [claim] = json_of(app.test_client().post(RUNS, json=order))["claims"]
    assert isinstance(claim, dict)
    return claim


def test_the_api_says_how_late_the_run_was(late_app: Flask) -> None:
    claim = claimed(late_app, TIMES)
    assert (claim["holds"], claim["figure"], claim["late"]) == (None, "2", 0.25)


def test_a_claim_that_holds_is_not_late(late_app: Flask) -> None:
    claim = claimed(late_app, times=2)
    assert (claim["holds"], claim["late"]) == (True, None)


def test_a_terminal_says_how_late_the_run_was(late_app: Flask) -> None:
    run = late_app.test_cli_runner().invoke(args=["run-demo", DEMO, "--times", str(TIMES)])
    assert "– one line each time (2)" in run.output
    assert "cannot tell: this machine was too busy, up to 250 ms late" in run.output
