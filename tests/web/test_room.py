"""Streams leave threads to pages; one stream too many is refused at once."""

from __future__ import annotations

from contextlib import ExitStack

from werkzeug.test import TestResponse

from tests.web.scripted import COURSE, GOOD, HELLO, STREAMED, ScriptedRunner
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.settings import Settings
from webapp.store.store import Store


def test_a_full_server_refuses_streams_at_once_and_serves_pages(
    runner: ScriptedRunner, store: Store
) -> None:
    app = create_app(runner, find_topics(COURSE), store, Settings(threads=8), TESTING=True)
    client = app.test_client()

    def press(stack: ExitStack) -> TestResponse:
        answer = client.post(HELLO, data=GOOD, headers=STREAMED, buffered=False)
        stack.callback(answer.close)
        return answer

    with ExitStack() as streams:
        answers = [press(streams) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 4 + [503]
        assert "Retry-After" in answers[-1].headers
        assert 'role="alert"' in answers[-1].text
        assert len(runner.programs) == 4
        assert client.get(HELLO).status_code == 200
        assert client.get("/runs/run1/events").status_code == 503
    with ExitStack() as streams:
        assert press(streams).status_code == 200


def test_one_address_leaves_streams_to_others(runner: ScriptedRunner, store: Store) -> None:
    app = create_app(runner, find_topics(COURSE), store, Settings(threads=40), TESTING=True)
    client = app.test_client()

    def press(stack: ExitStack, address: str) -> int:
        answer = client.post(
            HELLO,
            data=GOOD,
            headers=STREAMED,
            buffered=False,
            environ_overrides={"REMOTE_ADDR": address},
        )
        stack.callback(answer.close)
        return answer.status_code

    with ExitStack() as streams:
        assert [press(streams, "192.0.2.1") for _ in range(19)] == [200] * 18 + [503]
        assert press(streams, "192.0.2.2") == 200


def test_behind_a_proxy_the_visitors_address_counts(runner: ScriptedRunner, store: Store) -> None:
    settings = Settings(threads=40, proxies=1)
    app = create_app(runner, find_topics(COURSE), store, settings, TESTING=True)
    client = app.test_client()
    with ExitStack() as streams:
        for number in range(20):
            headers = {**STREAMED, "X-Forwarded-For": f"192.0.2.{number}"}
            answer = client.post(HELLO, data=GOOD, headers=headers, buffered=False)
            streams.callback(answer.close)
            assert answer.status_code == 200
