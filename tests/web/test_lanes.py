"""The lanes of a stored run: the walk's data in both languages, and a part of the time."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import GOOD, HELLO, NamedRunner

ID = "-" * 12 + "run1"


@pytest.fixture
def runner() -> NamedRunner:
    return NamedRunner()


@pytest.fixture
def kept(client: FlaskClient) -> FlaskClient:
    """A client of a site with one stored run of 214 ms."""
    client.post(HELLO, data=GOOD, buffered=True)
    return client


@pytest.mark.parametrize(("language", "word"), [("en", "prints"), ("fa", "چاپ می‌کند")])
def test_a_walk_has_its_steps_in_the_visitors_language(
    kept: FlaskClient, language: str, word: str
) -> None:
    data = kept.get(f"/{language}/runs/{ID}/steps.json").get_json()
    assert [step[:4] for step in data["steps"]] == [[1000, 0, 7, 0], [2000, 0, 7, 1]]
    assert word in data["sentences"][data["steps"][0][4]]


def test_an_unknown_run_has_no_walk(kept: FlaskClient) -> None:
    assert kept.get(f"/en/runs/{'x' * 16}/steps.json").status_code == 404


def test_a_part_of_the_time_can_be_drawn_without_javascript(kept: FlaskClient) -> None:
    whole, part = kept.get(f"/en/runs/{ID}"), kept.get(f"/en/runs/{ID}?from=0.5&to=2")
    assert (whole.status_code, part.status_code) == (200, 200)
    assert 'data-start="0" data-stop="214000"' in whole.text
    assert 'data-start="500" data-stop="2000"' in part.text
    assert "Only the time from 0.5 ms to 2 ms is drawn." in part.text
    assert f'action="/en/runs/{ID}"' in whole.text


@pytest.mark.parametrize(
    "query", ["from=x", "from=5&to=5", "from=-1", "to=nan", "from=inf", "from=300&to=400", "to="]
)
def test_invalid_times_are_reported_and_the_whole_run_is_drawn(
    kept: FlaskClient, query: str
) -> None:
    page = kept.get(f"/en/runs/{ID}?{query}")
    assert page.status_code == 422
    assert "These times cannot be drawn" in page.text
    assert 'data-start="0" data-stop="214000"' in page.text
