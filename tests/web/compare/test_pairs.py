"""The pairs of demos that lead to their comparison."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from tests.web.compare.comparing import BOTH, COMPARE, plain, query
from webapp.lessons.text import LANGUAGES
from webapp.lessons.topic import Demo, Pair, Topic, find_demo


def test_a_demos_page_links_to_its_pairs_to_itself_and_to_other_demos(client: FlaskClient) -> None:
    page = client.get("/en/threads/greeting/say-hello?times=4").text
    menu = page[page.index("compare-menu") : page.index("</details>", page.index("compare-menu"))]
    links = [
        (unescape(address), plain(title), "data-follows-address" in more)
        for address, more, title in re.findall(r'<a\s+href="([^"]*)"([^>]*)>(.*?)</a>', menu, re.S)
    ]
    assert [title for _, title, _ in links] == [
        "Warm or cold",
        "The same demo with other values",
        "Taking turns",
        "Saying nothing",
    ]
    # A pair has its own values; other links follow the form.
    assert [follows for *_, follows in links] == [False, True, True, True]
    pair, itself, *_ = (
        query(client.get(links[at][0], follow_redirects=True).request.url) for at in (0, 1)
    )
    assert pair["b-tone"] == ["cold"] and pair["b-times"] == ["4"] and pair["a-times"] == ["2"]
    assert itself["a-times"] == itself["b-times"] == ["4"]


def test_what_to_look_for_is_shown_only_with_the_pairs_own_values(client: FlaskClient) -> None:
    own = {**BOTH, "b-times": "4"}
    assert "Feel the difference." in client.get(COMPARE, query_string=own).text
    assert "Feel the difference." not in client.get(COMPARE, query_string=BOTH).text


PAIRS = [(topic, demo, pair) for topic in TOPICS for demo in topic.demos for pair in demo.beside]


def test_the_course_has_the_expected_pairs() -> None:
    named = {(topic.name_of(demo), pair.other) for topic, demo, pair in PAIRS}
    assert named >= {
        ("lock/lock-around-everything", "lock/lock-around-the-message"),
        ("lock/lost-update", "lock/lost-update-fixed"),
        ("define-a-thread/join-inside-the-loop", "thread-subclass/sleep-inside-run"),
        ("spawn-a-process/join-inside-the-loop", "spawn-a-process/start-all-then-join"),
        ("define-a-thread/start-all-then-join", "spawn-a-process/start-all-then-join"),
        ("spawn-a-process/start-all-then-join", "spawn-a-process/start-all-then-join"),
        ("barrier/race", "barrier/join-is-not-a-barrier"),
    }


@pytest.mark.parametrize(("topic", "demo", "pair"), PAIRS, ids=lambda one: getattr(one, "slug", ""))
def test_every_pair_of_the_course_opens_from_both_its_demos(
    real_client: FlaskClient, topic: Topic, demo: Demo, pair: Pair
) -> None:
    found = find_demo(TOPICS, pair.other)
    assert found
    for language in LANGUAGES:
        for of, one in ((topic, demo), found):
            page = real_client.get(f"/{language}/{of.chapter}/{of.slug}/{one.slug}").text
            links = re.findall(r'<a\s+href="(/\w+/compare\?[^"]*)">(.*?)</a>', page, re.S)
            address = next(href for href, title in links if plain(title) == pair.title[language])
        opened = real_client.get(unescape(address))
        assert opened.status_code == 200
        assert pair.look[language] in unescape(opened.text)
