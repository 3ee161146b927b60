"""Two demos side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import STREAMED, NamedRunner, printed
from tests.web.test_runs import messages
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Busy, Phase
from webapp.lessons.folders import find_topics
from webapp.lessons.text import LANGUAGES, Language
from webapp.lessons.topic import Demo, Pair, Topic, find_demo
from webapp.pages.compare import running
from webapp.pages.compare.comparison import compare_times
from webapp.pages.compare.sources import align
from webapp.pages.texts.wording import load_wordings
from webapp.store.errors import StoreError
from webapp.store.store import Store

COMPARE = "/en/compare"
BOTH = {
    "a": "greeting/say-hello",
    "a-times": "3",
    "a-pause": "0.5",
    "a-tone": "warm",
    "b": "greeting/say-hello",
    "b-times": "3",
    "b-pause": "0.5",
    "b-tone": "cold",
}
OTHERS = {
    **{name: value for name, value in BOTH.items() if name.startswith("a")},
    "b": "greeting/say-nothing",
}
PRINTED = 'class="text">hello</span>'
IDS = ("------------run1", "------------run2")


@dataclass
class TwoRunner(NamedRunner):
    """The nth run takes `walls[n]` seconds and has the outcome `outcomes[n]`, counted from 0."""

    walls: list[float] = field(default_factory=lambda: [3.0, 1.0])
    outcomes: list[Outcome] = field(default_factory=lambda: [Outcome.FINISHED, Outcome.FINISHED])
    refusals: int = 0  # how often the second run is refused

    def start(self, program: Program, **options: Any) -> str:
        if self.programs and self.refusals:
            self.refusals -= 1
            raise Busy
        return super().start(program, **options)

    def recording(self, run: str) -> Recording:
        recording = super().recording(run)
        at = (int(run.removeprefix(IDS[0][:-1])) - 1) % 2
        return replace(recording, wall=self.walls[at], outcome=self.outcomes[at])


@pytest.fixture
def runner() -> TwoRunner:
    return TwoRunner()


def run(client: FlaskClient, data: Mapping[str, str] = MappingProxyType(BOTH)) -> str:
    """Run both demos to the end; return the page."""
    return client.post(COMPARE, data=dict(data)).text


def fields(page: str) -> dict[str, str]:
    """Return the number and text fields of a page's form."""
    inputs = re.findall(r"<input\s+type=\"(?:number|text)\".*?>", page, re.S)
    return {attribute(tag, "name"): attribute(tag, "value") for tag in inputs if "name=" in tag}


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', tag)
    assert found, (name, tag)
    return unescape(found[1])


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


# --- the page and its form --------------------------------------------------------------------


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


# --- running ----------------------------------------------------------------------------------


def pieces(client: FlaskClient, **headers: str) -> Iterator[str]:
    answer = client.post(COMPARE, data=BOTH, headers=headers, buffered=False)
    for piece in answer.response:
        yield piece.decode() if isinstance(piece, bytes) else piece


def test_the_second_run_starts_when_the_first_is_over(
    client: FlaskClient, runner: TwoRunner
) -> None:
    read = []
    for piece in pieces(client, **STREAMED):
        read.append(piece)
        if "Running the second" not in "".join(read):
            assert len(runner.programs) == 1
        assert runner.following <= 1
    assert [program.parameters["tone"] for program in runner.programs] == ["warm", "cold"]
    assert runner.observed == [True, True]
    assert len(set(runner.visitors)) == 1


def test_the_stream_has_each_run_and_then_the_comparison(client: FlaskClient) -> None:
    answer = client.post(COMPARE, data=BOTH, headers=STREAMED)
    assert answer.mimetype == "text/event-stream"
    first, *_, result, over = (message.get("data", "") for message in messages(answer.text))
    assert "Running the first: Saying hello" in first
    assert '<hx-partial hx-target="#result"></hx-partial>' in first
    assert f'action="/runs/{IDS[0]}/cancel"' in first
    assert "Runs when the first one is over." in first
    second = next(m["data"] for m in messages(answer.text) if "the second:" in m.get("data", ""))
    assert f'action="/runs/{IDS[1]}/cancel"' in second
    assert '<hx-partial hx-target="#b-transcript"></hx-partial>' in second
    for key, clock in (("a", "3.000 s"), ("b", "1.000 s")):
        assert answer.text.count(f'hx-target="#{key}-transcript" hx-swap="beforeend"') == 3
        assert f'<hx-partial hx-target="#{key}-clock">{clock}</hx-partial>' in answer.text
    assert "the first took 3.0 times as long as the second" in result
    assert over == ""


def test_without_javascript_the_page_is_streamed(client: FlaskClient) -> None:
    stream = list(pieces(client))
    page = "".join(stream)
    lines = [at for at, piece in enumerate(stream) if PRINTED in piece]
    begins = next(at for at, piece in enumerate(stream) if 'id="b-transcript"' in piece)
    assert len([at for at in lines if at < begins]) == len([at for at in lines if at > begins]) == 2
    assert page.index('id="a-transcript"') < page.index(PRINTED)
    assert "the first took 3.0 times as long as the second" in page
    assert page.rstrip().endswith("</html>")
    assert "<!--" not in page
    assert "Nothing has run yet" not in page


