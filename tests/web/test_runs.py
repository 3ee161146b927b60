"""A run, as a page and as a stream."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import GOOD, HELLO, STREAMED, ScriptedRunner, printed
from webapp.engine.recording import Outcome


def messages(text: str) -> list[dict[str, str]]:
    """Parse server-sent events as a browser does; leave out the lanes (see test_frames.py)."""
    found = []
    for block in text.split("\n\n"):
        fields: dict[str, str] = {}
        for line in re.split(r"\r\n|\r|\n", block):
            name, _, value = line.partition(":")
            if name:
                fields[name] = fields.get(name, "") + value.removeprefix(" ") + "\n"
        if fields and fields.get("event") != "lanes\n":
            found.append({name: value.removesuffix("\n") for name, value in fields.items()})
    return found


def test_the_program_gets_the_entered_values(client: FlaskClient, runner: ScriptedRunner) -> None:
    client.post(HELLO, data=GOOD)
    assert runner.programs[0].path.name == "say_hello.py"
    assert runner.programs[0].parameters == {"times": 3, "pause": 0.5, "tone": "warm"}


def test_without_javascript_the_page_has_the_transcript_and_the_result(
    client: FlaskClient,
) -> None:
    page = client.post(HELLO, data=GOOD)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert page.text.count("hello</span>") == 2
    assert "outcome-finished" in page.text
    assert "0.214 s" in page.text
    assert page.text.rstrip().endswith("</html>")
    assert "Lines appear here" not in page.text


def test_the_page_is_streamed_while_the_program_runs(client: FlaskClient) -> None:
    pieces = client.post(HELLO, data=GOOD, buffered=False).response
    text = [piece.decode() if isinstance(piece, bytes) else piece for piece in pieces]
    lines = [at for at, piece in enumerate(text) if "hello</span>" in piece]
    result = next(at for at, piece in enumerate(text) if "outcome-finished" in piece)
    assert lines == [1, 2]
    assert result > lines[-1]


def test_the_stream_has_the_run_then_the_lines_then_the_result(
    client: FlaskClient,
) -> None:
    answer = client.post(HELLO, data=GOOD, headers=STREAMED)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    first, one, two, result, over = messages(answer.text)
    assert 'data-run="run1"' in first["data"]
    assert 'data-events="/runs/run1/events"' in first["data"]
    assert '<hx-partial hx-target="#transcript" hx-swap="beforeend">' in one["data"]
    assert "hello</span>" in one["data"]
    assert "hello</span>" in two["data"]
    assert ": heartbeat" not in answer.text
    assert "outcome-finished" in result["data"]
    assert over == {"event": "over", "data": ""}
    assert [m["id"] for m in (first, one, two, result)] == ["0", "1", "2", "2"]


def test_a_silent_stream_gets_comments_so_that_a_lost_reader_is_noticed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.engine.runner.HEARTBEAT_SECONDS", 0)
    assert client.post(HELLO, data=GOOD, headers=STREAMED).text.count(": heartbeat\n\n") == 1


def test_a_lost_stream_continues_after_the_last_event_that_was_read(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    runner.batches = [[printed(1, "one\ntw")], [printed(2, "o\nthree\n")]]
    client.post(HELLO, data=GOOD, headers=STREAMED)
    again = client.get("/runs/run1/events", headers={"Last-Event-ID": "1"})
    first, rest, _, _ = messages(again.text)
    assert first["id"] == "1"
    assert 'hx-target="#transcript"' not in first["data"]
    shown = re.findall(r'class="text">(.*?)</span>', rest["data"])
    assert shown == ["two", "three"]


def test_a_stream_that_is_requested_from_the_start_starts_again(client: FlaskClient) -> None:
    client.post(HELLO, data=GOOD, headers=STREAMED)
    again = messages(client.get("/runs/run1/events").text)
    assert '<hx-partial hx-target="#transcript"></hx-partial>' in again[0]["data"]
    assert sum(m.get("data", "").count("hello</span>") for m in again) == 2


def test_a_run_is_not_followed_for_a_reader_that_has_left(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    answer = client.post(HELLO, data=GOOD, headers=STREAMED, buffered=False)
    pieces = iter(answer.response)
    next(pieces), next(pieces)
    assert runner.following == 1
    answer.close()
    assert runner.following == 0


def test_the_place_in_line_is_shown(client: FlaskClient, runner: ScriptedRunner) -> None:
    runner.in_line = [3, 3, 2]
    runner.batches = [[], [], [], [printed(1, "hello\n")]]
    stream = client.post(HELLO, data=GOOD, headers=STREAMED).text
    data = [message.get("data", "") for message in messages(stream)]
    assert "Starting" in data[0]
    assert "In line: number 3" in data[1]
    assert "In line: number 2" in data[2]
    assert "Running" in data[3]
    # Stop keeps the focus while the place changes.
    controls = ['hx-target="#controls"' in content for content in data[:4]]
    assert controls == [True, False, False, True]


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_outcome_says_what_happened_and_what_to_try(
    client: FlaskClient, runner: ScriptedRunner, outcome: Outcome, language: str
) -> None:
    runner.outcome = outcome
    runner.detail = "exit code 3"
    page = client.post(HELLO.replace("/en/", f"/{language}/"), data=GOOD).text
    assert f"outcome-{outcome.name.lower()}" in page
    assert "exit code 3" in page
    assert '<p class="advice">' in page
    # A run that did not finish proves nothing.
    assert ("✓" in page or "✗" in page) == (outcome is Outcome.FINISHED)


def test_claims_show_what_was_measured(client: FlaskClient, runner: ScriptedRunner) -> None:
    wrong = client.post(HELLO, data=GOOD).text
    assert re.search(r'class="fails">.*?✗.*?one line each time.*?<code dir="ltr">2<', wrong, re.S)
    right = client.post(HELLO, data={**GOOD, "times": "2"}).text
    assert re.search(r'class="holds">.*?✓.*?one line each time', right, re.S)


@pytest.mark.parametrize(
    ("language", "lateness"), [("en", "250 ms late"), ("fa", "۲۵۰ میلی‌ثانیه عقب انداخته باشد")]
)
def test_a_claim_of_time_that_fails_in_a_late_run_is_not_called_false(
    client: FlaskClient, runner: ScriptedRunner, language: str, lateness: str
) -> None:
    address = HELLO.replace("/en/", f"/{language}/")
    assert "✗" in client.post(address, data=GOOD).text
    runner.held_up = 0.25
    page = client.post(address, data=GOOD).text
    assert lateness in page
    assert "✗" not in page


def test_dropped_events_and_leftover_processes_are_reported(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    whole = client.post(HELLO, data=GOOD).text
    assert "left behind" not in whole
    assert "events are missing" not in whole
    runner.swept, runner.dropped = 3, 7
    page = client.post(HELLO, data=GOOD).text
    assert "Processes that the program left behind and the server ended: 3." in page
    assert "7 events are missing" in page
    # An incomplete record proves nothing.
    assert "✓" not in page


def test_output_is_text_whatever_the_program_prints(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    hostile = "10 %\r<script>alert(1)</script>\x1b[31m\x1b\0&<hx-partial>\u2028\nid: 9\n\ndata: x\n"
    runner.batches = [[printed(1, hostile)]]
    page = client.post(HELLO, data=GOOD).text
    assert ">&lt;script&gt;alert(1)&lt;/script&gt;␛␀&amp;&lt;hx-partial&gt;\u2028" in page
    stream = messages(client.post(HELLO, data=GOOD, headers=STREAMED).text)
    assert [m.get("id") for m in stream] == ["0", "1", "1", None]
    assert "<script>" not in stream[1]["data"]


def test_error_output_is_marked(client: FlaskClient, runner: ScriptedRunner) -> None:
    runner.batches = [[printed(1, "oh no\n", stream="stderr")]]
    page = client.post(HELLO, data=GOOD).text
    assert re.search(r'class="line hue-0 error".*?error output: </span>oh no', page, re.S)


def test_a_line_is_linked_to_the_source_line_that_printed_it(client: FlaskClient) -> None:
    page = client.post(HELLO, data=GOOD).text
    assert re.search(r'data-source="L7"><a class="time"\s+href="#L7"', page)
    assert 'id="L7"' in page


def test_too_many_lines_are_cut_and_the_last_are_kept(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    runner.batches = [[printed(n, f"line {n}\n") for n in range(1, 10_001)]]
    page = client.post(HELLO, data=GOOD).text
    shown = [int(n) for n in re.findall(r">line (\d+)</span>", page)]
    assert shown == [*range(1, 2001), *range(9_951, 10_001)]
    assert "7\u202f950 lines are not shown here" in page


def test_a_very_long_line_is_cut(client: FlaskClient, runner: ScriptedRunner) -> None:
    runner.batches = [[printed(1, "x" * 1_000_000)]]
    assert len(client.post(HELLO, data=GOOD).text) < 100_000


def test_a_result_that_cannot_be_shown_still_ends_the_page(
    client: FlaskClient, runner: ScriptedRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "recording", lambda run: None)
    page = client.post(HELLO, data=GOOD).text
    assert "its result could not be shown" in page
    assert page.rstrip().endswith("</html>")


def test_stop_ends_the_run(client: FlaskClient, runner: ScriptedRunner) -> None:
    client.post(HELLO, data=GOOD)
    by_htmx = client.post("/runs/run1/cancel", headers={"HX-Request": "true"})
    assert by_htmx.status_code == 204
    plain = client.post("/runs/run1/cancel")
    assert plain.status_code == 303
    assert plain.location == f"{HELLO}?times=3&pause=0.5&tone=warm"
    assert runner.cancelled == ["run1", "run1"]


def test_a_full_server_says_when_to_try_again(client: FlaskClient, runner: ScriptedRunner) -> None:
    runner.busy = True
    page = client.post(HELLO, data=GOOD)
    assert page.status_code == 503
    assert page.headers["Retry-After"].isdigit()
    assert f'href="{HELLO}?times=3&amp;pause=0.5&amp;tone=warm">Run again</a>' in page.text
    panel = client.post(HELLO, data=GOOD, headers=STREAMED)
    assert panel.status_code == 503
    assert panel.headers["Retry-After"].isdigit()
    assert panel.text.startswith("<section")
