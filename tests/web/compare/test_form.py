"""The page that compares two demos, and its form."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.web.compare.comparing import BOTH, COMPARE, OTHERS, TwoRunner, fields, query, run
from tests.web.scripted import STREAMED


def test_by_default_the_courses_first_pair_is_compared(client: FlaskClient) -> None:
    page = client.get(COMPARE).text
    assert len(re.findall(r'value="greeting/say-hello"\s+selected', page)) == 2
    assert fields(page) == {"a-times": "2", "a-pause": "0.1", "b-times": "2", "b-pause": "0.1"}


def test_the_address_has_all_values(client: FlaskClient) -> None:
    page = client.get(COMPARE, query_string={**BOTH, "run-transcript-only": "on"}).text
    assert fields(page)["a-times"] == fields(page)["b-times"] == "3"
    assert re.search(r'name="a-tone"\s+value="warm"\s+checked', page)
    assert re.search(r'name="b-tone"\s+value="cold"\s+checked', page)
    assert re.search(r'name="run-transcript-only".*?checked', page, re.S)
    other = re.search(r'<a href="(/fa/compare[^"]*)"', page)
    assert other
    assert query(unescape(other[1])) == {
        **{name: [value] for name, value in BOTH.items()},
        "run-transcript-only": ["on"],
    }


def test_a_missing_side_is_like_the_other(client: FlaskClient) -> None:
    page = client.get(f"{COMPARE}?b=greeting/say-in-turn").text
    assert len(re.findall(r'value="greeting/say-in-turn"\s+selected', page)) == 2


@pytest.mark.parametrize("data", [BOTH, OTHERS], ids=["one demo", "two demos"])
def test_ids_are_unique_and_every_label_has_its_field(
    client: FlaskClient, data: dict[str, str]
) -> None:
    for page in (client.get(COMPARE, query_string=data).text, run(client, data)):
        ids = Counter(re.findall(r'\sid="([^"]+)"', page))
        assert [name for name, count in ids.items() if count > 1] == []
        for name in re.findall(r'\s(?:for|aria-labelledby)="([^"]+)"', page):
            assert name in ids


def test_a_bad_value_is_reported_at_its_field_and_nothing_runs(
    client: FlaskClient, runner: TwoRunner
) -> None:
    for answer in (
        client.get(COMPARE, query_string={**BOTH, "b-times": "9"}),
        client.post(COMPARE, data={**BOTH, "b-times": "9"}),
        client.post(COMPARE, data={**BOTH, "b-times": "9"}, headers=STREAMED),
    ):
        assert answer.status_code == 422
        assert 'id="e-b-times"' in answer.text
        assert 'id="e-a-times"' not in answer.text
        assert "Enter a whole number from 1 to 5." in answer.text
        assert fields(answer.text)["b-times"] == "9"
        assert fields(answer.text)["a-times"] == "3"
    # htmx gets only the form.
    assert answer.headers["HX-Retarget"] == "#form"
    assert "<html" not in answer.text
    assert runner.programs == []


def test_a_missing_and_an_unknown_parameter_are_problems(
    client: FlaskClient, runner: TwoRunner
) -> None:
    without = {name: value for name, value in BOTH.items() if name != "a-times"}
    assert 'id="e-a-times"' in client.post(COMPARE, data=without).text
    for name in ("a-unknown", "unknown", "c-times", "times"):
        answer = client.post(COMPARE, data={**BOTH, name: "1"})
        assert answer.status_code == 422
        assert f"There is no parameter called {name.removeprefix('a-')} here." in answer.text
    assert runner.programs == []


@pytest.mark.parametrize("side", ["a", "b"])
@pytest.mark.parametrize("name", ["greeting/nowhere", "nowhere/say-hello", "nowhere"])
def test_an_unknown_demo_is_reported(client: FlaskClient, side: str, name: str) -> None:
    answer = client.get(COMPARE, query_string={**BOTH, side: name})
    assert answer.status_code == 404
    assert "There is no such demo" in answer.text
    persian = client.get("/fa/compare", query_string={side: name})
    assert persian.status_code == 404
    assert "چنین نمونه‌ای نداریم" in persian.text


def test_another_demo_keeps_the_values_that_it_accepts(client: FlaskClient) -> None:
    entered = {
        **BOTH,
        "a": "greeting/say-in-turn",
        "b-times": "4",
        "choose": "a",
        "run-visitor": "x",
    }
    answer = client.get(COMPARE, query_string=entered)
    assert answer.status_code == 302
    assert answer.location.endswith("#demo-a")
    assert query(answer.location) == {
        "a": ["greeting/say-in-turn"],
        "b": ["greeting/say-hello"],
        "b-times": ["4"],
        "b-pause": ["0.5"],
        "b-tone": ["cold"],
    }
    assert client.get(answer.location).status_code == 200
    # Without JavaScript a button requests both.
    assert "<noscript>" in client.get(COMPARE).text
    both = client.get(COMPARE, query_string={**entered, "choose": "both"})
    assert "#" not in both.location


def test_two_demos_share_the_values_that_both_accept(client: FlaskClient) -> None:
    address = f"{COMPARE}/greeting/say-hello/greeting/say-hello?times=4&run-transcript-only=on"
    answer = client.get(address)
    assert query(answer.location) == {
        "a": ["greeting/say-hello"],
        "a-times": ["4"],
        "b": ["greeting/say-hello"],
        "b-times": ["4"],
        "run-transcript-only": ["on"],
    }
    other = client.get(f"{COMPARE}/greeting/say-hello/greeting/say-nothing?times=4")
    assert "b-times" not in query(other.location)
    wrong = client.get(f"{COMPARE}/greeting/say-hello/greeting/say-hello?times=99")
    assert client.get(wrong.location).status_code == 422
    assert client.get(f"{COMPARE}/greeting/say-hello/greeting/nowhere").status_code == 404