def test_each_transcript_leads_to_its_own_source(client: FlaskClient) -> None:
    page = run(client, OTHERS)
    first, second = page.split('id="b-transcript"')
    assert 'data-source="a-L7"' in first and 'data-source="b-L7"' not in first
    assert 'data-source="b-L7"' in second
    assert 'data-lines="a-L" data-transcript="a-transcript"' in page
    assert 'data-lines="b-L" data-transcript="b-transcript"' in page
    assert 'id="a-L7"' in page and 'id="b-L7"' in page


def test_a_reader_that_leaves_ends_the_current_run(client: FlaskClient, runner: TwoRunner) -> None:
    answer = client.post(COMPARE, data=BOTH, headers=STREAMED, buffered=False)
    stream = iter(answer.response)
    next(stream), next(stream)
    assert runner.following == 1
    answer.close()
    assert runner.following == 0
    assert runner.cancelled == [IDS[0]]
    assert len(runner.programs) == 1


def test_if_the_first_run_is_cancelled_the_second_does_not_start(
    client: FlaskClient, runner: TwoRunner, store: Store
) -> None:
    runner.outcomes[0] = Outcome.CANCELLED
    page = run(client)
    assert len(runner.programs) == 1
    assert "Stopped before both had run." in page
    assert f'href="/en/runs/{IDS[0]}"' in page
    assert page.rstrip().endswith("</html>")
    assert store.find(IDS[0]).recording.outcome is Outcome.CANCELLED


def test_a_full_server_says_when_to_try_again(client: FlaskClient, runner: TwoRunner) -> None:
    runner.busy = True
    page = client.post(COMPARE, data=BOTH)
    assert page.status_code == 503
    assert page.headers["Retry-After"].isdigit()
    again = re.search(r'href="([^"]*)">Run again</a>', page.text)
    assert again
    assert query(unescape(again[1])) == {name: [value] for name, value in BOTH.items()}
    assert client.post(COMPARE, data=BOTH, headers=STREAMED).status_code == 503


