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


UNBROKEN = {"en": "with at most 2 switches were tried", "fa": "با حداکثر ۲ تعویض آزموده شد"}
ONE_SWITCH = {"en": "one switch", "fa": "یک تعویض"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_student_finds_walks_does_and_fails_to_do_what_loses_an_update(
    open_page: Opener, language: str
) -> None:
    page = open_page(f"/{language}{LOST}")
    page.locator("#search-button").click()
    expect(page.locator("#search-title")).to_be_visible(timeout=30_000)
    expect(page.locator(".searched .outcome")).to_contain_text(ONE_SWITCH[language])

    # The walk begins where the update gets lost: both read, one writes, the other writes over it.
    deeds = page.locator(".shared-values .deed")
    expect(page.locator(".here-names b").first).to_be_visible()
    for _ in range(20):
        if page.locator(".shared-values .deed s").count():
            break
        page.locator("[data-walk=on]").click()
    told = [re.sub(r"[^\w -]", "", text) for text in deeds.all_inner_texts()]
    done = [re.search(r"(Thread-\d)\D*(\d)", text) for text in told]
    assert [found and found.groups() for found in done] == [
        ("Thread-1", "0"),
        ("Thread-2", "0"),
        ("Thread-2", "1"),
        ("Thread-1", "1"),
    ]
    row = page.locator(".shared-values tbody tr")
    assert row.locator("td").nth(0).inner_text() == "1"
    assert row.locator("td").nth(1).inner_text() == "1"
    crossed = page.locator(".shared-values .deed:has(s)")
    expect(crossed).to_have_count(1)
    expect(crossed).to_contain_text("Thread-2")
    expect(page.locator("#result .lost li:has(s)")).to_contain_text("Thread-2")

    # By hand: thread 1 reads, thread 2 does it all, thread 1 goes on. Then the mended program.
    with page.expect_navigation():
        page.locator(".searched .links a").first.click()
    press(page, "1")
    press(page, "1")
    play(page, "last")
    expect(page.locator(".players .said")).to_contain_text("final: 1")
    expect(page.locator(".result.outcome-finished")).to_be_visible()
    with page.expect_navigation():
        page.locator(".result a.button").click()
    expect(page).to_have_url(re.compile(re.escape(FIXED)))
    press(page, "1")
    press(page, "1")
    play(page, "last")
    expect(page.locator(".players .said")).to_contain_text("final: 2")
    expect(page.locator(".proof")).to_contain_text(UNBROKEN[language])


def play(page: Page, which: str) -> None:
    """Let the first or the last thread that can go on do so, until the program has ended."""
    for _ in range(40):
        if page.locator(".result").count():
            return
        able = getattr(page.locator(".player a[data-key]"), which)
        press(page, str(able.get_attribute("data-key")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_is_stopped_and_goes_further_by_its_buttons(
    open_page: Opener, language: str
) -> None:
    page = open_page(
        f"/{language}/threads/lock/lost-update?thread_count=4&increments=2&window=none"
    )
    page.locator("#search-button").click()
    expect(page.locator("#lanes .histogram")).to_be_visible(timeout=30_000)
    page.locator(".go .stop").click()
    expect(page.locator("#search-title")).to_be_visible(timeout=30_000)
    expect(page.locator(".searched [name=run-further]")).to_have_count(0)

    page = open_page(f"/{language}{LOST}")
    page.locator("#search-button").click()
    expect(page.locator("#search-title")).to_be_visible(timeout=30_000)
    expect(page.locator(".searched .histogram").nth(1).locator("li")).to_have_count(3)
    page.locator("[name=run-further]").click()
    expect(page.locator(".searched .histogram").nth(1).locator("li")).to_have_count(
        4, timeout=30_000
    )


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
    play(page, "last")
    expect(page.locator(".players .said")).to_contain_text("final: 1")
    with page.expect_navigation():
        page.locator(".result a.button").click()
    expect(page).to_have_url(re.compile(re.escape(FIXED)))
    play(page, "first")
    expect(page.locator(".proof")).to_be_visible()


def test_other_values_are_entered_without_letting_a_thread_go_on(open_page: Opener) -> None:
    page = open_page(f"/en{PLAY}")
    before = page.url
    page.locator("details.settings summary").click()
    page.locator("[name=increments]").fill("")
    page.keyboard.type("12")
    page.keyboard.press("Backspace")
    assert page.url == before
    page.locator("[name=window][value=call]").check(force=True)
    with page.expect_navigation():
        page.locator(".settings [type=submit]").click()
    assert "window=call" in page.url
    assert "increments=1&" in f"{page.url}&"
    expect(page.locator(".player a").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_everything_fits(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{PLAY}")
    page.locator("details.settings summary").click()
    assert violations(page) + misfits(page) == []
    press(page, "1")
    press(page, "1")
    assert violations(page) + misfits(page) == []
    page = open_page(f"/{language}{LOST}")
    page.locator("#search-button").click()
    expect(page.locator("#search-title")).to_be_visible(timeout=30_000)
    assert violations(page) + misfits(page) == []
