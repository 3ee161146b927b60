"""Finding the run that breaks a demo, and being its scheduler, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Opener
from tests.browser.layout import misfits
from webapp.lessons.text import LANGUAGES

SMALL = "thread_count=2&increments=1&window=none"
LOST = f"/threads/lock/lost-update?{SMALL}"
PLAY = "/threads/lock/lost-update/scheduler"
FIXED = "/threads/lock/lost-update-fixed/scheduler"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_opens_the_smallest_run_that_breaks_it(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{LOST}")
    page.locator("#search-button").click()
    expect(page.locator("#search-title")).to_be_visible(timeout=30_000)
    expect(page.locator("#transcript")).to_contain_text("final: 1")
    expect(page.locator("#lanes p-lanes, #lanes .lanes").first).to_be_visible()
    # The link is in the last of the answer's layers, which opens by its heading.
    page.locator("#result .layers summary").last.click()
    page.locator("#result .kept-page").click()
    expect(page).to_have_url(re.compile(rf"/{language}/runs/[\w-]+$"))
    expect(page.locator("#transcript")).to_contain_text("final: 1")


def press(page: Page, key: str) -> None:
    """Press a key, and wait for the page that it opens."""
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_student_wins_by_keyboard_and_fails_on_the_mended_demo(
    open_page: Opener, language: str
) -> None:
    page = open_page(f"/{language}{PLAY}")
    press(page, "1")
    press(page, "1")
    expect(page.locator(".player.hue-1")).to_contain_text("value = 0")
    press(page, "2")
    press(page, "Backspace")
    expect(page.locator(".player.hue-2 a")).to_have_count(1)
    for _ in range(20):
        if page.locator(".result").count():
            break
        able = page.locator(".player a[data-key]").last.get_attribute("data-key")
        press(page, str(able))
    expect(page.locator(".players .lines")).to_contain_text("final: 1")
    with page.expect_navigation():
        page.locator(".result a.button").click()
    expect(page).to_have_url(re.compile(re.escape(FIXED)))
    while not page.locator(".result").count():
        able = page.locator(".player a[data-key]").first.get_attribute("data-key")
        press(page, str(able))
    expect(page.locator(".proof")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_everything_fits(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{PLAY}")
    assert violations(page) + misfits(page) == []
    press(page, "1")
    press(page, "1")
    assert violations(page) + misfits(page) == []
    page = open_page(f"/{language}{LOST}")
    page.locator("#search-button").click()
    expect(page.locator("#search-title")).to_be_visible(timeout=30_000)
    assert violations(page) + misfits(page) == []
