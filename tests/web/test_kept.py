"""Stored runs: their page, their files, and the answer if there is none."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import COURSE, GOOD, HELLO, STREAMED, NamedRunner, printed
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Phase
from webapp.store.runs import StoredRun
from webapp.store.store import Store

ID = "-" * 12 + "run1"
PAGE = f"/en/runs/{ID}"
FILES = ("/runs/{}.json", "/runs/{}/trace.json", "/runs/{}.svg", "/runs/{}.py")


@pytest.fixture
def runner() -> NamedRunner:
    return NamedRunner()


@pytest.fixture
def kept(client: FlaskClient) -> FlaskClient:
    """A client of the same site after one run."""
    run(client)
    return client


def run(client: FlaskClient, **more: str) -> None:
    """Run a demo to its end by reading the answer."""
    client.post(HELLO, data={**GOOD, **more}, buffered=True)


def changed(store: Store, **changes: object) -> None:
    """Store the run again under the id `changed---------`, with these changes."""
    store.save(replace(store.find(ID), id="changed".ljust(16, "-"), **changes))  # type: ignore[arg-type]


CHANGED = "/en/runs/changed---------"


@pytest.mark.parametrize("headers", [{}, STREAMED], ids=["page", "stream"])
def test_a_result_has_a_link_to_the_stored_run(
    client: FlaskClient, store: Store, headers: dict[str, str]
) -> None:
    answer = client.post(HELLO, data=GOOD, headers=headers).text
    for link in (PAGE, *(file.format(ID) for file in FILES)):
        assert f'href="{link}"' in answer
    stored = store.find(ID)
    assert (stored.topic, stored.demo) == ("greeting", "say-hello")
    assert stored.values == {"times": 3, "pause": 0.5, "tone": "warm"}
    assert stored.source == (COURSE / "greeting/demos/say_hello.py").read_text()
    assert datetime.now(UTC) - stored.stored_at < timedelta(minutes=1)


def test_the_result_has_what_the_browser_needs_to_list_the_run(client: FlaskClient) -> None:
    answer = client.post(HELLO, data=GOOD).text
    data = re.search(r'data-own="(.*?)"', answer)
    assert data
    assert json.loads(data[1].replace("&#34;", '"')) == {
        "id": ID,
        "began": "2026-01-01",
        "titles": {"en": "Saying hello", "fa": "سلام گفتن"},
        "outcomes": {"en": "Finished", "fa": "تمام شد"},
    }
    assert 'data-own=""' in client.get(PAGE).text


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["Saying hello", "cores: 2", "outcome-finished", "kindly", "one line"]),
        ("fa", ["سلام گفتن", "تعداد هسته‌ها: ۲", "outcome-finished", "هر بار یک خط"]),
    ],
)
def test_the_page_of_a_stored_run_shows_all_of_it(
    kept: FlaskClient, language: str, texts: list[str]
) -> None:
    page = kept.get(f"/{language}/runs/{ID}")
    assert page.status_code == 200
    for text in texts:
        assert text in page.text
    assert page.text.count("hello</span>") == 2
    assert 'class="fails"' in page.text  # it claims three lines
    assert 'id="L7"' in page.text
    assert (
        f"/{language}/threads/greeting/say-hello?times=3&amp;pause=0.5&amp;tone=warm" in page.text
    )
    assert '<meta name="robots" content="noindex">' in page.text


def test_the_page_says_when_and_on_what_a_run_was_recorded(kept: FlaskClient, store: Store) -> None:
    recording = store.find(ID).recording
    receipt = replace(recording.receipt, started_at="2026-03-07T09:05:00.000+00:00")
    changed(store, recording=replace(recording, receipt=receipt))
    english = kept.get(CHANGED).text
    assert "Recorded on 7 March 2026, 09:05 UTC on any (CPython 3.x, cores: 2)." in english
    persian = re.sub("[\u2068\u2069]", "", kept.get(CHANGED.replace("/en/", "/fa/")).text)
    assert "ضبط‌شده در ۷ مارس ۲۰۲۶، ساعت ۰۹:۰۵ (UTC) روی any" in persian


def test_the_page_links_to_the_other_language(kept: FlaskClient) -> None:
    assert re.search(rf'href="/fa/runs/{ID}"\s+hreflang="fa"', kept.get(PAGE).text)


def test_the_json_of_a_run_is_the_apis_answer(kept: FlaskClient) -> None:
    answer = kept.get(f"/runs/{ID}.json").json
    assert answer is not None
    assert answer["run"] == ID
    assert answer["demo"] == "greeting/say-hello"
    assert answer["parameters"] == {"times": 3, "pause": 0.5, "tone": "warm"}
    assert [line["text"] for line in answer["transcript"]] == ["hello", "hello"]
    assert [event["id"] for event in answer["events"]] == [1, 2]


def test_the_trace_of_a_run_is_a_download(kept: FlaskClient) -> None:
    answer = kept.get(f"/runs/{ID}/trace.json")
    assert answer.mimetype == "application/json"
    assert f"run-{ID}.trace.json" in answer.headers["Content-Disposition"]
    assert answer.json is not None
    assert answer.json["otherData"]["run"] == ID


def test_the_picture_of_a_run_is_a_separate_file(kept: FlaskClient) -> None:
    answer = kept.get(f"/runs/{ID}.svg")
    assert answer.mimetype == "image/svg+xml"
    assert ElementTree.fromstring(answer.data).tag == "{http://www.w3.org/2000/svg}svg"
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert "سلام گفتن" in kept.get(f"/runs/{ID}.svg", headers={"Accept-Language": "fa"}).text


def test_the_program_of_a_run_has_its_parameters_in_the_last_line(kept: FlaskClient) -> None:
    answer = kept.get(f"/runs/{ID}.py")
    assert answer.mimetype == "text/x-python"
    assert "filename=say_hello.py" in answer.headers["Content-Disposition"]
    assert answer.text == kept.get(f"{HELLO}.py", query_string=GOOD).text
    assert answer.text.endswith("    main(times=3, pause=0.5, tone='warm')\n")


def test_with_the_defaults_the_program_of_a_run_is_the_file_itself(client: FlaskClient) -> None:
    turns = "/en/threads/greeting/say-in-turn"
    client.post(turns, data={"order": "2, 1, 3", "pauses": "0, 0.5"}, buffered=True)
    assert client.get(f"/runs/{ID}.py").text == client.get(f"{turns}.py").text


def test_the_page_shows_the_source_that_ran_and_not_the_current_one(
    kept: FlaskClient, store: Store
) -> None:
    old = store.find(ID).source.replace("def main", "# As it was.\ndef main")
    changed(store, source=old)
    page = kept.get(CHANGED).text
    assert "# As it was." in page
    assert "The program was changed after this run." in page
    # Today's claims were not made of the old source.
    assert 'class="finding claims"' not in page
    assert "# As it was." in kept.get("/runs/changed---------.py").text
    today = kept.get(PAGE).text
    assert "changed after" not in today
    assert 'class="finding claims"' in today


def test_a_run_without_the_observer_says_so(client: FlaskClient) -> None:
    run(client, **{"run-transcript-only": "on"})
    page = client.get(PAGE).text
    assert "Only what it printed was recorded." in page
    assert "tone=warm&amp;run-transcript-only=on" in page


def test_output_of_a_stored_run_is_text(client: FlaskClient, runner: NamedRunner) -> None:
    runner.batches = [[printed(1, "<script>alert(1)</script>\n")]]
    run(client)
    assert "&lt;script&gt;alert(1)" in client.get(PAGE).text
    assert "<script>alert" not in client.get(PAGE).text


@pytest.mark.parametrize("outcome", Outcome)
def test_a_run_with_any_outcome_has_a_page(
    client: FlaskClient, runner: NamedRunner, outcome: Outcome
) -> None:
    runner.outcome = outcome
    run(client)
    assert f"outcome-{outcome.name.lower()}" in client.get(PAGE).text


def test_a_running_run_is_followed_on_its_page(client: FlaskClient, runner: NamedRunner) -> None:
    answer = client.post(HELLO, data=GOOD, headers=STREAMED, buffered=False)
    next(iter(answer.response))
    runner.phase = Phase.RUNNING
    page = client.get(PAGE.replace("/en/", "/fa/"))
    assert "این اجرا همین حالا در جریان است." in page.text
    assert page.text.count("hello</span>") == 2
    assert "outcome-finished" in page.text
    assert page.text.rstrip().endswith("</html>")
    answer.close()


@pytest.mark.parametrize("file", FILES)
def test_a_running_run_has_no_files_yet(
    client: FlaskClient, runner: NamedRunner, file: str
) -> None:
    answer = client.post(HELLO, data=GOOD, headers=STREAMED, buffered=False)
    next(iter(answer.response))
    runner.phase = Phase.RUNNING
    early = client.get(file.format(ID))
    assert early.status_code == 404
    assert "not over yet" in early.text
    answer.close()


NOT_THERE = {
    "unknown": ("x" * 16, "There is no such run", "چنین اجرایی نداریم"),
    "cut off": (ID[:-1], "This is not the link of a run", "این پیوند یک اجرا نیست"),
    "too long": (ID + "1", "This is not the link of a run", "این پیوند یک اجرا نیست"),
    "not ASCII": ("۱" * 16, "This is not the link of a run", "این پیوند یک اجرا نیست"),
    "not a word": ("%00" + "x" * 15, "This is not the link of a run", "این پیوند یک اجرا نیست"),
    "pruned": (ID, "This run is no longer kept", "این اجرا دیگر نگه داشته نمی‌شود"),
}


@pytest.mark.parametrize("address", ["/LANGUAGE/runs/{}", *FILES])
@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("case", NOT_THERE)
def test_a_missing_run_is_named_in_the_language_of_the_page(
    kept: FlaskClient, store: Store, case: str, language: str, address: str
) -> None:
    store.prune(timedelta(0))
    id, english, persian = NOT_THERE[case]
    path = address.replace("LANGUAGE", language).format(id)
    answer = kept.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 404
    if path.endswith(".json"):
        assert answer.json is not None
        text = str(answer.json["detail"])
    else:
        assert answer.mimetype == "text/html"
        text = answer.text
    assert (english if language == "en" else persian) in text


@pytest.mark.parametrize(
    "changes",
    [
        {"topic": "parting"},
        {"demo": "say-goodbye"},
        {"values": {"times": 99, "pause": 0.5, "tone": "warm"}},
    ],
    ids=["topic", "demo", "values"],
)
def test_a_run_of_a_removed_demo_keeps_its_program_and_its_trace(
    kept: FlaskClient, store: Store, changes: dict[str, object]
) -> None:
    changed(store, **changes)
    page = kept.get(CHANGED)
    assert page.status_code == 404
    assert "This run is from an earlier course" in page.text
    assert kept.get("/runs/changed---------.json").status_code == 404
    assert kept.get("/runs/changed---------/trace.json").status_code == 200
    assert kept.get("/runs/changed---------.py").status_code == 200


@pytest.fixture
def gone(client: FlaskClient, tmp_path: Path) -> FlaskClient:
    """A client of a site whose database has been removed."""
    client.get(PAGE)
    (tmp_path / "runs.sqlite").unlink()
    return client


@pytest.mark.parametrize("headers", [{}, STREAMED], ids=["page", "stream"])
def test_without_a_database_runs_go_on_and_say_that_they_are_not_stored(
    gone: FlaskClient, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    answer = gone.post(HELLO, data=GOOD, headers=headers)
    assert answer.status_code == 200
    assert "outcome-finished" in answer.text
    assert "This run could not be kept" in answer.text
    assert f'href="{PAGE}"' not in answer.text
    (entry,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert f"the run {ID} of " in entry.getMessage()
    assert "could not be kept: The database of runs cannot be used" in entry.getMessage()


@pytest.mark.parametrize("address", [PAGE, *(file.format(ID) for file in FILES)])
def test_without_a_database_stored_runs_are_temporarily_unavailable(
    gone: FlaskClient, address: str
) -> None:
    answer = gone.get(address)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"].isdigit()
    if not address.endswith(".json"):
        assert "The kept runs cannot be reached" in answer.text


def test_without_a_database_every_other_page_works(gone: FlaskClient) -> None:
    for address in ("/en/", HELLO, "/fa/threads/greeting/say-nothing"):
        assert gone.get(address).status_code == 200


def test_a_run_of_a_file_that_has_changed_since_is_not_stored_with_the_new_source(
    client: FlaskClient, runner: NamedRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording: Callable[[str], Recording] = runner.recording

    def of_another_file(run: str) -> Recording:
        found = recording(run)
        return replace(found, receipt=replace(found.receipt, source_sha256="0" * 64))

    monkeypatch.setattr(runner, "recording", of_another_file)
    assert "This run could not be kept" in client.post(HELLO, data=GOOD).text
    assert client.get(PAGE).status_code == 404


def test_a_resumed_stream_ends_with_the_same_link(client: FlaskClient, store: Store) -> None:
    client.post(HELLO, data=GOOD, headers=STREAMED, buffered=True)
    first: StoredRun = store.find(ID)
    again = client.get(f"/runs/{ID}/events", headers={"Last-Event-ID": "1"}).text
    assert f'href="{PAGE}"' in again
    assert store.find(ID) == first


@pytest.mark.parametrize(("language", "status"), [("en", "Finished"), ("fa", "تمام شد")])
def test_the_page_of_a_demo_can_go_on_with_a_kept_run(
    kept: FlaskClient, language: str, status: str
) -> None:
    answer = kept.get(f"/{language}/runs/{ID}/_panel")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.count("hello</span>") == 2
    assert f'<hx-partial hx-target="#status">{status}</hx-partial>' in answer.text
    assert "outcome-finished" in answer.text
    assert "example-note" not in answer.text


def test_a_page_stays_as_it_is_if_its_run_is_unknown(kept: FlaskClient) -> None:
    answer = kept.get("/en/runs/none/_panel")
    assert answer.status_code == 204
    assert answer.data == b""
