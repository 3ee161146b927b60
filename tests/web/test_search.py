"""The search for the run that breaks a demo, and the page where a visitor is the scheduler."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from webapp.app import create_app
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.lessons.text import LANGUAGES
from webapp.store.store import Store

LOST = "threads/lock/lost-update"
FIXED = f"{LOST}-fixed"
SMALL = {"thread_count": "2", "increments": "1", "window": "none"}
EVENTS = {"Accept": "text/event-stream", "HX-Request": "true"}


@pytest.fixture(scope="module")
def runner() -> Iterator[EmbeddedRunner]:
    runner = EmbeddedRunner(Limits(soft_deadline=60, unfollowed=None, grace=0.5))
    yield runner
    runner.close()


@pytest.fixture
def client(runner: EmbeddedRunner, store: Store) -> FlaskClient:
    """A client of the real site with a real runner."""
    return create_app(runner, store=store, TESTING=True).test_client()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_streams_what_it_tries_and_then_the_smallest_run(
    client: FlaskClient, language: str
) -> None:
    answer = client.post(f"/{language}/{LOST}/search", data=SMALL, headers=EVENTS)
    assert answer.mimetype == "text/event-stream"
    text = answer.get_data(as_text=True)
    assert text.count('id="search-title"') == 1
    assert text.endswith("event: over\ndata:\n\n")
    # The smallest run has lanes and a link of its own.
    [run] = set(re.findall(rf'href="(/{language}/runs/[\w-]+)"', text))
    assert "<p-lanes" in text or 'class="lanes' in text
    kept = client.get(run)
    assert kept.status_code == 200
    assert "0*5,1*" in kept.get_data(as_text=True)  # its receipt holds the schedule


def test_a_search_works_without_javascript(client: FlaskClient) -> None:
    answer = client.post(f"/en/{LOST}/search", data=SMALL)
    page = answer.get_data(as_text=True)
    assert answer.mimetype == "text/html"
    assert re.search(r"All \d+ schedules with at most 2 switches were tried\.", page)
    assert page.rstrip().endswith("</html>")


def test_a_mended_demo_is_not_called_correct(client: FlaskClient) -> None:
    page = client.post(f"/en/{FIXED}/search", data=SMALL).get_data(as_text=True)
    assert "No schedule breaks it: 2 switches at most" in page
    assert "This is no proof" in page


def test_wrong_values_are_refused(client: FlaskClient) -> None:
    wrong = {**SMALL, "increments": "0"}
    assert client.post(f"/en/{LOST}/search", data=wrong).status_code == 422


def test_a_demo_of_processes_offers_no_search(client: FlaskClient) -> None:
    address = "/en/processes/process-pool/pool-map"
    page = client.get(address)
    if page.status_code == 200:
        assert "search-button" not in page.get_data(as_text=True)
    assert client.post(f"{address}/search").status_code == 404


# --- the scheduler ---


def choices(page: str) -> dict[str, str]:
    """Return the addresses of the threads that can go on, by their numbers."""
    found = re.findall(r'href="([^"]*)"\s+data-key="(\d)"', page)
    return {number: html.unescape(address) for address, number in found}


def played(client: FlaskClient, address: str, numbers: str) -> str:
    """Let the threads of these numbers go on, one after the other; return the last page."""
    page = client.get(address).get_data(as_text=True)
    for number in numbers:
        page = client.get(choices(page)[number]).get_data(as_text=True)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_loses_an_update_by_hand(client: FlaskClient, language: str) -> None:
    page = played(client, f"/{language}/{LOST}/scheduler", "1122")
    assert "value = 0" in page  # thread 1 has read
    while links := choices(page):
        page = client.get(next(iter(links.values()))).get_data(as_text=True)
    assert "final: 1" in page
    assert f"/{language}/{FIXED}/scheduler" in page  # the next challenge


def test_the_mended_demo_is_told_how_far_it_was_searched(client: FlaskClient) -> None:
    page = client.get(f"/en/{FIXED}/scheduler").get_data(as_text=True)
    while links := choices(page):
        page = client.get(next(iter(links.values()))).get_data(as_text=True)
    assert "No schedule that was tried reaches it" in page
    assert re.search(r"All \d+ schedules with at most 2 switches were tried\.", page)


def test_a_step_back_is_the_address_before(client: FlaskClient) -> None:
    address = f"/en/{LOST}/scheduler"
    first = client.get(address).get_data(as_text=True)
    second = client.get(choices(first)["1"]).get_data(as_text=True)
    [back] = re.findall(r'href="([^"]*)"\s+data-key="Backspace"', second)
    assert choices(client.get(html.unescape(back)).get_data(as_text=True)) == choices(first)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("run-schedule=7", "Choice 1: there is no thread 7"),
        ("run-schedule=0*9", "Choice 6: thread 0 cannot go on"),
        ("run-schedule=0,x", "Part 2 is no choice: x"),
        ("run-schedule=0,0*30000", "too long from part 2 on"),
        ("run-schedule=0&run-source=another", "another version of the program"),
        ("increments=none", ""),
    ],
)
def test_a_schedule_that_does_not_fit_is_refused_with_its_place(
    client: FlaskClient, query: str, said: str
) -> None:
    answer = client.get(f"/en/{LOST}/scheduler?{query}")
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_a_demo_without_a_goal_has_no_scheduler(client: FlaskClient) -> None:
    assert client.get("/en/threads/lock/try-lock/scheduler").status_code == 404
