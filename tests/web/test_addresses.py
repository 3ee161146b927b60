"""Every address has one answer; a wrong one shows where to go."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import GOOD, HELLO, ScriptedRunner
from webapp.pages.texts.wording import read_texts

MISSING = [
    "/en/nowhere",
    "/en/threads/nothing",
    "/en/processes/greeting/say-hello",
    "/en/threads/greeting/say-goodbye",
    "/en/threads/greeting/say-goodbye.py",
    "/runs/none/events",
    "/static/old/css/style.css",
]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fa-IR,fa;q=0.9,en;q=0.8", "fa"), ("en-GB,en", "en"), ("de", "en"), ("", "en")],
)
def test_the_root_redirects_to_the_browsers_language(
    client: FlaskClient, accepted: str, language: str
) -> None:
    answer = client.get("/", headers={"Accept-Language": accepted})
    assert answer.status_code == 302
    assert answer.location == f"/{language}/"
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_topic_redirects_to_its_first_demo(client: FlaskClient) -> None:
    answer = client.get("/fa/threads/greeting")
    assert answer.status_code == 302
    assert answer.location == "/fa/threads/greeting/say-hello"


@pytest.mark.parametrize("address", MISSING)
def test_a_missing_page_lists_all_topics(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert 'href="/en/threads/greeting"' in answer.text
    assert "Page not found" in answer.text


@pytest.mark.parametrize("address", ["/fa/nowhere", "/fa/threads/greeting/say-goodbye"])
def test_a_missing_page_has_the_language_of_its_address(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert re.search(r'<html lang="fa"\s+dir="rtl"\s', answer.text)
    assert "صفحه پیدا نشد" in answer.text


def test_an_unknown_language_is_answered_in_the_browsers_language(client: FlaskClient) -> None:
    answer = client.get("/de/threads/greeting/say-hello", headers={"Accept-Language": "fa"})
    assert answer.status_code == 404
    assert re.search(r'<html lang="fa"\s+dir="rtl"\s', answer.text)


def test_cancel_has_no_page(client: FlaskClient, runner: ScriptedRunner) -> None:
    client.post(HELLO, data=GOOD)
    answer = client.get("/runs/run1/cancel")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "There is nothing to see here" in answer.text
    assert runner.cancelled == []


def test_an_unknown_run_cannot_be_cancelled(client: FlaskClient) -> None:
    assert client.post("/runs/none/cancel").status_code == 404


def test_an_internal_error_is_a_page_without_a_traceback(
    client: FlaskClient, runner: ScriptedRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> str:
        raise RuntimeError("a secret")

    monkeypatch.setattr(runner, "start", broken)
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.post(HELLO, data=GOOD)
    assert answer.status_code == 500
    assert "The mistake is ours" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_form_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post(HELLO, data={**GOOD, "tone": "x" * 100_000})
    assert answer.status_code == 413
    assert read_texts("en")["error.other.title"] in answer.text


def test_with_the_defaults_the_download_is_the_file_itself(
    client: FlaskClient,
) -> None:
    answer = client.get(f"{HELLO}.py")
    assert answer.mimetype == "text/x-python"
    assert "filename=say_hello.py" in answer.headers["Content-Disposition"]
    assert answer.text.endswith('if __name__ == "__main__":\n    main()\n')


def test_the_download_has_the_chosen_values_in_its_last_line(client: FlaskClient) -> None:
    own = client.get(f"{HELLO}.py").text
    chosen = client.get(f"{HELLO}.py?times=4").text
    assert chosen.splitlines()[-1] == "    main(times=4, pause=0.1, tone='warm')"
    assert chosen.splitlines()[:-1] == own.splitlines()[:-1]


def test_a_download_with_a_bad_value_is_refused(client: FlaskClient) -> None:
    assert client.get(f"{HELLO}.py?times=99").status_code == 422
