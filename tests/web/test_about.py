"""The pages for teachers and on privacy are complete in both languages, and true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bench.__main__ import OWN_TABLES
from tests.web.scripted import GOOD, HELLO
from webapp.environment import variable
from webapp.lessons.text import LANGUAGES
from webapp.pages.site.about import PAGES, TEXTS
from webapp.settings import Settings

EVERY_PAGE = pytest.mark.parametrize(
    ("page", "language"), [(page, language) for page in PAGES for language in LANGUAGES]
)
JS = Path(__file__).resolve().parents[2] / "static/js"


def text_of(page: str, language: str) -> str:
    return (TEXTS / f"{page}.{language}.md").read_text(encoding="utf-8")


@EVERY_PAGE
def test_an_about_page_exists_and_is_linked_from_every_page(
    real_client: FlaskClient, page: str, language: str
) -> None:
    assert real_client.get(f"/{language}/{page}").status_code == 200
    for other in ("", "record", "threads/lock/lost-update", "nowhere"):
        assert f'href="/{language}/{page}"' in real_client.get(f"/{language}/{other}").text


@EVERY_PAGE
def test_an_about_page_is_marked_as_the_current_one(
    real_client: FlaskClient, page: str, language: str
) -> None:
    [footer] = re.findall(r"<footer.*</footer>", real_client.get(f"/{language}/{page}").text, re.S)
    assert re.findall(r'href="([^"]+)" aria-current="page"', footer) == [f"/{language}/{page}"]


@EVERY_PAGE
def test_the_links_of_an_about_page_exist(
    real_client: FlaskClient, page: str, language: str
) -> None:
    html = real_client.get(f"/{language}/{page}").text
    own = re.search(r"<main.*</main>", html, re.DOTALL)
    assert own
    links = re.findall(r'href="(/[^"]+)"', own[0])
    assert f"/{language}/" not in links  # a missing demo's link
    for link in links:
        assert real_client.get(link.replace("&amp;", "&")).status_code == 200, link


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_parts(page: str) -> None:
    """They have as many sections, points and commands, and link to the same demos."""
    one, other = (text_of(page, language) for language in LANGUAGES)
    for what in (r"^## ", r"^(?:- |\d\. )", r"^ *```", r"\]\(([^)]+)\)", r"`([^`\n]+)`"):
        found = re.findall(what, one, re.MULTILINE)
        assert sorted(found) == sorted(re.findall(what, other, re.MULTILINE)), what


@pytest.mark.parametrize("page", PAGES)
def test_persian_prose_has_persian_digits(page: str) -> None:
    prose = re.sub(
        r"```.*?```|`[^`]*`|\]\([^)]*\)|^\d\. ", "", text_of(page, "fa"), flags=re.S | re.M
    )
    assert not re.findall(r"[0-9]", prose)


@EVERY_PAGE
def test_the_commands_of_an_about_page_exist(
    real_client: FlaskClient, page: str, language: str
) -> None:
    app: Flask = real_client.application
    named = set(re.findall(r"flask --app wsgi ([\w-]+)", text_of(page, language)))
    assert named <= set(app.cli.commands)
    makefile = (JS.parents[1] / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)", text_of(page, language)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert set(re.findall(r"make bench ARGS=(\w+)", text_of(page, language))) <= set(OWN_TABLES)


@EVERY_PAGE
def test_the_settings_of_an_about_page_exist(page: str, language: str) -> None:
    named = set(re.findall(r"MOVAZI_\w+", text_of(page, language)))
    assert named <= {variable(name) for name in Settings.model_fields}


@pytest.mark.parametrize(("language", "minutes"), [("en", "minutes"), ("fa", "دقیقه")])
def test_the_plan_takes_ninety_minutes(language: str, minutes: str) -> None:
    parts = re.findall(rf"\((\d+) {minutes}\)", text_of("teachers", language))
    assert sum(map(int, parts)) == 90


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_a_browser_stores_is_listed(language: str) -> None:
    keys = {
        key
        for file in JS.glob("*.js")
        if "Storage" in (code := file.read_text(encoding="utf-8"))
        for key in re.findall(r'KEY = "([\w-]+)"', code)
    }
    assert keys == set(re.findall(r"^\| `([\w-]+)`", text_of("privacy", language), re.MULTILINE))
    assert not any("cookie" in file.read_text(encoding="utf-8") for file in JS.glob("*.js"))


def test_nothing_sets_a_cookie(client: FlaskClient) -> None:
    answers = [client.get("/en/"), client.get(HELLO), client.post(HELLO, data=GOOD)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not any("Set-Cookie" in answer.headers for answer in answers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_comes_first_with_right_and_wrong_answers(language: str) -> None:
    text = text_of("teachers", language)
    plan = text.split("\n## ")[1]
    steps = len(re.findall(r"^\d\. ", plan, re.MULTILINE))
    assert steps >= 6
    said = {"en": ("Expected:", "Often said:"), "fa": ("پاسخ درست:", "پاسخ‌های رایج:")}
    for answers in said[language]:
        assert plan.count(f"**{answers}**") == steps
    assert "HOST=0.0.0.0" not in plan


@EVERY_PAGE
def test_an_about_page_lists_its_parts(real_client: FlaskClient, page: str, language: str) -> None:
    html = real_client.get(f"/{language}/{page}").text
    entries = re.findall(r'<a href="#(s\d+)">', html)
    assert entries == re.findall(r'<h2 id="(s\d+)">', html)
    assert len(entries) > 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_place_to_fill_in(real_client: FlaskClient, language: str) -> None:
    for page in (*PAGES, "record", "api", ""):
        html = real_client.get(f"/{language}/{page}").text
        assert "&lt;this repository" not in html
        assert "OWNER/" not in html
