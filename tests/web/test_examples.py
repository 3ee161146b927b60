"""A demo's page shows an example on request: a stored run with the defaults."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Event as Signal

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import COURSE, HELLO, NamedRunner, SharedSite
from webapp.engine.events import Event
from webapp.engine.recording import Outcome
from webapp.engine.runner import Changed
from webapp.lessons.folders import find_topics
from webapp.store.store import Store

DEFAULTS = {"times": "2", "pause": "0.1", "tone": "warm"}
PERSIAN = HELLO.replace("/en/", "/fa/")
FRAGMENT, LINK = f"{HELLO}/_example", f"{HELLO}/example"
ASKS = f'hx-get="{FRAGMENT}"'
LARGEST_PAGE = 80_000
NONE = "There is no recorded run to show now."


@dataclass
class SlowRunner(NamedRunner):
    """Its runs end when the test lets them; it notes when a run has a follower."""

    begun: Signal = field(default_factory=Signal)
    may_end: Signal = field(default_factory=Signal)

    def _follow(
        self, after: int, changed: Changed | None
    ) -> Generator[Sequence[Event], None, None]:
        self.begun.set()
        assert self.may_end.wait(20)
        yield from super()._follow(after, changed)


@pytest.fixture
def small_site() -> SharedSite:
    """A site for one test, since a site notes which examples it has tried to make."""
    return SharedSite(find_topics(COURSE))


@pytest.fixture
def runner() -> NamedRunner:
    return SlowRunner()


@pytest.fixture(autouse=True)
def at_once(runner: SlowRunner) -> None:
    """Let runs end at once by default."""
    runner.may_end.set()


def test_a_page_links_to_its_example_and_does_not_show_it(
    client: FlaskClient, runner: SlowRunner
) -> None:
    page = client.get(HELLO).text
    assert "Lines appear here" in page
    assert ASKS in page
    assert f'href="{LINK}"' in page
    assert runner.programs == []
    client.get(FRAGMENT)
    again = client.get(HELLO).text
    assert ASKS in again
    assert "outcome-finished" not in again
    assert "hello</span>" not in again


@pytest.mark.parametrize(
    ("page", "note"), [(HELLO, "Press Run for a run of your own."), (PERSIAN, "ضبط‌شده در")]
)
def test_the_example_is_a_stored_run_with_the_defaults(
    client: FlaskClient, runner: SlowRunner, store: Store, page: str, note: str
) -> None:
    fragment = client.get(f"{page}/_example")
    assert fragment.status_code == 200
    assert fragment.headers["Cache-Control"] == "no-store"
    assert runner.programs[0].parameters == {"times": 2, "pause": 0.1, "tone": "warm"}
    assert runner.observed == [True]
    transcript, _, lanes, result = re.findall(r"<hx-partial.*?</hx-partial>", fragment.text, re.S)
    assert 'hx-target="#transcript"' in transcript
    assert note in transcript
    assert transcript.count("hello</span>") == 2
    assert "<run-lanes" in lanes
    assert note in result
    assert "outcome-finished" in result
    assert 'data-own=""' in result
    assert store.find("-" * 12 + "run1").demo == "say-hello"
    assert client.get(f"{page}/_example").status_code == 200
    assert len(runner.programs) == 1


def test_a_visitors_run_with_the_defaults_becomes_the_example(client: FlaskClient) -> None:
    client.get(FRAGMENT)
    client.post(HELLO, data=DEFAULTS, buffered=True)
    assert "/en/runs/------------run2" in client.get(FRAGMENT).text


@pytest.mark.parametrize("query", ["?times=4", "?run-transcript-only=on"])
def test_a_page_with_other_values_shows_no_example(client: FlaskClient, query: str) -> None:
    client.get(FRAGMENT)
    page = client.get(HELLO + query).text
    assert "Lines appear here" in page
    assert "_example" not in page
    assert "example" in client.get(f"{HELLO}?times=2").text


def test_a_refused_page_and_a_running_page_show_no_example(client: FlaskClient) -> None:
    client.get(FRAGMENT)
    for page in (client.get(f"{HELLO}?times=99"), client.post(HELLO, data=DEFAULTS)):
        assert "Press Run" not in page.text
        assert "_example" not in page.text


def test_without_javascript_a_link_leads_to_the_example(client: FlaskClient) -> None:
    answer = client.get(LINK)
    assert answer.status_code == 303
    assert answer.location == "/en/runs/------------run1"
    assert client.get(answer.location).status_code == 200


def test_a_trap_is_labelled_before_it_is_run(client: FlaskClient) -> None:
    page = client.get("/en/threads/greeting/say-nothing").text
    assert "A trap: this program is wrong on purpose." in page


def test_concurrent_requests_make_one_example(client: FlaskClient, runner: SlowRunner) -> None:
    runner.may_end.clear()
    clients = [client.application.test_client() for _ in range(8)]
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = pool.map(lambda one: one.get(FRAGMENT), clients)
        assert runner.begun.wait(20)
        runner.may_end.set()
        assert [answer.status_code for answer in answers] == [200] * len(clients)
    assert len(runner.programs) == 1


def test_a_full_server_makes_no_example_and_is_asked_again(
    client: FlaskClient, runner: SlowRunner
) -> None:
    runner.busy = True
    assert NONE in client.get(FRAGMENT).text
    assert client.get(LINK).status_code == 503
    assert ASKS in client.get(HELLO).text
    runner.busy = False
    assert "outcome-finished" in client.get(FRAGMENT).text


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.TIMED_OUT, Outcome.LOST])
def test_a_run_that_failed_is_no_example_and_is_not_repeated(
    client: FlaskClient, runner: SlowRunner, outcome: Outcome
) -> None:
    runner.outcome = outcome
    assert NONE in client.get(FRAGMENT).text
    assert ASKS not in client.get(HELLO).text
    assert NONE in client.get(FRAGMENT).text
    assert client.get(LINK).status_code == 404
    assert len(runner.programs) == 1


def test_an_example_that_was_pruned_is_made_anew(client: FlaskClient, store: Store) -> None:
    client.get(FRAGMENT)
    store.prune(timedelta(0))
    assert "/en/runs/------------run2" in client.get(FRAGMENT).text


def test_a_run_of_an_older_program_is_no_example(client: FlaskClient, store: Store) -> None:
    client.get(FRAGMENT)
    stored = store.find("-" * 12 + "run1")
    store.prune(timedelta(0))
    store.save(replace(stored, id="older".ljust(16, "-"), source=stored.source + "\n"))
    assert "/en/runs/------------run2" in client.get(FRAGMENT).text


def test_without_a_database_there_is_no_example(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "runs.sqlite").unlink()
    page = client.get(HELLO)
    assert page.status_code == 200
    assert "Lines appear here" in page.text
    assert NONE in client.get(FRAGMENT).text


@pytest.mark.parametrize("address", [HELLO, PERSIAN])
def test_a_page_is_small(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
    packed = {"Accept-Encoding": "gzip"}
    weight = sum(len(client.get(file, headers=packed).data) for file in (address, *files))
    assert weight < LARGEST_PAGE
