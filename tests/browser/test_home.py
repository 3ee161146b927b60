"""The home page in a browser: the recorded run, the visitor's own run, the menu of topics."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

EVERY_LANGUAGE = pytest.mark.parametrize("language", ["en", "fa"])
PHONE = {"width": 360, "height": 740}


def hero_animations(page: Page) -> int:
    """Return how many animations uncover the lanes of the recorded run."""
    return int(
        page.evaluate(
            "document.querySelector('#hero .picture').getAnimations({subtree: true})"
            ".filter((one) => one.animationName === 'hero').length"
        )
    )


@EVERY_LANGUAGE
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE])
def test_the_recorded_run_is_in_the_first_screen(
    open_page: Opener, language: str, viewport: dict[str, int]
) -> None:
    page = open_page(f"/{language}/", viewport=viewport)
    box = page.locator("#hero .lanes-time").bounding_box()
    assert box
    assert box["width"] > 100
    # On a phone the lanes begin in the first screen: their names stand above them.
    shown = box["height"] if viewport != PHONE else 100
    assert box["y"] + shown <= viewport["height"]
    expect(page.locator("#hero .walk")).to_have_count(0)


def test_the_recorded_run_is_played_once_and_marks_its_lines(open_page: Opener) -> None:
    page = open_page("/en/", alone=True, reduced_motion="no-preference")
    expect(page.locator("#hero .marked")).to_have_count(1)
    expect(page.locator("#hero .marked")).to_have_count(0)
    page.wait_for_function("document.querySelector('#hero .picture').getAnimations().length === 0")


def test_the_recorded_run_is_still_where_motion_is_unwanted(open_page: Opener) -> None:
    page = open_page("/en/", alone=True, reduced_motion="reduce")
    assert hero_animations(page) == 0
    expect(page.locator("#hero .marked")).to_have_count(0)
    expect(page.locator("#hero .lanes-time .picture")).to_be_visible()


@pytest.mark.parametrize(("language", "unknown", "second"), [("en", "?", "1."), ("fa", "؟", "۱٫")])
def test_a_run_shows_its_time_large_beside_that_of_one_after_the_other(
    open_page: Opener, language: str, unknown: str, second: str
) -> None:
    page = open_page(f"/{language}/")
    expect(page.locator(".versus-now span")).to_have_text(unknown)
    page.locator("#run-button").click()
    page.locator("#result .result").wait_for()
    shown = page.locator(".versus-now span")
    expect(shown).to_contain_text(second)
    bar, all_ = (page.locator(".versus progress").nth(at) for at in (1, 0))
    assert bar.evaluate("bar => bar.value / bar.max") < 0.9
    assert all_.evaluate("bar => bar.value / bar.max") == 1
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert shown.evaluate(size) > 2 * page.locator(".versus dt").first.evaluate(size)


@EVERY_LANGUAGE
def test_the_menu_has_all_topics_in_sight_on_a_wide_screen(
    open_page: Opener, language: str
) -> None:
    page = open_page(f"/{language}/", viewport={"width": 1280, "height": 800})
    page.locator(".chapters summary").click()
    links = page.locator(".chapters-sheet li a")
    assert links.count() >= 24
    for link in (links.first, links.last):
        box = link.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 1280
        assert box["y"] + box["height"] <= 800
    expect(page.locator(".menu-more").first).to_be_hidden()


@EVERY_LANGUAGE
def test_a_menu_that_is_cut_off_says_that_there_is_more(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}/", viewport=PHONE)
    page.locator(".chapters summary").click()
    more = page.locator(".chapters .menu-more")
    expect(more).to_be_visible()
    expect(more).to_be_in_viewport()
    page.locator(".chapters-sheet").evaluate("sheet => sheet.scrollTo(0, sheet.scrollHeight)")
    expect(more).to_be_hidden()
    expect(page.locator(".chapters-sheet li a").last).to_be_in_viewport()


def test_the_menu_opens_at_the_current_topic(open_page: Opener) -> None:
    page = open_page("/en/beyond/speed-up/amdahl", viewport=PHONE)
    page.locator(".chapters summary").click()
    expect(page.locator(".chapters-sheet [aria-current]")).to_be_in_viewport()