def test_the_second_run_waits_for_a_free_place(
    client: FlaskClient, runner: TwoRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PAUSE", 0)
    runner.refusals = 3
    stream = client.post(COMPARE, data=BOTH, headers=STREAMED).text
    assert stream.count("The server has no room for the second one yet") == 1
    assert "the first took 3.0 times" in stream


def test_if_the_second_run_is_refused_the_first_is_stored(
    client: FlaskClient, runner: TwoRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0)
    page = run(client)
    assert "Only the first ran" in page
    assert client.get(f"/en/runs/{IDS[0]}").status_code == 200


def test_the_place_in_line_is_shown(client: FlaskClient, runner: TwoRunner) -> None:
    runner.phase = Phase.QUEUED
    runner.in_line = [3, 3, 2, 2]
    runner.batches = [[], [], [printed(1, "hello\n")]]
    stream = client.post(COMPARE, data=BOTH, headers=STREAMED).text
    assert "Starting" in stream
    assert "In line: number 2" in stream


def test_a_comparison_that_fails_still_ends_the_page(
    client: FlaskClient, runner: TwoRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "recording", lambda run: None)
    page = run(client)
    assert "These runs could not be compared." in page
    assert page.rstrip().endswith("</html>")


# --- the result -------------------------------------------------------------------------------

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


def plain(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


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


# --- the sources ------------------------------------------------------------------------------


def test_common_lines_are_beside_each_other() -> None:
    first = ["import time", "", "def f():", "    go()", "    stop()"]
    second = [
        "import time",
        "",
        "def f():",
        "    with lock:",
        "        go()",
        "    stop()",
        "# end",
    ]
    assert list(align(first, second)) == [
        (0, 0, True),
        (1, 1, True),
        (2, 2, True),
        (None, 3, False),
        (3, 4, False),  # only the indentation differs
        (4, 5, True),
        (None, 6, False),
    ]
    assert list(align([], ["x"])) == [(None, 0, False)]


def test_lines_of_only_one_source_are_marked_by_a_sign_and_a_word(client: FlaskClient) -> None:
    page = client.get(COMPARE, query_string=OTHERS).text
    page = page[page.index('class="panel sources"') :]
    first, second = page.split('id="b-L1"')
    assert page.count("code-line only") == first.count("−</span>") + second.count("+</span>")
    assert first.count("only here") + second.count("only here") == page.count("code-line only")
    listings = re.findall(r"<pre.*?</pre>", page, re.S)
    assert len(listings) == 2
    assert len({listing.count('class="code-line') for listing in listings}) == 1


def test_the_changed_lines_come_first_each_with_a_link_to_its_place(
    real_client: FlaskClient,
) -> None:
    both = {"a": "lock/lost-update", "b": "lock/lost-update-fixed"}
    page = real_client.get(COMPARE, query_string=both).text
    changes = page.index('class="panel changes"')
    assert changes < page.index('id="a-transcript"') < page.index('class="panel sources"')
    lines = page[changes : page.index('id="a-transcript"')]
    # The lock is what only the second has. Docstrings differ, and are not changes.
    link = r'href="#b-L\d+" tabindex="-1">\d+</a>'
    assert re.search(rf'{link}<span class="sign">.*?\+</span><span>lock ', lines)
    assert "&quot;&quot;&quot;" not in lines
    for target in re.findall(r'href="#([ab]-L\d+)"', lines):
        assert page.count(f'id="{target}"') == 1
    assert (
        'class="panel changes"'
        not in real_client.get(COMPARE, query_string={"a": both["a"], "b": both["a"]}).text
    )


def test_programs_that_differ_in_most_lines_have_no_list_of_changes(
    real_client: FlaskClient,
) -> None:
    both = {"a": "lock/lost-update", "b": "process-pool/map-squares"}
    assert 'class="panel changes"' not in real_client.get(COMPARE, query_string=both).text


def test_one_source_is_listed_once(client: FlaskClient) -> None:
    page = client.get(COMPARE, query_string=BOTH).text
    assert page.count("<pre") == 1
    assert "Both run this program; only their values can differ." in page
    assert "code-line only" not in page
    ran = run(client)
    assert 'data-lines="L" data-transcript="a-transcript"' in ran
    assert 'data-lines="L" data-transcript="b-transcript"' in ran


# --- the ways to it ---------------------------------------------------------------------------


def test_a_demos_page_links_to_its_pairs_to_itself_and_to_other_demos(client: FlaskClient) -> None:
    page = client.get("/en/threads/greeting/say-hello?times=4").text
    menu = page[page.index("compare-menu") : page.index("</details>", page.index("compare-menu"))]
    links = [
        (unescape(address), plain(title), "data-follows-address" in more)
        for address, more, title in re.findall(r'<a\s+href="([^"]*)"([^>]*)>(.*?)</a>', menu, re.S)
    ]
    assert [title for _, title, _ in links] == [
        "Warm or cold",
        "The same demo with other values",
        "Taking turns",
        "Saying nothing",
    ]
    # A pair has its own values; other links follow the form.
    assert [follows for *_, follows in links] == [False, True, True, True]
    pair, itself, *_ = (
        query(client.get(links[at][0], follow_redirects=True).request.url) for at in (0, 1)
    )
    assert pair["b-tone"] == ["cold"] and pair["b-times"] == ["4"] and pair["a-times"] == ["2"]
    assert itself["a-times"] == itself["b-times"] == ["4"]


def test_what_to_look_for_is_shown_only_with_the_pairs_own_values(client: FlaskClient) -> None:
    own = {**BOTH, "b-times": "4"}
    assert "Feel the difference." in client.get(COMPARE, query_string=own).text
    assert "Feel the difference." not in client.get(COMPARE, query_string=BOTH).text


TOPICS = find_topics()
PAIRS = [(topic, demo, pair) for topic in TOPICS for demo in topic.demos for pair in demo.beside]


def test_the_course_has_the_expected_pairs() -> None:
    named = {(topic.name_of(demo), pair.other) for topic, demo, pair in PAIRS}
    assert named >= {
        ("lock/lock-around-everything", "lock/lock-around-the-message"),
        ("lock/lost-update", "lock/lost-update-fixed"),
        ("define-a-thread/join-inside-the-loop", "thread-subclass/sleep-inside-run"),
        ("spawn-a-process/join-inside-the-loop", "spawn-a-process/start-all-then-join"),
        ("define-a-thread/start-all-then-join", "spawn-a-process/start-all-then-join"),
        ("spawn-a-process/start-all-then-join", "spawn-a-process/start-all-then-join"),
        ("barrier/race", "barrier/join-is-not-a-barrier"),
    }


@pytest.mark.parametrize(("topic", "demo", "pair"), PAIRS, ids=lambda one: getattr(one, "slug", ""))
def test_every_pair_of_the_course_opens_from_both_its_demos(
    real_client: FlaskClient, topic: Topic, demo: Demo, pair: Pair
) -> None:
    found = find_demo(TOPICS, pair.other)
    assert found
    for language in LANGUAGES:
        for of, one in ((topic, demo), found):
            page = real_client.get(f"/{language}/{of.chapter}/{of.slug}/{one.slug}").text
            links = re.findall(r'<a\s+href="(/\w+/compare\?[^"]*)">(.*?)</a>', page, re.S)
            address = next(href for href, title in links if plain(title) == pair.title[language])
        opened = real_client.get(unescape(address))
        assert opened.status_code == 200
        assert pair.look[language] in unescape(opened.text)
