"""Persian pages have Persian digits in all that is not code, and take them in every field."""

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from tests.web.scripted import GOOD, HELLO, STREAMED, ScriptedRunner
from tests.web.test_pages import VOID
from webapp.lessons.values import in_latin_digits
from webapp.pages.texts.wording import load_wordings

SAY = load_wordings()
PERSIAN = HELLO.replace("/en/", "/fa/")
OWN_DIGITS = {"script", "style", "code", "pre", "svg", "bdi", "kbd"}
"""Elements of code, of names, and of the time axis, whose texts are the program's."""

NAME = re.compile(r"(?a:[A-Za-z_][\w.]*)(?: ?[(=-]?\d+\)?)?")
"""A Latin name with its number, such as p1, PEP 703, SHA-256, pipe(7) and sleep(0)."""

PAGES = (
    "",
    "teachers",
    "privacy",
    "record",
    "api",
    "compare",
    "nowhere",
    *(f"{topic.chapter}/{topic.slug}/{demo.slug}" for topic in TOPICS for demo in topic.demos),
)


class Prose(HTMLParser):
    """Collects the texts of a page outside of code and of left-to-right parts."""

    def __init__(self) -> None:
        super().__init__()
        self.own: list[bool] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            foreign = given.get("dir") == "ltr" or given.get("lang") == "en"
            self.own.append(tag in OWN_DIGITS or foreign)
        if given.get("aria-label") and not any(self.own):
            self.texts.append(given["aria-label"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.own:
            self.own.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.own):
            self.texts.append(data)


def latin_digits(html: str) -> list[str]:
    """Return the texts of a page with Latin digits that belong to no name."""
    prose = Prose()
    prose.feed(html)
    return [text for text in prose.texts if re.search(r"[0-9]", NAME.sub("", text))]


@pytest.mark.parametrize("page", PAGES)
def test_a_persian_page_has_persian_digits(real_client: FlaskClient, page: str) -> None:
    assert latin_digits(real_client.get(f"/fa/{page}").text) == []


def test_a_run_its_repetition_and_a_comparison_have_persian_digits(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    for address, form in (
        (PERSIAN, GOOD),
        (f"{PERSIAN}/repeat", GOOD),
        ("/fa/compare", {"a": "greeting/say-nothing", "b": "greeting/say-nothing"}),
    ):
        page = client.post(address, data=form)
        assert page.status_code == 200
        assert latin_digits(page.text) == [], address


def test_the_figures_of_claims_have_persian_digits(client: FlaskClient) -> None:
    page = client.post(PERSIAN, data=GOOD).text
    figures = re.findall(r'class="figure">.*?</span>', page, re.S)
    told = " ".join(re.sub("<[^>]+>", "", figure) for figure in figures)
    assert re.search("[۰-۹]", told)
    assert not re.search("[0-9]", NAME.sub("", told))


def test_a_figure_in_persian_words_is_read_from_the_right(client: FlaskClient) -> None:
    page = client.post(PERSIAN, data=GOOD).text
    directions = re.findall(r'class="figure">\s*<code dir="(\w+)"', page)
    assert {*directions} == {"auto"}  # words of Persian go from the right, "۳ / ۳" from the left


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("10 / 10", "۱۰ / ۱۰"),
        ("1.024 s ≥ 1 s", "۱٫۰۲۴ ثانیه ≥ ۱ ثانیه"),
        ("1.6 ms < 201 ms", "۱٫۶ میلی‌ثانیه < ۲۰۱ میلی‌ثانیه"),
        ("3 sleepers", "۳ sleepers"),
        ("Thread-1, Thread#2, p3", "Thread-1, Thread#2, p3"),
        ("3 → 1", "۳ → ۱"),
    ],
)
def test_numbers_in_names_stay_as_the_program_has_them(text: str, figures: str) -> None:
    assert SAY["fa"].figures(text) == figures
    assert SAY["en"].figures(text) == text


