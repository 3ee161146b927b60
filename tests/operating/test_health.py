"""Probes tell whether the site is alive, and whether it is ready."""

import sqlite3
from contextlib import closing
from pathlib import Path

from flask.testing import FlaskClient

from tests.web.scripted import ScriptedRunner


def test_a_healthy_site_is_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"live": True}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"engine": True, "database": True})
    assert ready.headers["Cache-Control"] == "no-store"


def test_a_site_whose_engine_does_not_answer_is_not_ready(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    runner.silent = True
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"engine": False, "database": True})
    assert client.get("/healthz").status_code == 200


def test_a_site_whose_database_does_not_answer_is_not_ready(
    client: FlaskClient, tmp_path: Path
) -> None:
    (tmp_path / "runs.sqlite").unlink()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"engine": True, "database": False})
    assert client.get("/healthz").status_code == 200


def test_a_site_whose_database_cannot_be_written_is_not_ready(
    client: FlaskClient, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json) == (503, {"engine": True, "database": False})
