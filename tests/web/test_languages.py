"""English and Persian are equals, in the interface and in every topic."""

import re
import string
from collections.abc import Callable
from functools import cache
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from webapp.lessons.text import DEFAULT_LANGUAGE, LANGUAGES, Language
from webapp.lessons.topic import Topic
from webapp.pages import addresses
from webapp.pages.texts.wording import load_wordings, read_texts

EVERY_TOPIC = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@EVERY_LANGUAGE
def test_every_language_has_the_same_texts(language: Language) -> None:
    texts, others = read_texts(language), read_texts(DEFAULT_LANGUAGE)
    assert texts.keys() == others.keys()
    for key, text in texts.items():
        assert placeholders(text) == placeholders(others[key]), key
        assert text.strip(), key


def test_no_persian_text_is_left_in_english() -> None:
    latin = {
        "unit.seconds",
        "receipt.source_sha256",
        "headline.outcome",
        "walk.does",
        "state.short_place",
    }
    for key, text in read_texts("fa").items():
        words = re.sub(r"\{\w+\}", "", text)
        assert key in latin or re.search(r"[\u0600-\u06ff]", words), key


def test_persian_texts_use_persian_letters_and_digits() -> None:
    for key, text in read_texts("fa").items():
        assert not re.search(r"[\u064a\u0643\u0649]", text), f"an Arabic letter in {key}"
        assert not re.search(r"[\u0660-\u0669]", text), f"an Arabic digit in {key}"


def test_numbers_have_the_digits_of_the_language() -> None:
    say = load_wordings()
    assert say["en"].number(1234567) == "1\u202f234\u202f567"
    assert say["fa"].number(1234567) == "۱\u202f۲۳۴\u202f۵۶۷"
    assert say["en"].number(0.5) == "0.5"
    assert say["fa"].number(0.5) == "۰٫۵"
    assert say["fa"].seconds(1.25) == "\u2068۱٫۲۵۰\u2069 ثانیه"


@EVERY_TOPIC
@EVERY_LANGUAGE
def test_the_prose_has_as_many_parts_and_the_same_code_in_every_language(
    topic: Topic, language: Language
) -> None:
    prose, other = topic.prose(language), topic.prose(DEFAULT_LANGUAGE)
    assert len(re.findall("^## ", prose, re.M)) == len(re.findall("^## ", other, re.M))
    included = re.compile("^```demo .*", re.M)
    assert included.findall(prose) == included.findall(other)


@pytest.fixture(scope="module")
def status(real_client: FlaskClient) -> Callable[[str], int]:
    """Returns the status of a link's answer. Each is requested once: pages have many in common."""

    @cache
    def status(link: str) -> int:
        return real_client.get(link, follow_redirects=True).status_code

    return status


@pytest.mark.thorough
@EVERY_TOPIC
@EVERY_LANGUAGE
def test_every_link_of_a_topic_exists(
    real_client: FlaskClient, status: Callable[[str], int], topic: Topic, language: Language
) -> None:
    page = real_client.get(addresses.demo(language, topic, topic.demos[0])).text
    links = {unescape(link) for link in re.findall(r'<a[^>]*?\shref="(/[^"#]*)', page)}
    assert len(links) > len(topic.demos)
    # The only links that run a demo: this site's runner is busy.
    links.remove(addresses.example(language, topic, topic.demos[0]))
    links.discard(addresses.play(language, topic, topic.demos[0]))
    for link in links:
        assert status(link) == 200, link


@EVERY_TOPIC
@EVERY_LANGUAGE
def test_every_demo_has_its_page(
    real_client: FlaskClient, topic: Topic, language: Language
) -> None:
    for demo in topic.demos:
        page = real_client.get(addresses.demo(language, topic, demo))
        assert page.status_code == 200
        assert demo.title[language] in page.text.replace("&#39;", "'")


@EVERY_LANGUAGE
def test_the_home_page_lists_every_topic(real_client: FlaskClient, language: Language) -> None:
    page = real_client.get(f"/{language}/").text
    for topic in TOPICS:
        assert addresses.topic(language, topic) in page
