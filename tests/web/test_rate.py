"""A page and an address have limits for how often they may press Run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from limits import RateLimitItemPerMinute

from tests.api.serving import wait_until
from tests.web.scripted import COURSE, GOOD, HELLO, STREAMED, ScriptedRunner
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.pages.rate import COUNTER, Counter, Counts, OneAtATime
from webapp.settings import Settings
from webapp.store.store import Store

Press = Callable[..., int]

ORDER = {"demo": "greeting/say-hello"}


@pytest.fixture
def limited(runner: ScriptedRunner, store: Store) -> FlaskClient:
    """A client of a site with limits of three runs a minute for a page, six for an address."""
    settings = Settings(rate_limit=6, rate_limit_page=3)
    return create_app(runner, find_topics(COURSE), store, settings, TESTING=True).test_client()


@pytest.fixture
def press(limited: FlaskClient) -> Press:
    """Press Run on a page from an address; return the status."""

    def press(page: str = "", address: str = "192.0.2.1", where: str = HELLO) -> int:
        sent = {**GOOD, "run-visitor": page}
        return limited.post(where, data=sent, environ_base={"REMOTE_ADDR": address}).status_code

    return press


def test_a_page_beyond_its_limit_has_to_wait(
    press: Press, limited: FlaskClient, runner: ScriptedRunner
) -> None:
    assert [press("a") for _ in range(4)] == [200, 200, 200, 429]
    assert len(runner.programs) == 3
    answer = limited.post(
        HELLO, data={**GOOD, "run-visitor": "a"}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
    )
    assert "Run was pressed too often" in answer.text
    assert f'href="{HELLO}?' in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_other_pages_of_the_same_address_are_not_limited(press: Press) -> None:
    assert [press("a") for _ in range(4)] == [200, 200, 200, 429]
    assert [press("b") for _ in range(3)] == [200, 200, 200]


def test_an_address_has_a_limit_whatever_its_pages_tokens(press: Press) -> None:
    assert [press(f"page {number}") for number in range(7)] == [200] * 6 + [429]
    assert press("a", address="192.0.2.2") == 200


def test_all_ways_to_run_share_a_limit(press: Press, limited: FlaskClient) -> None:
    assert press("a") == press("a", where=f"{HELLO}/repeat") == 200
    pressed = [
        limited.post("/api/runs", json=ORDER, environ_base={"REMOTE_ADDR": "192.0.2.1"})
        for _ in range(5)
    ]
    assert [answer.status_code for answer in pressed] == [200] * 4 + [429]
    refused = pressed[-1]
    assert refused.mimetype == "application/json"
    assert refused.json is not None
    assert refused.json["detail"][0]["type"] == "too_many_requests"
    assert "Retry-After" in refused.headers


def test_htmx_gets_the_message_in_its_panel(press: Press, limited: FlaskClient) -> None:
    for _ in range(3):
        press("a")
    answer = limited.post(
        HELLO,
        data={**GOOD, "run-visitor": "a"},
        headers=STREAMED,
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
    )
    assert answer.status_code == 429
    assert 'role="alert"' in answer.text


def test_concurrent_presses_are_all_counted() -> None:
    """None of them is an error."""
    storage = OneAtATime()
    threads = threading.active_count()
    together = threading.Barrier(8)

    def press(_: int) -> int:
        together.wait()
        return storage.incr("page", 60)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(press, range(8))) == [*range(1, 9)]
    assert threading.active_count() == threads  # no thread to remove expired entries


def test_without_the_shared_storage_nothing_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    """Not every press waits for it, and the log does not get the address."""
    counter = Counter(Counts("redis://127.0.0.1:1"))
    for _ in range(3):
        counter.count(RateLimitItemPerMinute(1), "192.0.2.1", "address")
    [warning] = caplog.messages
    assert "192.0.2.1" not in warning


@pytest.mark.parametrize(
    "unreadable",
    [
        {"data": {**GOOD, "run-visitor": "a", "more": "x" * 70_000}},
        {"data": {f"part-{number}": (BytesIO(b""), "x") for number in range(1001)}},
    ],
    ids=["too large", "of too many parts"],
)
def test_an_unreadable_form_does_not_change_the_count(
    press: Press,
    limited: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    unreadable: dict[str, Any],
) -> None:
    assert [press("a") for _ in range(4)] == [200, 200, 200, 429]
    sent = {**unreadable, "environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    assert limited.post(HELLO, **sent).status_code == 413
    assert press("a") == 429
    assert not [line for line in caplog.records if line.levelname in ("ERROR", "WARNING")]


def test_reading_has_no_limit(limited: FlaskClient) -> None:
    assert {limited.get(HELLO).status_code for _ in range(20)} == {200}


def test_a_class_behind_one_address_is_not_limited(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    """Two hundred pages at one address press Run five times each in a minute."""
    runner.batches = ()
    statuses = set()
    for number in range(1000):
        sent = {**GOOD, "run-visitor": f"page {number % 200}"}
        statuses.add(client.post(HELLO, data=sent, headers=STREAMED, buffered=False).status_code)
    assert statuses == {200}


def remembered(limited: FlaskClient) -> str:
    """Return everything that the limit has in memory."""
    return str(vars(limited.application.extensions[COUNTER].storage))


def test_expired_entries_are_removed_at_the_next_press(
    press: Press, limited: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    press("first page", address="192.0.2.1")
    assert "192.0.2.1 first page" in remembered(limited)
    later = time.time() + 61
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda: later))
    press("other page", address="192.0.2.2")
    wait_until(lambda: "192.0.2.1" not in remembered(limited))
    assert "192.0.2.2 other page" in remembered(limited)


def test_long_tokens_of_pages_are_not_stored_in_full(press: Press, limited: FlaskClient) -> None:
    press("x" * 1000)
    assert "x" * 32 in remembered(limited)
    assert "x" * 33 not in remembered(limited)