def test_the_axis_has_persian_digits_with_short_persian_units(client: FlaskClient) -> None:
    page = client.post(PERSIAN, data=GOOD).text
    ticks = re.findall(r'class="tick"[^>]*>([^<]+)<', page)
    assert ticks
    assert all(re.fullmatch("[۰-۹٫]+ (ث|م‌ث|میکروث)", tick) for tick in ticks)


def test_the_clock_has_persian_digits_and_a_short_persian_unit(client: FlaskClient) -> None:
    page = client.post(PERSIAN, data=GOOD, headers=STREAMED).text
    assert re.search(r'hx-target="#clock">[۰-۹٫]+ ث<', page)


def test_no_latin_unit_follows_a_persian_digit(client: FlaskClient) -> None:
    page = client.post(PERSIAN, data=GOOD).text
    assert not re.findall(r"[۰-۹] (?:s|ms|µs|MB)\b", re.sub("<[^>]+>", " ", page))


def test_the_parentheses_of_a_call_stay_at_its_right() -> None:
    titles = [demo.title["fa"] for topic in TOPICS for demo in topic.demos]
    calls = [title for title in titles if "()" in title]
    assert calls
    for said in (*calls, *SAY["fa"].texts.values()):
        assert said.count("()") == said.count("()\u200e")
    assert not [text for text in SAY["en"].texts.values() if "\u200e" in text]


def test_a_minus_stands_at_the_left_of_a_persian_number() -> None:
    assert SAY["fa"].number(-15) == "\u200e-۱۵"
    assert SAY["en"].number(-15) == "-15"


def test_fields_show_persian_digits_and_call_for_a_keyboard_of_numbers(
    client: FlaskClient,
) -> None:
    page = client.get(PERSIAN).text
    inputs = re.findall(r"<input type=\"text\".*?>", page, re.S)
    assert {re.search('name="(.*?)"', one)[1]: one for one in inputs}  # type: ignore[index]
    times = next(one for one in inputs if 'name="times"' in one)
    pause = next(one for one in inputs if 'name="pause"' in one)
    assert 'value="۲"' in times
    assert 'inputmode="numeric"' in times
    assert 'inputmode="decimal"' in pause
    assert 'type="number"' not in page
    english = client.get(HELLO).text
    assert 'type="number"' in english
    assert "inputmode" not in english


@pytest.mark.parametrize("pause", ["۰٫۵", "0.5", "٠٫٥", "۰.۵"])
def test_a_field_takes_digits_of_any_keyboard(
    client: FlaskClient, runner: ScriptedRunner, pause: str
) -> None:
    answer = client.post(PERSIAN, data={**GOOD, "times": "۳", "pause": pause})
    assert answer.status_code == 200
    assert runner.programs[-1].parameters["pause"] == 0.5
    assert runner.programs[-1].parameters["times"] == 3


def test_addresses_have_latin_digits(client: FlaskClient) -> None:
    page = client.get(PERSIAN, query_string={**GOOD, "times": "۴", "pause": "۰٫۵"}).text
    assert re.search(r'href="/en/threads/greeting/say-hello\?times=4&amp;pause=0\.5', page)
    assert 'value="۴"' in page
    english = client.get(HELLO, query_string={**GOOD, "times": "۴"}).text
    assert 'value="4"' in english


def test_what_cannot_be_read_is_shown_as_it_was_entered(client: FlaskClient) -> None:
    answer = client.post(PERSIAN, data={**GOOD, "times": "سه"})
    assert answer.status_code == 422
    assert 'value="سه"' in answer.text


def test_separators_become_latin_too() -> None:
    assert in_latin_digits("۲، ۱، ۳٫۵") == "2, 1, 3.5"
    assert SAY["fa"].entered("2, 1, 3.5") == "۲، ۱، ۳٫۵"
    assert SAY["fa"].entered("yield") == "yield"
    assert SAY["en"].entered("2, 1") == "2, 1"


def test_the_name_of_the_file_is_at_the_start_of_its_panel(client: FlaskClient) -> None:
    """A heading that is left-to-right as a whole would stand at the left end of it."""
    page = client.get(PERSIAN).text
    assert re.search(r'<h3>\s*<bdi dir="ltr">say_hello.py</bdi>', page)
