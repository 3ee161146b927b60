"""The home page: its recorded run, its cards, and the first run of a visitor."""

import hashlib
import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from webapp.engine.recording import Outcome
from webapp.lessons.text import LANGUAGES
from webapp.lessons.topic import LEVELS, Topic, find_demo
from webapp.pages.site.hero import DEMO, LINES, SHOWN, VALUES, read_hero
from webapp.timeline.reading import draw

LARGEST_PICTURE = 2000  # bytes
LARGEST_PAGE = 80_000  # bytes
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


def cards_of(client: FlaskClient, language: str) -> list[str]:
    """Return the cards of the topics, as HTML."""
    lists = re.findall(r'<ol class="topics">(.*?)</ol>', client.get(f"/{language}/").text, re.S)
    return [card for found in lists for card in re.findall(r"<li>.*?</li>", found, re.S)]


@EVERY_LANGUAGE
def test_each_topic_has_a_card_with_its_number_level_minutes_and_lanes(
    real_client: FlaskClient, language: str
) -> None:
    cards = cards_of(real_client, language)
    assert len(cards) == len(TOPICS)
    for number, (card, topic) in enumerate(zip(cards, TOPICS, strict=True), 1):
        digits = str(number) if language == "en" else str(number).translate(PERSIAN_DIGITS)
        assert f">{digits}</span>" in card
        assert topic.title[language] in card
        assert topic.lanes in card
        assert re.search(r'class="level">\w+<', card)
        assert re.search(r"<span>\d+ (min|دقیقه)</span>", card)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_the_picture_of_a_topic_is_small_and_has_lanes(topic: Topic) -> None:
    assert topic.lanes, f"{topic.folder.name} has no lanes.svg: run `make lanes`"
    assert len(topic.lanes) <= LARGEST_PICTURE
    lanes = ElementTree.fromstring(topic.lanes).findall("g")
    assert lanes
    assert all(lane.findall("path") for lane in lanes)


def test_the_course_goes_from_easy_to_hard() -> None:
    assert TOPICS[0].level == LEVELS[0]
    assert {topic.level for topic in TOPICS} == {*LEVELS}


def test_the_minutes_of_a_topic_grow_with_its_text_and_its_demos() -> None:
    for topic in TOPICS:
        assert topic.minutes % 5 == 0
        assert topic.minutes >= 3 * len(topic.demos)


def test_the_recorded_run_is_of_the_demo_as_it_is_today() -> None:
    """If the program was changed since, `make lanes` records it again."""
    found, recording = find_demo(TOPICS, DEMO), read_hero()
    assert found
    source = found[1].source.encode()
    assert recording.receipt.source_sha256 == hashlib.sha256(source).hexdigest()
    assert recording.outcome is Outcome.FINISHED
    assert recording.wall >= VALUES["thread_count"] * VALUES["sleep_seconds"]
    assert recording.receipt.host == ""


@EVERY_LANGUAGE
def test_the_recorded_run_has_its_lanes_beside_the_lines_that_the_threads_run(
    real_client: FlaskClient, language: str
) -> None:
    page = real_client.get(f"/{language}/").text
    [hero] = re.findall(r'<figure class="hero-run".*?</figcaption>', page, re.S)
    numbers = [int(number) for number in re.findall(rf'id="{LINES}(\d+)"', hero)]
    found = find_demo(TOPICS, DEMO)
    assert found
    assert f"def {SHOWN}(" in found[1].source.splitlines()[numbers[0] - 1]
    lanes = draw(read_hero()).lanes
    assert len(lanes) == 1 + VALUES["thread_count"]
    for lane in lanes:
        assert f"<span>{lane.name}</span>" in hero
    # Time goes from left to right in every language.
    assert '<run-lanes dir="ltr"' in hero
    # Each step of the picture that is in the function finds its line.
    assert {event.line for event in read_hero().events} & {*numbers}


def test_another_course_has_neither_our_recorded_run_nor_our_bars(client: FlaskClient) -> None:
    page = client.get("/en/").text
    assert 'id="hero"' not in page
    assert 'id="versus"' not in page
    assert 'class="able"' not in page


@EVERY_LANGUAGE
def test_the_time_one_after_the_other_stands_beside_the_run(
    real_client: FlaskClient, language: str
) -> None:
    page = real_client.get(f"/{language}/").text
    [versus] = re.findall(r'id="versus".*?</dl>', page, re.S)
    assert ("10 s" if language == "en" else "۱۰") in versus
    assert re.search(r'<progress max="10.0" value="0"', versus)
    assert page.count("<li>", page.index('class="able"')) >= 5


@EVERY_LANGUAGE
def test_every_page_has_a_link_to_the_teachers_page_in_its_header(
    real_client: FlaskClient, language: str
) -> None:
    for address in ("", "record", "threads/lock/lost-update", "nowhere"):
        page = real_client.get(f"/{language}/{address}").text
        header = page[page.index("<header") : page.index("</header>")]
        assert f'href="/{language}/teachers"' in header


@EVERY_LANGUAGE
def test_the_home_page_with_all_that_it_loads_is_small(
    real_client: FlaskClient, language: str
) -> None:
    """As sent to a browser: compressed, with its style, scripts, font and icon."""
    packed = {"Accept-Encoding": "gzip"}
    page = real_client.get(f"/{language}/", headers=packed)
    html = real_client.get(f"/{language}/").text
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
    loaded |= {link.replace("home.js", "marking.js") for link in loaded if "home.js" in link}
    assert not any(link.endswith("lanes.js") for link in loaded)  # only a run needs it
    assert any(link.endswith(".woff2") for link in loaded)
    sizes = [len(real_client.get(link, headers=packed).data) for link in loaded]
    assert len(page.data) + sum(sizes) <= LARGEST_PAGE
