"""Metrics need the token."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from tests.operating.conftest import MakeClient
from tests.web.scripted import GOOD, HELLO

TOKEN = SecretStr("hush")
BEARER = {"Authorization": "Bearer hush"}


def read(client: FlaskClient) -> dict[str, float]:
    """Return all samples by their name and labels."""
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_without_a_token_there_are_no_metrics(client: FlaskClient) -> None:
    assert client.get("/metrics", headers=BEARER).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("sent", [None, "", "hush", "Bearer", "Bearer hus", "Bearer hush2", "é"])
def test_a_client_without_the_token_gets_404(make_client: MakeClient, sent: str | None) -> None:
    headers = {} if sent is None else {"Authorization": sent}
    assert make_client(metrics_token=TOKEN).get("/metrics", headers=headers).status_code == 404


def test_metrics_count_the_engines_runs(make_client: MakeClient) -> None:
    client = make_client(metrics_token=TOKEN)
    client.post(HELLO, data=GOOD)
    found = read(client)
    assert found["movazi_runs_running[]"] == 2
    assert found["movazi_runs_waiting[]"] == 3
    assert found["movazi_runs_capacity[]"] == 128
    assert found["movazi_runs_ended_total['finished']"] == 1
    assert found["process_open_fds[]"] > 0


def test_metrics_count_open_streams(make_client: MakeClient) -> None:
    client = make_client(metrics_token=TOKEN, streams=100)
    with client.post(HELLO, data=GOOD, buffered=False):
        found = read(client)
    assert found["movazi_answers_open[]"] == 2  # with that of the metrics themselves
    assert found["movazi_answers_capacity[]"] == 100
    assert read(client)["movazi_answers_open[]"] == 1


def test_metrics_count_requests_by_route_and_not_by_address(make_client: MakeClient) -> None:
    client = make_client(metrics_token=TOKEN)
    for number in range(3):
        client.get(f"/nowhere/{number}")
    client.get("/en/")
    client.open("/nowhere", method="HOSTILE")
    found = read(client)
    assert found["movazi_requests_total['404', 'any', 'none']"] == 4
    assert found["movazi_requests_total['200', 'GET', 'home.show']"] == 1
    assert found["movazi_request_seconds_count['home.show']"] == 1
