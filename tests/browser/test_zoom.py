"""At 200 % and 400 %, and with many workers: nothing is cut off, covered or out of reach.

What else fits is tested with what axe finds, in test_axe.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cable import RESULT, Cable
from tests.browser.conftest import Opener, Site
from tests.browser.layout import misfits
from tests.browser.test_pages import LANGUAGES, background

ZOOMED = [
    {"viewport": {"width": 640, "height": 360}, "device_scale_factor": 2},
    {"viewport": {"width": 320, "height": 180}, "device_scale_factor": 4},
]
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
EVERY_ZOOM = pytest.mark.parametrize("zoom", ZOOMED, ids=["200 %", "400 %"])
EVERYTHING = "/threads/lock/lock-around-everything"
MANY_WORKERS = "/processes/process-subclass/named-subclass?count=20&start_method=fork"


def finish(page: Page) -> None:
    """Wait for a result, go to the end of it, and open all that folds away."""
    page.locator("#result > .result").wait_for()
    for walk in page.locator(".walk").all():
        walk.locator("[data-walk=last]").click()
        expect(walk.locator(".now td").first).not_to_be_empty()
    page.locator("main details:not(.menu)").evaluate_all(
        "all => all.forEach(one => { one.open = true })"
    )


@EVERY_LANGUAGE
def test_a_result_of_many_workers_and_the_page_that_keeps_it_fit(
    open_page: Opener, language: str
) -> None:
    page = open_page(f"/{language}{MANY_WORKERS}")
    page.locator("#run-button").click()
    finish(page)
    assert misfits(page) == []
    page.goto(str(page.locator(".kept a").first.evaluate("link => link.href")))
    finish(page)
    assert misfits(page) == []


@EVERY_LANGUAGE
def test_many_runs_of_many_workers_fit(open_page: Opener, live_site: Site, language: str) -> None:
    with Cable(live_site.port) as cable:
        page = open_page(f"/{language}{MANY_WORKERS}", base=cable.url)
        cable.hold(RESULT)
        page.locator("#repeat-button").click()
        # Each has twenty processes, and what more of them show is no wider.
        page.locator(".run-line").nth(4).wait_for()
        page.locator(".button.stop").click()
        cable.let_go()
        finish(page)
        assert misfits(page) == []


@EVERY_ZOOM
@EVERY_LANGUAGE
def test_everything_can_be_used(open_page: Opener, language: str, zoom: dict[str, Any]) -> None:
    page = open_page(f"/{language}/", **zoom)
    page.locator(".chapters summary").click()
    assert is_within_the_window(page.locator(".chapters-sheet"))
    page.locator(".chapters-sheet [href$='/threads/lock']").click()
    page.wait_for_url(f"**{EVERYTHING}")
    page.locator("#p-thread_count").fill("9")
    page.locator("#p-sleep_seconds").fill("1")
    page.locator("#run-button").click()
    page.locator(".line").first.wait_for()
    page.locator(".button.stop").click()
    page.locator("#result > .outcome-cancelled").wait_for()
    page.locator("[data-walk=on]").click()
    expect(page.locator(".now td").first).not_to_be_empty()
    page.locator("#repeat-button").click()
    page.locator(".button.stop").click()
    page.locator("#result > .repeats").wait_for()
    page.locator(".compare-menu summary").click()
    assert is_within_the_window(page.locator(".compare-menu .menu-sheet"))
    page.keyboard.press("Escape")
    before = background(page)
    page.locator("#theme-switch").click()
    expect(page.locator("body")).not_to_have_css("background-color", before)
    page.locator(".languages a").click()
    expect(page.locator("#p-thread_count")).to_have_value("9")


def is_within_the_window(sheet: Locator) -> bool:
    """Tell whether a menu is as wide as the window at most, and scrolls where it is higher."""
    fits: bool = sheet.evaluate(
        """(sheet) => {
          const { left, right, height } = sheet.getBoundingClientRect();
          return left >= 0 && right <= innerWidth && height <= innerHeight;
        }"""
    )
    return fits
