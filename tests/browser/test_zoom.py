"""At 200 % and 400 %, and on any screen: nothing is cut off, covered or out of reach.

A window of 1280 pixels is 640 wide at 200 %, and 320 wide at 400 % (WCAG 1.4.4 and 1.4.10).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener, Site
from tests.browser.layout import misfits
from tests.browser.test_pages import LANGUAGES, NOT_FOUND, REFUSED, background
from webapp.lessons.folders import find_topics
from webapp.lessons.topic import Topic

WIDTHS = [1280, 768, 640, 360, 320]
ZOOMED = [
    {"viewport": {"width": 640, "height": 360}, "device_scale_factor": 2},
    {"viewport": {"width": 320, "height": 180}, "device_scale_factor": 4},
]
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
EVERY_ZOOM = pytest.mark.parametrize("zoom", ZOOMED, ids=["200 %", "400 %"])
EVERYTHING = "/threads/lock/lock-around-everything"
LOST_UPDATE = "/threads/lock/lost-update"
MANY_WORKERS = "/processes/process-subclass/named-subclass?count=20&start_method=fork"
COMPARED = (
    "/compare?a=lock/lock-around-everything&a-sleep_seconds=0.2"
    "&b=lock/lock-around-the-message&b-sleep_seconds=0.2"
)
ALL_SECONDS = 30


def unfold(page: Page) -> None:
    page.locator("main details:not(.menu)").evaluate_all(
        "all => all.forEach(one => { one.open = true })"
    )


def finish(page: Page) -> None:
    """Wait for a result, go to the end of it, and open all that folds away."""
    page.locator("#result > .result").wait_for(timeout=ALL_SECONDS * 1000)
    for walk in page.locator(".walk").all():
        walk.locator("[data-walk=last]").click()
        expect(walk.locator(".now td").first).not_to_be_empty()
    unfold(page)


@EVERY_LANGUAGE
@pytest.mark.parametrize("topic", find_topics(), ids=lambda topic: topic.slug)
def test_a_topic_fits(open_page: Opener, topic: Topic, language: str) -> None:
    page = open_page(f"/{language}/{topic.chapter}/{topic.slug}")
    # The page asks for an example of a run by itself.
    page.wait_for_load_state("networkidle")
    unfold(page)
    assert misfits(page, WIDTHS) == []


@EVERY_LANGUAGE
def test_every_page_that_is_no_demos_fits(
    open_page: Opener, live_site: Site, language: str
) -> None:
    page = open_page(f"/{language}/")
    sitemap = page.request.get(f"{live_site.url}/sitemap.xml").text()
    chapters = "|".join({topic.chapter for topic in find_topics()})
    for address in re.findall(rf"<loc>(\S+/{language}/(?!{chapters}).*)</loc>", sitemap):
        page.goto(address)
        unfold(page)
        assert misfits(page, WIDTHS) == [], address


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", [EVERYTHING, MANY_WORKERS, COMPARED])
def test_a_result_and_the_page_that_keeps_it_fit(
    open_page: Opener, address: str, language: str
) -> None:
    page = open_page(f"/{language}{address}")
    page.locator("#run-button").click()
    finish(page)
    assert misfits(page, WIDTHS) == []
    page.goto(str(page.locator(".kept a").first.evaluate("link => link.href")))
    finish(page)
    assert misfits(page, WIDTHS) == []


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", [LOST_UPDATE, MANY_WORKERS])
def test_thirty_runs_fit(open_page: Opener, address: str, language: str) -> None:
    page = open_page(f"/{language}{address}")
    page.locator("#repeat-button").click()
    finish(page)
    assert misfits(page, WIDTHS) == []


@EVERY_LANGUAGE
def test_what_is_refused_fits(open_page: Opener, complaints: list[str], language: str) -> None:
    for address in ("/nowhere", f"{LOST_UPDATE}?thread_count=99&unknown=1"):
        assert misfits(open_page(f"/{language}{address}"), WIDTHS) == []
    assert complaints == [NOT_FOUND, REFUSED]
    complaints.clear()


@EVERY_ZOOM
@EVERY_LANGUAGE
def test_everything_can_be_used(open_page: Opener, language: str, zoom: dict[str, Any]) -> None:
    page = open_page(f"/{language}/", **zoom)
    page.locator(".chapters summary").click()
    assert is_within_the_window(page.locator(".chapters-sheet"))
    page.locator(".chapters-sheet [href$='/threads/lock']").click()
    page.wait_for_url(f"**{EVERYTHING}")
    page.locator("#p-thread_count").fill("9")
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
    assert background(page) != before
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
