"""Server time of a warm topic page, compared with rendering its source and prose each time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from flask.testing import FlaskClient

from bench.table import Row
from webapp.app import create_app
from webapp.engine.embedded import EmbeddedRunner
from webapp.lessons.folders import find_topics
from webapp.lessons.text import Language
from webapp.lessons.topic import Topic
from webapp.pages.demo.prose import Library
from webapp.pages.demo.source import highlighted
from webapp.pages.texts.wording import Wording, load_wordings

ADDRESS = "/fa/threads/lock/lost-update"
TIMES = 200


def measure() -> list[Row]:
    """Request one page many times, with and without the caches."""
    topics = find_topics()
    wordings = load_wordings()
    with closing(EmbeddedRunner()) as runner:
        client = create_app(runner, topics).test_client()
        return [_row(client, topics, wordings)]


def _row(client: FlaskClient, topics: Sequence[Topic], wordings: Mapping[Language, Wording]) -> Row:
    def warm() -> None:
        assert client.get(ADDRESS).status_code == 200

    warm()

    def anew() -> None:
        highlighted.cache_clear()
        Library(topics, wordings)
        warm()

    pairs = [(_milliseconds(warm), _milliseconds(anew)) for _ in range(TIMES)]
    own, other = zip(*pairs, strict=True)
    return Row("a topic page", own, "rendered anew each time", other, "ms")


def _milliseconds(step: Callable[[], None]) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1e3
