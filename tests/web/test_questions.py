"""Questions on the pages: they stand above Run, travel with it, and the run answers them."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import GOOD, HELLO, STREAMED, ScriptedRunner, printed
from tests.web.test_runs import messages
from webapp.engine.recording import Outcome
from webapp.lessons.claims import Measured
from webapp.lessons.questions import Answer, Option, Question
from webapp.lessons.text import LANGUAGES, Text
from webapp.pages.run.answers import said_of
from webapp.pages.texts.wording import load_wordings

ALL, FEWER, VARIES = ({"predict-lines": name} for name in ("all", "fewer", "varies"))
FEEDBACK = "Not all of them were printed."
RUN_BUTTON = 'id="run-button"'


def answered(html: str) -> str:
    """Return what a page or a stream says to the questions, as text."""
    [said] = re.findall(r'<section class="replies".*?</section>', html, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", said)).strip()


def state(html: str) -> str:
    """Return the state of the answer: right, wrong, undecided, or nothing."""
    [found] = re.findall(r'data-states="([^"]*)"', html)
    return str(found)


def ran(client: FlaskClient, fields: dict[str, str]) -> str:
    """Run the demo without a script; return the page."""
    return client.post(HELLO, data={**GOOD, **fields}).text


def test_the_question_stands_above_run_and_its_fields_belong_to_the_form(
    client: FlaskClient,
) -> None:
    html = client.get(HELLO).text
    assert html.index("How many greetings come?") < html.index(RUN_BUTTON)
    fields = re.findall(r'<input type="radio"\s+form="form"\s+name="predict-lines"[^>]*>', html)
    assert [re.findall(r'value="(\w+)"', field) for field in fields] == [
        ["all"],
        ["fewer"],
        ["varies"],
    ]
    assert "checked" not in "".join(fields)


def test_a_demo_without_a_question_asks_nothing(client: FlaskClient) -> None:
    html = client.get("/en/threads/greeting/say-nothing").text
    assert 'class="question' not in html
    assert '<p class="watch">' in html


def test_nothing_gives_the_answer_away_before(client: FlaskClient) -> None:
    """What to watch is shown on request, since it may answer the question."""
    html = client.get(HELLO).text
    assert FEEDBACK not in html
    assert 'class="replies"' not in html
    assert re.search(r'<details class="watch">.*One line each time\..*</details>', html, re.DOTALL)


@pytest.mark.parametrize(
    ("predicted", "times", "found"),
    [(ALL, "3", "wrong"), (FEWER, "3", "right"), (ALL, "2", "right"), (VARIES, "2", "right")],
)
def test_the_run_says_whether_the_prediction_is_right(
    client: FlaskClient, predicted: dict[str, str], times: str, found: str
) -> None:
    """The scripted run prints two greetings."""
    html = ran(client, {**predicted, "times": times})
    assert state(html) == found
    assert (FEEDBACK in html) is (found == "wrong")
    true = "fewer" if times == "3" else "as many as asked for"
    assert f"In this run: {true}." in answered(html)


def test_a_wrong_answer_gets_its_feedback_its_misconception_and_a_demo(client: FlaskClient) -> None:
    html = ran(client, ALL)
    said = answered(html)
    assert "You predicted: as many as asked for." in said
    assert "A program that ran well once is right." in said
    assert 'href="/en/threads/greeting/say-nothing"' in html
    assert "Another run may decide otherwise" in said


def test_the_page_keeps_the_prediction(client: FlaskClient) -> None:
    html = ran(client, FEWER)
    assert re.search(r'value="fewer"\s+autocomplete="off"\s+checked', html)


def test_who_has_not_predicted_runs_and_sees_the_answer(client: FlaskClient) -> None:
    html = ran(client, {})
    assert state(html) == ""
    assert "In this run: fewer." in answered(html)
    assert FEEDBACK not in html


@pytest.mark.parametrize("sent", [{"predict-lines": "both"}, {"predict-colour": "red"}])
def test_what_is_no_answer_is_ignored(client: FlaskClient, sent: dict[str, str]) -> None:
    response = client.post(HELLO, data={**GOOD, **sent})
    assert response.status_code == 200
    assert state(response.text) == ""


def test_the_stream_says_it_too(client: FlaskClient) -> None:
    text = client.post(HELLO, data={**GOOD, **ALL}, headers=STREAMED).text
    assert FEEDBACK in messages(text)[-2]["data"]


def test_a_resumed_stream_knows_the_prediction(client: FlaskClient, runner: ScriptedRunner) -> None:
    text = client.post(HELLO, data={**GOOD, **ALL}, headers=STREAMED).text
    [address] = set(re.findall(r'data-events="([^"]+)"', text))
    assert address == "/runs/run1/events?predict-lines=all"
    resumed = client.get(address, headers={**STREAMED, "Last-Event-ID": "1"}).text
    assert FEEDBACK in resumed


def test_no_address_passes_a_prediction_on(client: FlaskClient) -> None:
    html = ran(client, ALL)
    assert "predict-lines=" not in html


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.LOST])
def test_a_run_that_was_stopped_decides_nothing(
    client: FlaskClient, runner: ScriptedRunner, outcome: Outcome
) -> None:
    runner.outcome = outcome
    html = ran(client, ALL)
    assert state(html) == "undecided"
    assert FEEDBACK not in html


def test_the_page_of_a_kept_run_has_the_answer_and_no_prediction(client: FlaskClient) -> None:
    ran(client, ALL)
    html = client.get("/en/runs/run1").text
    assert state(html) == ""
    assert "In this run: fewer." in answered(html)


def test_many_runs_are_counted_beside_the_prediction(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    html = client.post(f"{HELLO}/repeat", data={**GOOD, **FEWER}).text
    [counted] = re.findall(r'<section class="reply counted">.*?</section>', html, re.DOTALL)
    said = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", counted))
    assert "as many as asked for: in 0 of 30 runs" in said
    assert "fewer: in 30 of 30 runs your prediction" in said
    assert "All these runs agree." in said


def test_runs_that_decide_nothing_are_not_counted(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    runner.outcome = Outcome.LOST
    html = client.post(f"{HELLO}/repeat", data=GOOD).text
    assert 'class="reply counted"' not in html


def test_it_is_asked_and_answered_in_persian(client: FlaskClient) -> None:
    address = HELLO.replace("/en/", "/fa/")
    assert "چند سلام می‌آید؟" in client.get(address).text
    html = client.post(address, data={**GOOD, **ALL}).text
    assert "همه چاپ نشدند." in html
    assert "برنامه‌ای که یک بار درست اجرا شد، درست است." in html


def test_a_prediction_that_is_sent_twice_is_the_first(client: FlaskClient) -> None:
    response = client.post(HELLO, data={**GOOD, "predict-lines": ["fewer", "all"]})
    assert state(response.text) == "right"


def test_a_program_that_prints_markup_changes_nothing(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    runner.batches = [[printed(1, "hello <b>\n")]]
    assert state(ran(client, FEWER)) == "right"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "more than one answer is true: one sleep, all sleeps."),
        ("fa", "بیش از یک پاسخ درست است: \u2068one sleep، all sleeps\u2069."),
    ],
)
def test_a_run_may_make_more_than_one_answer_true(language: str, said: str) -> None:
    """With one thread, one sleep is as long as all of them."""
    texts = [Text(dict.fromkeys(LANGUAGES, name)) for name in ("one sleep", "all sleeps")]
    options = [Option(text["en"], lambda run, values: Measured(True), text=text) for text in texts]
    answer = Answer({option.name: True for option in options})
    question = Question("time", tuple(options))
    assert said_of(load_wordings()[language], question, answer).endswith(said)
