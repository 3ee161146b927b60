"""Streams leave threads to pages; one stream too many is refused at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.scripted import COURSE, GOOD, HELLO, STREAMED, ScriptedRunner
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.settings import Settings
from webapp.store.store import Store

MakeClient = Callable[..., FlaskClient]


@pytest.fixture
def make_client(runner: ScriptedRunner, store: Store) -> MakeClient:
    """Make a client of a site with these settings."""

    def make(**settings: int) -> FlaskClient:
        chosen = Settings(**settings)  # type: ignore[arg-type]
        return create_app(runner, find_topics(COURSE), store, chosen, TESTING=True).test_client()

    return make


@pytest.fixture
def streams() -> Iterator[ExitStack]:
    """Closes the streams that `press` has opened."""
    with ExitStack() as streams:
        yield streams


def press(client: FlaskClient, streams: ExitStack, **options: object) -> TestResponse:
    """Press Run; the stream stays open until `streams` is closed."""
    sent = {"headers": STREAMED, **options}
    answer = client.post(HELLO, data=GOOD, buffered=False, **sent)
    streams.callback(answer.close)
    return answer


def test_a_full_server_refuses_streams_at_once_and_serves_pages(
    make_client: MakeClient, runner: ScriptedRunner, streams: ExitStack
) -> None:
    client = make_client(threads=8)
    answers = [press(client, streams) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [503]
    assert "Retry-After" in answers[-1].headers
    assert 'role="alert"' in answers[-1].text
    assert len(runner.programs) == 4
    assert client.get(HELLO).status_code == 200
    assert client.get("/runs/run1/events").status_code == 503
    streams.close()
    assert press(client, streams).status_code == 200


def test_one_address_cannot_use_all_streams(make_client: MakeClient, streams: ExitStack) -> None:
    client = make_client(threads=40)
    one, other = ({"REMOTE_ADDR": f"192.0.2.{number}"} for number in (1, 2))
    answers = [press(client, streams, environ_overrides=one) for _ in range(19)]
    assert [answer.status_code for answer in answers] == [200] * 18 + [503]
    assert press(client, streams, environ_overrides=other).status_code == 200


def test_behind_a_proxy_streams_are_counted_by_the_visitors_address(
    make_client: MakeClient, streams: ExitStack
) -> None:
    client = make_client(threads=40, proxies=1)
    for number in range(20):
        headers = {**STREAMED, "X-Forwarded-For": f"192.0.2.{number}"}
        assert press(client, streams, headers=headers).status_code == 200
