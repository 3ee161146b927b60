"""What a comparison says of its two runs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.web.compare.comparing import BOTH, IDS, OTHERS, PRINTED, TwoRunner, plain, query, run
from webapp.engine.recording import Outcome
from webapp.lessons.text import LANGUAGES, Language
from webapp.pages.compare.comparison import compare_times
from webapp.pages.texts.wording import load_wordings
from webapp.store.errors import StoreError
from webapp.store.store import Store

SAID = {
    "en": [
        ((3.0, 1.0), "3.000 s beside 1.000 s: the first took 3.0 times as long as the second."),
        ((1.0, 2.54), "1.000 s beside 2.540 s: the second took 2.5 times as long as the first."),
        ((1.0, 1.04), "1.000 s beside 1.040 s: both took about equally long."),
        ((0.0, 0.0), "0.000 s beside 0.000 s: both took about equally long."),
        ((0.0, 1e-6), "0.000 s beside 0.000 s: both took about equally long."),
    ],
    "fa": [
        ((3.0, 1.0), "۳٫۰۰۰ ثانیه در کنار ۱٫۰۰۰ ثانیه: اولی ۳٫۰ برابر دومی طول کشید."),
        ((1.0, 2.54), "۱٫۰۰۰ ثانیه در کنار ۲٫۵۴۰ ثانیه: دومی ۲٫۵ برابر اولی طول کشید."),
        ((1.0, 1.04), "۱٫۰۰۰ ثانیه در کنار ۱٫۰۴۰ ثانیه: هر دو تقریباً به یک اندازه طول کشید."),
    ],
}


@pytest.mark.parametrize(
    ("language", "walls", "sentence"),
    [(language, *said) for language in LANGUAGES for said in SAID[language]],
)
def test_the_times_are_compared_in_words(
    client: FlaskClient,
    runner: TwoRunner,
    language: Language,
    walls: tuple[float, float],
    sentence: str,
) -> None:
    run(client)
    first, second = (
        replace(runner.recording(id), wall=wall) for id, wall in zip(IDS, walls, strict=True)
    )
    compared = compare_times(load_wordings()[language], first, second)
    assert re.sub("[\u2068\u2069]", "", compared) == sentence


@pytest.mark.parametrize("ended", [Outcome.DEADLOCKED, Outcome.FAILED, Outcome.TIMED_OUT])
@pytest.mark.parametrize("side", [0, 1])
def test_only_runs_that_finished_are_compared_by_time(
    client: FlaskClient, runner: TwoRunner, ended: Outcome, side: int
) -> None:
    runner.outcomes[side] = ended
    page = run(client)
    assert "times as long" not in page
    assert "Times are compared only where both programs ran to their end." in page
    title = {"deadlocked": "Deadlocked", "failed": "Failed", "timed out": "Out of time"}[ended]
    word, wall = [("The first", "3.000"), ("The second", "1.000")][side]
    assert f"{word}: {title}, after {wall} s." in page


def rows(page: str) -> dict[str, tuple[str, ...]]:
    """Return the rows of the table, with the text for screen readers."""
    table = page[page.index('class="compare-table"') :]
    found = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table, re.S)
    return {
        plain(name): tuple(map(plain, re.findall(r"<td>(.*?)</td>", cells, re.S)))
        for name, cells in found
    }


def test_only_what_differs_is_in_sight(client: FlaskClient) -> None:
    page = run(client, {**BOTH, "b-times": "5"})
    shown, same = page.split('class="compare-same"')
    table = rows(shown)
    assert table["Tone ≠ (differs)"] == ("warm", "cold")
    assert table["Times ≠ (differs)"] == ("3", "5")
    assert table["Wall time ≠ (differs)"] == ("3.000 s", "1.000 s")
    assert not {"Pause", "Ideal time", "Ending"} & {*table}
    folded = rows(same)
    assert folded["Pause"] == ("0.5", "0.5")
    assert folded["Ideal time"] == ("0.500 s", "0.500 s")
    assert folded["Ending"] == ("Finished", "Finished")
    assert folded["Outcome: greetings"] == ("2", "2")


def headline(page: str) -> str:
    found = re.search(r'<h2 id="compared-title">(.*?)</h2>', page)
    assert found
    return plain(found[1])


def test_the_headline_names_what_differs(client: FlaskClient, runner: TwoRunner) -> None:
    assert headline(run(client)) == "3.0 s or 1.0 s"
    runner.outcomes[1] = Outcome.DEADLOCKED
    assert headline(run(client)) == "Finished or Deadlocked"


def test_the_headline_says_so_if_nothing_differs(client: FlaskClient) -> None:
    run(client)
    twice = client.get(f"/en/compare/{IDS[0]}/{IDS[0]}").text
    assert "both took about equally long" in headline(twice)


def test_what_only_one_demo_has_is_shown(client: FlaskClient) -> None:
    table = rows(run(client, OTHERS))
    assert table["Times ≠ (differs)"] == ("3", "–")
    assert table["Outcome: greetings"] == ("2", "–")


def test_both_pictures_have_one_axis_of_time(client: FlaskClient) -> None:
    page = run(client)
    stops = re.findall(r'<run-lanes [^>]*data-end="(\d+)" data-start="0" data-stop="(\d+)"', page)
    assert stops == [("3000000", "3000000")] * 2
    # The shorter picture is not called a part of a longer one.
    assert "is drawn." not in page
    labels = re.findall(r'role="(?:region|img)"[^>]*aria-label="([^"]*)"', page)
    assert len(labels) == len(set(labels)) > 4


def test_a_comparison_is_stored_and_has_a_link_in_both_languages(
    client: FlaskClient, store: Store
) -> None:
    page = run(client)
    link = f"/en/compare/{IDS[0]}/{IDS[1]}"
    assert f'href="{link}"' in page
    assert [store.find(id).values["tone"] for id in IDS] == ["warm", "cold"]
    assert page.count('data-own="{') == 2
    english, persian = client.get(link), client.get(link.replace("/en/", "/fa/"))
    assert "the first took 3.0 times as long as the second" in english.text
    assert "برابر دومی طول کشید" in persian.text
    for answer in (english, persian):
        assert answer.status_code == 200
        assert answer.text.count(PRINTED) == 4
        assert '<form id="form"' not in answer.text
        assert "data-own" not in answer.text
        assert 'content="noindex"' in answer.text
    again = re.search(r'class="button"\s+href="([^"]*)"', english.text)
    assert again
    assert query(unescape(again[1])) == {name: [value] for name, value in BOTH.items()}


def test_any_two_stored_runs_can_be_compared(client: FlaskClient) -> None:
    run(client, OTHERS)
    turned = client.get(f"/en/compare/{IDS[1]}/{IDS[0]}")
    assert "the second took 3.0 times" in turned.text
    assert rows(turned.text)["Times ≠ (differs)"] == ("–", "3")
    twice = client.get(f"/en/compare/{IDS[0]}/{IDS[0]}")
    assert "about equally long" in twice.text


def test_a_missing_run_is_named_with_the_reason(client: FlaskClient, store: Store) -> None:
    run(client)
    unknown = "x" * 16
    for first, second, which, reason in (
        (unknown, IDS[1], "the first", "There is no such run"),
        (IDS[0], unknown, "the second", "There is no such run"),
        (IDS[0], "short", "the second", "This is not the link of a run"),
    ):
        answer = client.get(f"/en/compare/{first}/{second}")
        assert answer.status_code == 404
        assert reason in answer.text
        assert f"This is about {which} of the two runs." in answer.text
    store.prune(timedelta(seconds=-1))
    pruned = client.get(f"/fa/compare/{IDS[0]}/{IDS[1]}")
    assert pruned.status_code == 404
    assert "سخن از اجرای اول است." in pruned.text
    assert "This run is no longer kept" in client.get(f"/en/compare/{IDS[0]}/{IDS[1]}").text


def test_runs_that_could_not_be_stored_are_compared_without_a_link(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(store, "save", broken)
    page = run(client)
    assert "the first took 3.0 times" in page
    assert "Link to this comparison" not in page
    assert page.count("This run could not be kept") == 2
