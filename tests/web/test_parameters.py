"""Entered values are checked before a run; problems are in the page's language."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import GOOD, HELLO, STREAMED, ScriptedRunner

TURNS = "/en/threads/greeting/say-in-turn"
PERSIAN = HELLO.replace("/en/", "/fa/")
WRONG = [
    ({**GOOD, "times": "9"}, "Enter a whole number from 1 to 5."),
    ({**GOOD, "times": "many"}, "This is not a whole number. Enter one from 1 to 5."),
    ({**GOOD, "times": ""}, "Enter a whole number from 1 to 5."),
    ({**GOOD, "pause": "1.5"}, "Enter a number from 0 to 1."),
    ({**GOOD, "pause": "nan"}, "This is not a number. Enter one from 0 to 1."),
    ({**GOOD, "tone": "loud"}, "Choose one of these: kindly, coolly."),
    ({"times": "3", "tone": "warm"}, "Enter a number from 0 to 1."),
    ({**GOOD, "colour": "red"}, "There is no parameter called colour here."),
    ({**GOOD, "times": ["3", "4"]}, "Give one value only."),
]


@pytest.mark.parametrize(("entered", "reason"), WRONG)
def test_a_bad_value_is_refused_with_the_reason_and_nothing_runs(
    client: FlaskClient, runner: ScriptedRunner, entered: dict[str, str], reason: str
) -> None:
    answer = client.post(HELLO, data=entered)
    assert answer.status_code == 422
    assert reason in answer.text
    assert runner.programs == []


def test_the_entered_values_are_kept(client: FlaskClient) -> None:
    answer = client.post(HELLO, data={"times": "9", "pause": "soon", "tone": "cold"})
    assert 'value="9"' in answer.text
    assert 'value="soon"' in answer.text
    assert 'value="cold"\nchecked' in answer.text


def test_a_value_that_a_number_field_would_drop_is_kept_in_a_text_field(
    client: FlaskClient,
) -> None:
    answer = client.post(HELLO, data={**GOOD, "pause": "soon"})
    assert '<input type="text"\nid="p-pause"' in answer.text
    assert '<input type="number"\nid="p-times"' in answer.text


def test_all_problems_are_shown_at_once_beside_their_fields(client: FlaskClient) -> None:
    answer = client.post(HELLO, data={"times": "9", "pause": "9", "tone": "cold"})
    assert 'id="e-times"' in answer.text
    assert 'id="e-pause"' in answer.text
    assert 'id="e-tone"' not in answer.text
    assert 'aria-describedby="e-times h-times"' in answer.text


def test_the_reason_is_in_persian_on_a_persian_page(client: FlaskClient) -> None:
    answer = client.post(PERSIAN, data={**GOOD, "times": "9"})
    assert answer.status_code == 422
    assert "یک عدد صحیح از ۱ تا ۵ وارد کنید." in answer.text
    assert "Enter a" not in answer.text


def test_persian_digits_are_numbers(client: FlaskClient, runner: ScriptedRunner) -> None:
    client.post(PERSIAN, data={"times": "۳", "pause": "۰٫۵", "tone": "warm"})
    assert runner.programs[0].parameters == {"times": 3, "pause": 0.5, "tone": "warm"}


def test_htmx_gets_only_the_form(client: FlaskClient, runner: ScriptedRunner) -> None:
    answer = client.post(HELLO, data={**GOOD, "times": "9"}, headers=STREAMED)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#form"
    assert answer.headers["HX-Reswap"] == "outerHTML"
    assert answer.text.lstrip().startswith('<form id="form"')
    assert "Enter a whole number from 1 to 5." in answer.text
    assert runner.programs == []


def test_an_address_fills_the_form(client: FlaskClient) -> None:
    answer = client.get(HELLO, query_string={"times": "4"})
    assert answer.status_code == 200
    assert 'value="4"' in answer.text
    assert 'value="0.1"' in answer.text


def test_an_address_with_a_bad_value_is_refused_too(client: FlaskClient) -> None:
    answer = client.get(HELLO, query_string={"times": "99"})
    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 5." in answer.text
    assert 'value="99"' in answer.text


def test_several_numbers_are_separated_by_commas(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    page = client.get(TURNS).text
    assert 'value="2, 1, 3"' in page
    assert "the numbers 1 to 3, each once, separated by commas" in page
    client.post(TURNS, data={"order": "3,1,2", "pauses": "0.5, 1"})
    assert runner.programs[0].parameters == {"order": (3, 1, 2), "pauses": (0.5, 1.0)}
    assert "main(order=(3, 1, 2), pauses=" in client.get(f"{TURNS}.py?order=3,1,2").text


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("order", "1,1,2", "Enter the numbers 1 to 3, each once, separated by commas."),
        ("order", "first", "Enter the numbers 1 to 3, each once, separated by commas."),
        ("pauses", "0.5", "Enter 2 numbers from 0 to 1, separated by commas."),
        ("pauses", "0.5, 9", "Enter 2 numbers from 0 to 1, separated by commas."),
    ],
)
def test_bad_lists_of_numbers_are_refused(
    client: FlaskClient, runner: ScriptedRunner, name: str, value: str, reason: str
) -> None:
    answer = client.post(TURNS, data={"order": "1,2,3", "pauses": "0,0", name: value})
    assert answer.status_code == 422
    assert reason in answer.text
    assert f'value="{value}"' in answer.text
    assert runner.programs == []


def test_hostile_values_are_text(client: FlaskClient) -> None:
    answer = client.post(HELLO, data={**GOOD, "times": '"><script>', "<b>": "1"})
    assert "<script>" not in answer.text.split("</head>")[1]
    assert "&#34;&gt;&lt;script&gt;" in answer.text
    assert "called &lt;b&gt; here" in answer.text


def test_the_reports_values_are_a_link_that_fills_the_form(client: FlaskClient) -> None:
    address = f"{HELLO}?times=5&amp;pause=0.1&amp;tone=warm"
    assert re.search(
        rf'href="{re.escape(address)}"[^>]*>As in the report</a>', client.get(HELLO).text
    )
    filled = client.get(address.replace("&amp;", "&")).text
    assert 'value="5"' in filled
    assert re.search(r'aria-current="true"\s*>As in the report</a>', filled)


@pytest.mark.parametrize(
    ("language", "report", "times"),
    [
        ("en", "the course report that this site", "Runs the program 30 times"),
        ("fa", "گزارش درس", "۳۰ بار"),
    ],
)
def test_the_buttons_say_what_they_do(
    client: FlaskClient, language: str, report: str, times: str
) -> None:
    html = client.get(HELLO.replace("/en/", f"/{language}/")).text
    assert re.search(rf'<p class="help" id="preset-help">[^<]*{report}', html)
    assert re.search(rf'id="repeat-button"[^>]*title="[^"]*{times}', html)


def test_transcript_only_turns_the_observer_off(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    client.post(HELLO, data=GOOD)
    client.post(HELLO, data={**GOOD, "run-transcript-only": "on"})
    assert runner.observed == [True, False]


def test_slow_motion_is_asked_of_the_program_and_is_watched(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    chosen = {"run-slow-motion": "on", "run-transcript-only": "on"}
    client.post(HELLO, data=GOOD)
    client.post(HELLO, data={**GOOD, **chosen})
    client.post(f"{HELLO}/repeat", data={**GOOD, **chosen})
    assert [program.slow_motion for program in runner.programs[:3]] == [False, True, False]
    assert runner.observed[:2] == [True, True]
    page = client.get(HELLO, query_string={**GOOD, **chosen}).text
    assert re.search(r'name="run-slow-motion"[^>]*checked', page)
    assert not re.search(r'name="run-transcript-only"[^>]*checked', page)


def test_a_visitor_is_an_address_and_the_pages_token(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    client.post(HELLO, data={**GOOD, "run-visitor": "abc"})
    client.post(HELLO, data={**GOOD, "run-visitor": "x" * 1000})
    assert runner.visitors == ["127.0.0.1 abc", "127.0.0.1 " + "x" * 32]


def test_each_page_has_its_own_visitor_token(client: FlaskClient) -> None:
    def token() -> str:
        return client.get(HELLO).text.split('name="run-visitor" value="')[1].split('"')[0]

    assert len(token()) >= 12
    assert token() != token()
