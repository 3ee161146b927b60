"""What a run showed: the headline, the ring of a deadlock, and the parts of the result."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.test_pages import LANGUAGES

LOST_UPDATE = "/threads/lock/lost-update"
DEADLOCK = "/beyond/deadlock/opposite-order"
SAID = {
    "en": (r"\d+ of 800 updates were lost\.", "as this trap intends"),
    "fa": (r"از .*۸۰۰.* به‌روزرسانی .* گم شد", "همان که این دام می‌خواهد"),
}


def run(page: Page) -> None:
    page.locator("#run-button").click()
    page.locator("#result > .result").wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trap_says_what_it_showed_with_its_numbers(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{LOST_UPDATE}", viewport={"width": 1280, "height": 800})
    run(page)
    headline = page.locator("#lanes > .headline")
    text, intended = SAID[language]
    expect(headline).to_have_class(re.compile("tone-trap"))
    expect(headline).to_contain_text(re.compile(text))
    expect(headline).to_contain_text(intended)
    expect(headline).to_be_in_viewport(ratio=1)


def test_a_trap_that_showed_nothing_does_not_say_so(open_page: Opener) -> None:
    page = open_page(f"/en{LOST_UPDATE}?thread_count=1")
    run(page)
    headline = page.locator("#lanes > .headline")
    expect(headline).to_have_text(re.compile(r"^\s*No update was lost: all 200 arrived\.\s*$"))
    expect(headline).to_have_class(re.compile("tone-plain"))


def test_a_demo_without_a_headline_says_its_outcome(open_page: Opener) -> None:
    page = open_page("/en/processes/name-a-process/renamed-inside")
    run(page)
    headline = page.locator("#lanes > .headline")
    expect(headline).to_have_class(re.compile("tone-good"))
    expect(headline).to_contain_text(re.compile(r"what the parent calls the child.*:\s+old name"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_deadlock_says_once_who_waits_for_whom(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{DEADLOCK}", viewport={"width": 1280, "height": 800})
    run(page)
    expect(page.locator(".headline .waits li")).to_have_count(2)
    for name in ("ada", "bob", "printer", "scanner"):
        expect(page.locator(".waits li", has_text=name).first).to_be_in_viewport(ratio=1)
    expect(page.locator(".headline .cycle")).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".cycle")).to_have_count(1)
    text = page.locator(".headline-text").inner_text().split(".")[0]
    assert page.locator("main").inner_text().count(text) == 1


def test_the_parts_of_a_result_are_tabs_without_a_script(open_page: Opener) -> None:
    page = open_page(
        "/en/threads/lock/lock-around-everything?sleep_seconds=0.1", java_script_enabled=False
    )
    page.locator("#run-button").click()
    names = page.locator(".layers > details > summary")
    expect(names).to_have_text(["Checks", "Timing", "Table", "Receipt", "Share"])
    tops = [box["y"] for one in names.all() if (box := one.bounding_box())]
    assert len(tops) == 5
    assert max(tops) - min(tops) < 1
    expect(page.locator(".layers > [open]")).to_have_count(1)
    expect(page.locator(".layers .claims")).to_be_visible()
    names.nth(2).click()
    expect(page.locator(".layers .claims")).to_be_hidden()
    expect(page.locator(".layers .table-frame")).to_be_visible()
