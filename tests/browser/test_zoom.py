"""At 200 % and 400 %, and with many workers, nothing is cut off, covered or out of reach.

test_axe.py tests that all other pages fit.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener, Site
from tests.browser.layout import misfits
from tests.browser.tcp_proxy import RESULT, TcpProxy
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
    """Wait for a result, step to its end, and unfold everything."""
    page.locator("#result > .result").wait_for()
    for walk in page.locator("run-lanes").all():
        if walk.locator("[data-walk=last]").is_visible():
            walk.locator("[data-walk=last]").click()
        expect(walk.locator(".now td").first).not_to_be_empty()
    page.locator("main details:not(.menu)").evaluate_all(
        "all => all.forEach(one => { one.removeAttribute('name'); one.open = true })"
    )


@EVERY_LANGUAGE
def test_a_result_of_many_workers_and_its_own_page_fit(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{MANY_WORKERS}")
    page.locator("#run-button").click()
    finish(page)
    assert misfits(page) == []
    page.goto(str(page.locator(".kept a").first.evaluate("link => link.href")))
    finish(page)
    assert misfits(page) == []


@EVERY_LANGUAGE
def test_many_runs_of_many_workers_fit(open_page: Opener, live_site: Site, language: str) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(f"/{language}{MANY_WORKERS}", base=proxy.url)
        proxy.hold(RESULT)
        page.locator("#repeat-button").click()
        # Each run has twenty processes; more runs are no wider.
        page.locator(".run-line").nth(4).wait_for()
        page.locator(".button.stop").click()
        proxy.release()
        finish(page)
        assert misfits(page) == []


@EVERY_ZOOM
@EVERY_LANGUAGE
def test_everything_can_be_used_when_zoomed(
    open_page: Opener, language: str, zoom: dict[str, Any]
) -> None:
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
    expect(page.locator("#p-thread_count")).to_have_value({"en": "۹", "fa": "9"}[language])


def is_within_the_window(sheet: Locator) -> bool:
    """Return whether a menu is no wider than the window, and scrolls if it is higher."""
    fits: bool = sheet.evaluate(
        """(sheet) => {
          const { left, right, height } = sheet.getBoundingClientRect();
          return left >= 0 && right <= innerWidth && height <= innerHeight;
        }"""
    )
    return fits
