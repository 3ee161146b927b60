"""A claim of time that a busy machine broke, as programs and a terminal see it."""

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
# The scripted runner prints two lines, whatever it is asked for.
TIMES = 3


@pytest.fixture
def late_app(store: Store) -> Flask:
    """A site whose machine makes each run a quarter of a second late."""
    return create_app(NamedRunner(held_up=0.25), find_topics(COURSE), store, TESTING=True)


def claimed(app: Flask, times: int) -> dict[str, Any]:
    """What the API tells of the demo's only claim."""
    order = {"demo": DEMO, "parameters": {"times": times, "pause": 0.5, "tone": "warm"}}
    [claim] = json_of(app.test_client().post(RUNS, json=order))["claims"]
    assert isinstance(claim, dict)
    return claim


def test_the_api_tells_how_late_the_run_was(late_app: Flask) -> None:
    claim = claimed(late_app, TIMES)
    assert (claim["holds"], claim["figure"], claim["late"]) == (None, "2", 0.25)


def test_a_claim_that_can_be_told_is_not_late(late_app: Flask) -> None:
    claim = claimed(late_app, times=2)
    assert (claim["holds"], claim["late"]) == (True, None)


def test_a_terminal_tells_how_late_the_run_was(late_app: Flask) -> None:
    run = late_app.test_cli_runner().invoke(args=["run-demo", DEMO, "--times", str(TIMES)])
    assert "– one line each time (2)" in run.output
    assert "cannot tell: this machine was too busy, up to 250 ms late" in run.output
