"""Runs of the API are stored like all others."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.api.serving import NotedRunner, json_of
from tests.api.test_own_routes import ORDER, RUNS, STREAM, messages
from tests.topics import TOPICS
from tests.web.scripted import ScriptedRunner, SharedSite
from webapp.engine.runner import UnknownRun
from webapp.store.store import Store


@pytest.fixture
def client(whole_site: SharedSite, runner: NotedRunner, store: Store) -> FlaskClient:
    """A client of the site with a store of its own."""
    return whole_site.lent(runner, store).test_client()


@pytest.fixture(scope="module")
def restarted_site() -> SharedSite:
    return SharedSite(TOPICS)


@pytest.fixture
def restarted(restarted_site: SharedSite, store: Store) -> FlaskClient:
    """A client of the site after a restart: only the store knows earlier runs."""
    return restarted_site.lent(ScriptedRunner(busy=True), store).test_client()


def test_a_run_can_be_read_after_a_restart(client: FlaskClient, restarted: FlaskClient) -> None:
    run = json_of(client.post(RUNS, json={**ORDER, "events": True}))
    assert json_of(restarted.get(f"/runs/{run['run']}.json")) == run
    state = json_of(restarted.get(f"{RUNS}/{run['run']}"))
    assert (state["phase"], state["place"]) == ("over", 0)
    assert state["result"] == run


def test_a_streamed_run_is_stored(client: FlaskClient, restarted: FlaskClient) -> None:
    received = messages(client.post(RUNS, json=ORDER, headers=STREAM).text)
    result = json_of(restarted.get(f"/runs/{received[-1][1]['run']}.json"))
    assert result.pop("events")
    assert result == received[-1][1]


def test_a_run_of_the_api_has_a_page(client: FlaskClient) -> None:
    run = json_of(client.post(RUNS, json=ORDER))["run"]
    for language in ("en", "fa"):
        assert "Thread#1 running" in client.get(f"/{language}/runs/{run}").text
    assert client.get(f"/runs/{run}.py").text.endswith(
        "    main(thread_count=2, sleep_seconds=0.05)\n"
    )


def test_runs_of_the_reports_routes_are_not_stored(
    client: FlaskClient, runner: NotedRunner, store: Store
) -> None:
    assert client.get("/api1/run1/?thread_count=1").status_code == 200
    with pytest.raises(UnknownRun):
        store.find(runner.asked[-1])


@pytest.mark.parametrize("path", ["/api/runs/{}", "/runs/{}.json", "/runs/{}/trace.json"])
@pytest.mark.parametrize(
    ("id", "reason"),
    [("none", "This is not the link of a run."), ("x" * 16, "There is no such run.")],
)
def test_a_missing_run_is_answered_in_json(
    restarted: FlaskClient, path: str, id: str, reason: str
) -> None:
    answer = restarted.get(path.format(id))
    assert answer.status_code == 404
    assert json_of(answer)["detail"].startswith(reason)
    persian = restarted.get(path.format(id), headers={"Accept-Language": "fa"})
    assert "اجرا" in json_of(persian)["detail"]
