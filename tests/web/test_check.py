"""The check at a topic's end: its programs are run when it is sent, and the runs decide."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from tests.web.scripted import HELLO, NamedRunner, ScriptedRunner, SharedSite
from webapp.engine.events import Event, Kind
from webapp.engine.machines import this_machine
from webapp.engine.recording import Outcome
from webapp.lessons.topic import Topic
from webapp.pages.check.choosing import MOST, choose_questions
from webapp.store.store import Store

CHECK = "/en/threads/greeting/check"
RIGHT, WRONG, VARIES = ({"say-hello.lines": option} for option in ("all", "fewer", "varies"))
LEAST = 3


@pytest.mark.parametrize("topic", TOPICS, ids=[topic.slug for topic in TOPICS])
def test_every_topic_has_a_check_of_a_few_questions(topic: Topic) -> None:
    asked = choose_questions(topic, ())
    assert LEAST <= len(asked) <= MOST
    assert len({one.name for one in asked}) == len(asked)


@pytest.mark.parametrize("topic", TOPICS, ids=[topic.slug for topic in TOPICS])
def test_no_question_answers_another(topic: Topic) -> None:
    """Of one program, "At which line does it wait for ever?" answers "Will it end?"."""
    asked = choose_questions(topic, ())
    assert len({one.demo.slug for one in asked}) == len(asked)


def test_misconceptions_come_first_into_the_choice() -> None:
    [lock] = [topic for topic in TOPICS if topic.slug == "lock"]
    asked = choose_questions(lock, [this_machine()])
    assert all(
        any(option.misconception for option in one.question.options)
        for one in asked
        if one.question.line is None
    )


@pytest.mark.parametrize("topic", [t for t in TOPICS if any(demo.lines for demo in t.demos)])
def test_a_line_of_a_program_is_asked_for(topic: Topic) -> None:
    assert any(one.question.line for one in choose_questions(topic, ()))


def test_the_demo_pages_lead_to_the_check(client: FlaskClient) -> None:
    assert f'href="{CHECK}"' in client.get(HELLO).text


def test_it_asks_with_the_program_and_tells_nothing(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    html = client.get(CHECK).text
    assert "How many greetings come?" in html
    assert "say_hello.py" in html
    assert "Not all of them were printed." not in html
    assert 'href="#score"' not in html
    assert runner.programs == []


@pytest.mark.parametrize(
    ("answer", "state", "right"), [(RIGHT, "right", 1), (WRONG, "wrong", 0), (VARIES, "right", 1)]
)
def test_a_run_decides_each_answer(
    client: FlaskClient, runner: ScriptedRunner, answer: dict[str, str], state: str, right: int
) -> None:
    """The scripted run prints two greetings, as many as the default asks for."""
    html = client.post(CHECK, data=answer).text
    assert len(runner.programs) == 1
    assert f'class="reply {state}"' in html
    assert "In this run: as many as asked for." in html
    assert f'data-right="{right}"' in html
    assert f"Right: {right} of 1" in html
    # Who sends the check is at the top of the page, and the score comes when all has run.
    [top] = re.findall(r'<p class="check-top" role="status">.*?</p>', html, re.DOTALL)
    assert 'href="#score"' in top
    assert html.index(top) < html.index("How many greetings come?") < html.index('id="score"')
    assert 'href="/en/runs/run1"' in html
    assert ("Look at these again:" in html) is (state == "wrong")
    assert html.rstrip().endswith("</html>")


WAITING = tuple(
    Event(number, number * 1000, 42, 43, "Dewey", kind, "barrier", "", 14)
    for number, kind in enumerate((Kind.WAITS, Kind.PASSED), 1)
)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "line 14: \u2066barrier.wait()"), ("fa", "خط ۱۴: \u2066barrier.wait()")],
)
def test_a_line_is_chosen_in_the_program_without_a_script(
    store: Store, language: str, said: str
) -> None:
    runner = NamedRunner(batches=(WAITING,))
    client = SharedSite(TOPICS).lent(runner, store).test_client()
    check = f"/{language}/threads/barrier/check"
    [program] = re.findall(
        r'<div class="code choose-line".*?</fieldset>', client.get(check).text, re.S
    )
    assert re.findall(r'<input type="radio"\s+name="race.wait"\s+value="(\w+)"', program) == [
        "sleeps",
        "barrier",
        "joins",
    ]
    assert said not in client.get(check).text
    for chosen, state in (("barrier", "right"), ("joins", "wrong")):
        html = client.post(check, data={"race.wait": chosen}).text
        assert said in html
        assert f'class="reply {state}"' in html
        assert len(re.findall(rf'value="{chosen}"\s+checked', html)) == 1


def test_without_an_answer_nothing_runs(client: FlaskClient, runner: ScriptedRunner) -> None:
    for data in ({}, {"say-hello.lines": "both"}, {"nothing.lines": "all"}):
        response = client.post(CHECK, data=data)
        assert response.status_code == 422
        assert "Choose an answer first." in response.text
    assert runner.programs == []


def test_a_busy_server_says_so(client: FlaskClient, runner: ScriptedRunner) -> None:
    runner.busy = True
    assert client.post(CHECK, data=RIGHT).status_code == 503


def test_a_run_that_is_lost_decides_nothing(client: FlaskClient, runner: ScriptedRunner) -> None:
    runner.outcome = Outcome.LOST
    html = client.post(CHECK, data=RIGHT).text
    assert 'class="reply undecided"' in html
    assert 'data-right="0"' in html


@pytest.mark.parametrize(
    "address", ["/en/processes/greeting/check", "/en/threads/nothing/check", "/xx/threads/x/check"]
)
def test_there_is_no_check_elsewhere(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
    assert client.post(address, data=RIGHT).status_code == 404


def test_its_runs_are_kept(client: FlaskClient) -> None:
    client.post(CHECK, data=RIGHT)
    assert re.search("In this run: as many as asked for", client.get("/en/runs/run1").text)


def test_it_speaks_persian(client: FlaskClient) -> None:
    html = client.post(CHECK.replace("/en/", "/fa/"), data=WRONG).text
    assert "خودآزمایی" in html
    assert "پیش‌بینی شما" in html
