"""The two runs of a comparison, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.web.compare.comparing import BOTH, COMPARE, IDS, OTHERS, PRINTED, TwoRunner, query, run
from tests.web.scripted import STREAMED, printed
from tests.web.test_runs import messages
from webapp.engine.recording import Outcome
from webapp.engine.runner import Phase
from webapp.pages.compare import running
from webapp.store.store import Store


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
    assert "Lines appear here" not in page


def test_each_transcript_leads_to_its_own_source(client: FlaskClient) -> None:
    page = run(client, OTHERS)
    first, second = page.split('id="b-transcript"')
    assert 'data-source="a-L7"' in first and 'data-source="b-L7"' not in first
    assert 'data-source="b-L7"' in second
    assert 'data-lines="a-L" data-transcript="a-transcript"' in page
    assert 'data-lines="b-L" data-transcript="b-transcript"' in page
    assert 'id="a-L7"' in page and 'id="b-L7"' in page


def test_a_reader_that_leaves_follows_no_run(client: FlaskClient, runner: TwoRunner) -> None:
    """The engine ends a run that nobody follows."""
    answer = client.post(COMPARE, data=BOTH, headers=STREAMED, buffered=False)
    stream = iter(answer.response)
    next(stream), next(stream)
    assert runner.following == 1
    answer.close()
    assert runner.following == 0
    assert len(runner.programs) == 1


def test_a_reader_that_returns_gets_both_runs_in_his_language(
    client: FlaskClient, runner: TwoRunner
) -> None:
    found = re.search(r'data-resume="(/compare/[^"]+)"', next(pieces(client, **STREAMED)))
    assert found
    for _ in range(2):
        again = client.get(f"/fa{found[1]}").text
        assert again.count('hx-target="#b-transcript" hx-swap="beforeend"') == 3
        assert "۳٫۰" in again
        assert len(runner.programs) == 2
    assert client.get("/en/compare/nothing/_panel").status_code == 204


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
