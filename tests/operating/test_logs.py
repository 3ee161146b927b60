"""A line of the log names its request and its run, never the visitor."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from io import StringIO
from logging.config import dictConfig
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.serving import wait_until
from tests.operating.conftest import MakeClient
from tests.operating.serving import served
from tests.web.scripted import GOOD, HELLO, ScriptedRunner
from webapp.operating.logs import log_config

ADDRESS = "192.0.2.7"
HERE = "127.0.0.1"


@pytest.fixture
def lines(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """The lines that are logged, in the format that the test names."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    written = StringIO()
    config = log_config(format=request.param, level="info")
    config["handlers"]["stderr"]["stream"] = written
    dictConfig(config)
    yield written
    root.handlers[:], root.level = before


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_a_run_is_logged_with_the_id_of_its_request(client: FlaskClient, lines: StringIO) -> None:
    answer = client.post(HELLO, data=GOOD, environ_base={"REMOTE_ADDR": ADDRESS})
    answer.get_data()
    [entry] = map(json.loads, lines.getvalue().splitlines())
    assert entry["message"] == "a run is over"
    assert entry["request"] == answer.headers["X-Request-ID"]
    assert (entry["run"], entry["demo"], entry["outcome"]) == (
        "run1",
        "greeting/say-hello",
        "finished",
    )
    assert ADDRESS not in lines.getvalue()


@pytest.mark.parametrize("lines", ["text"], indirect=True)
def test_a_reached_limit_is_logged_without_the_visitors_address(
    make_client: MakeClient, lines: StringIO
) -> None:
    client = make_client(rate_limit=1)
    pressed = [
        client.post(HELLO, data=GOOD, environ_base={"REMOTE_ADDR": ADDRESS}) for _ in range(2)
    ]
    assert [answer.status_code for answer in pressed] == [200, 429]
    assert "Run was pressed more often than 1 per 1 minute" in lines.getvalue()
    assert ADDRESS not in lines.getvalue()


def test_a_malformed_request_is_logged_without_the_clients_address(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is also logged without the id of an earlier request."""
    with (
        served(tmp_path / "runs.sqlite", "--threads", "1") as site,
        socket.create_connection((HERE, site.port)) as connection,
    ):
        connection.sendall(b"GARBAGE\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    [entry] = [line for line in capfd.readouterr().err.splitlines() if "GARBAGE" in line]
    assert "Invalid request" in entry
    assert HERE not in entry
    assert "request=" not in entry


@pytest.mark.parametrize("lines", ["json"], indirect=True)
def test_an_internal_error_is_logged_with_its_traceback_which_the_answer_lacks(
    client: FlaskClient, runner: ScriptedRunner, lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(runner, "start", fail)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.post(HELLO, data=GOOD)
    assert answer.status_code == 500
    id = answer.headers["X-Request-ID"]
    assert id in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    [entry] = map(json.loads, lines.getvalue().splitlines())
    assert (entry["level"], entry["request"]) == ("error", id)
    assert "RuntimeError: a secret of ours" in entry["traceback"]


@pytest.mark.parametrize("lines", ["text"], indirect=True)
def test_a_visitor_cannot_forge_a_line(lines: StringIO) -> None:
    logging.getLogger("movazi").warning("they sent %s", "x\n2026 error: forged")
    assert len(lines.getvalue().splitlines()) == 1


def test_each_request_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5


def test_a_request_id_is_taken_only_from_a_proxy(make_client: MakeClient) -> None:
    sent = {"X-Request-ID": "from-the-proxy"}
    assert make_client().get("/healthz", headers=sent).headers["X-Request-ID"] != "from-the-proxy"
    behind = make_client(proxies=1)
    assert behind.get("/healthz", headers=sent).headers["X-Request-ID"] == "from-the-proxy"
    odd = {"X-Request-ID": "<b>not an id</b>"}
    assert "<" not in behind.get("/healthz", headers=odd).headers["X-Request-ID"]


def test_an_access_log_is_written_if_it_is_asked_for(tmp_path: Path) -> None:
    accesses = tmp_path / "access.log"
    with served(tmp_path / "runs.sqlite", "--access-logfile", str(accesses)):
        wait_until(lambda: "GET /readyz" in accesses.read_text())
