"""The site with the keyboard only: what is reached, whether the focus shows, where it goes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Site
from tests.browser.tcp_proxy import RESULT, TcpProxy, retry_soon
from tests.browser.test_pages import LANGUAGES, background

LOST_UPDATE = "/threads/lock/lost-update"
EVERYTHING = "/threads/lock/lock-around-everything"
QUICK = f"{EVERYTHING}?thread_count=10&sleep_seconds=0.05"
ENDINGS = "/threads/endings/end-somehow"
COMPARED = "/compare?a=lock/lock-around-everything&b=lock/lock-around-the-message"
ENDLESS = "/compare?a=endings/end-somehow&b=endings/end-somehow&a-how=never"
PAGES = ["/", LOST_UPDATE, "/beyond/deadlock/opposite-order", COMPARED, "/record", "/api"]
MOST_STOPS = 400
SMALLEST = 24
"""Pixels, in WCAG 2.5.8."""

# All elements that HTML makes focusable; of a group of radio buttons, the checked one. A group with
# none checked is reached at its first one, and backwards at its last: the first stands for it.
REACHABLE = """
  () => {
    window.inPlaceOf = (one) => {
      if (one.type !== "radio") {
        return one;
      }
      const group = [...document.querySelectorAll(`[type=radio][name="${CSS.escape(one.name)}"]`)];
      return group.find((other) => other.checked) ?? group[0];
    };
    window.reachable = [...document.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']"
    )].filter((one) =>
      one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }) &&
      window.inPlaceOf(one) === one
    );
    return window.reachable.length;
  }
"""

# The focused element: its index, whether the focus shows and anything covers it, and its size. A
# radio button shows the focus on the text beside it. A link in a sentence may have any height; a
# link alone on its line is as high as the line.
STOP = """
  () => {
    const one = document.activeElement;
    const outlined = [one, one.nextElementSibling].some((shown) => {
      const style = shown && getComputedStyle(shown);
      return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    const target = one.closest("label") ?? one;
    const box = target.getBoundingClientRect();
    const middle = (from, to, most) => (Math.max(from, 0) + Math.min(to, most)) / 2;
    const over = document.elementFromPoint(
      middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight)
    );
    const { display, lineHeight } = getComputedStyle(target);
    const inline = display === "inline" && target instanceof HTMLElement;
    const alone = target.parentElement.textContent.trim() === target.textContent.trim();
    const height = !inline ? box.height : alone ? parseFloat(lineHeight) : Infinity;
    return {
      at: window.reachable.indexOf(window.inPlaceOf(one)),
      html: one.outerHTML.slice(0, 200),
      outlined,
      uncovered: target.contains(over) || over?.contains(target),
      visible: box.bottom > 0 && box.top < innerHeight,
      size: Math.min(box.width, height),
    };
  }
"""


# Each stop is noted when its key goes up: then the page has scrolled to it.
NOTE_STOPS = f"""
  (first) => {{
    const note = () => window.stops.push(({STOP})());
    window.stops = [];
    window.noted ??= addEventListener("keyup", ({{ key }}) => key === "Tab" && note()) ?? true;
    window.reachable.at(first).focus();
    note();
    return window.reachable.length;
  }}
"""


def stops(page: Page, key: str, first: int) -> list[dict[str, Any]]:
    """Return every element that a key focuses after the first, until one repeats."""
    for _ in range(page.evaluate(NOTE_STOPS, first)):
        page.keyboard.press(key)
    found: list[dict[str, Any]] = []
    for stop in page.evaluate("window.stops"):
        # After the last element the browser's own controls follow, or the first again.
        if stop["at"] < 0 or stop["at"] in [one["at"] for one in found]:
            break
        found.append(stop)
    return found[1:]


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press the key until a matching element has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is never reached")


def focused(page: Page) -> str:
    """Return the focused element's id, or its class, or its tag."""
    name: str = page.evaluate(
        "(({ id, className, tagName }) => id || className || tagName)(document.activeElement)"
    )
    return name


def finish(page: Page) -> None:
    page.locator("#result > .result").wait_for()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", PAGES)
def test_every_element_is_reached_shows_the_focus_and_is_large_enough(
    open_page: Opener, address: str, language: str
) -> None:
    page = open_page(f"/{language}{address}")
    if page.locator("#run-button").count():
        page.locator("#run-button").click()
        finish(page)
    page.locator("main details:not(.menu)").evaluate_all(
        "all => all.forEach(one => { one.removeAttribute('name'); one.open = true })"
    )
    onwards = list(range(page.evaluate(REACHABLE)))
    # No element is left out, and none keeps the focus.
    for key, expected in (("Tab", onwards), ("Shift+Tab", onwards[::-1])):
        found = stops(page, key, expected[0])
        assert [one["at"] for one in found] == expected[1:], key
        for one in found:
            assert one["outlined"], one
            assert one["uncovered"], one
            assert one["visible"], one
            assert one["size"] >= SMALLEST, one


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_topic_is_reached_past_the_menus_and_through_them(
    open_page: Opener, language: str
) -> None:
    page = open_page(f"/{language}/")
    page.keyboard.press("Tab")
    assert focused(page) == "skip-link"
    page.keyboard.press("Enter")
    assert focused(page) == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main')") is not None
    tab_to(page, ".chapters summary", "Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".chapters-sheet a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".chapters-sheet")).to_be_hidden()
    expect(page.locator(".chapters summary")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "[href$='/threads/lock']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{language}{EVERYTHING}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_can_be_entered_and_a_run_started_stopped_and_stepped_through(
    open_page: Opener, language: str
) -> None:
    page = open_page(
        f"/{language}{EVERYTHING}?sleep_seconds=1"
    )  # nine seconds, until it is cancelled
    tab_to(page, "#p-thread_count")
    page.keyboard.press("Control+A")
    page.keyboard.type("9")
    tab_to(page, "#run-button")
    page.keyboard.press("Enter")
    page.locator(".line").first.wait_for()
    expect(page.locator(".button.stop")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#result > .outcome-cancelled").wait_for()
    assert focused(page) == "run-button"
    tab_to(page, "#screen")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".line.marked")).to_have_count(1)
    tab_to(page, ".walk input")
    expect(page.locator("run-lanes")).to_have_attribute("data-loaded", "")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".walk-now")).not_to_be_empty()


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_theme_and_comparison_can_be_chosen(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{EVERYTHING}?thread_count=9&sleep_seconds=0.5")
    tab_to(page, ".languages a")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: f"/{language}/" not in url)
    expect(page.locator("#p-thread_count")).to_have_value({"en": "۹", "fa": "9"}[language])
    before = background(page)
    tab_to(page, "#theme-switch")
    page.keyboard.press("Enter")
    expect(page.locator("body")).not_to_have_css("background-color", before)
    assert focused(page) == "theme-switch"
    tab_to(page, ".compare-menu summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?**")
    tab_to(page, "#demo-a")
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**#demo-a")
    expect(page.locator("#demo-a")).to_be_focused()


@pytest.mark.parametrize(
    ("address", "button", "shows"),
    [
        (f"{ENDINGS}?how=never", "#run-button", ".line"),
        (f"{ENDINGS}?how=sleep", "#repeat-button", ".run-line"),
        (ENDLESS, "#run-button", ".line"),
    ],
    ids=["a run", "many runs", "a comparison"],
)
def test_stop_returns_the_focus_to_the_button_that_started(
    open_page: Opener, small_site: Site, address: str, button: str, shows: str
) -> None:
    page = open_page(f"/en{address}", base=small_site.url)
    tab_to(page, button)
    page.keyboard.press("Enter")
    page.locator(shows).first.wait_for()
    tab_to(page, ".button.stop")
    page.keyboard.press("Enter")
    expect(page.locator(".button.stop")).to_have_count(0)
    expect(page.locator(button)).to_be_focused()


def test_when_a_run_ends_the_focus_goes_from_stop_to_run(
    open_page: Opener, live_site: Site
) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(f"/en{QUICK}", base=proxy.url)
        proxy.hold(RESULT)
        tab_to(page, "#run-button")
        page.keyboard.press("Enter")
        page.locator(".line").first.wait_for()
        tab_to(page, ".button.stop")
        proxy.release()
        finish(page)
        expect(page.locator("#run-button")).to_be_focused()


def test_when_a_connection_is_lost_the_focus_goes_from_stop_to_run(
    open_page: Opener, small_site: Site, complaints: list[str]
) -> None:
    with TcpProxy(small_site.port) as proxy:
        page = open_page(f"/en{ENDINGS}?how=never", base=proxy.url)
        retry_soon(page)
        tab_to(page, "#run-button")
        page.keyboard.press("Enter")
        page.locator(".line").first.wait_for()
        tab_to(page, ".button.stop")
        proxy.cut()
        expect(page.locator(".button.stop")).to_have_count(0)
        expect(page.locator("#run-button")).to_be_focused()
    complaints.clear()


def test_after_clearing_the_list_the_focus_is_on_the_content(open_page: Opener) -> None:
    page = open_page(f"/en{LOST_UPDATE}")
    page.locator("#run-button").press("Enter")
    finish(page)
    tab_to(page, "#recent button")
    page.keyboard.press("Enter")
    expect(page.locator("#recent")).to_be_hidden()
    assert focused(page) == "content"


def test_the_end_of_a_run_does_not_move_a_focus_that_is_elsewhere(
    open_page: Opener, live_site: Site
) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(f"/en{QUICK}", base=proxy.url)
        proxy.hold(RESULT)
        page.locator("#run-button").click()
        page.locator(".line").first.wait_for()
        tab_to(page, ".button.stop")
        page.locator("h1").click()
        proxy.release()
        finish(page)
        assert focused(page) == "content"


def test_arrow_keys_step_through_a_run_from_its_picture_and_its_buttons(open_page: Opener) -> None:
    page = open_page(f"/en{QUICK}")
    page.locator("#run-button").click()
    finish(page)
    page.mouse.move(0, 0)  # a line of the transcript may come under it, and has its own step
    slider = page.locator(".walk input")
    first = int(slider.input_value())
    page.locator("figure.lanes").focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value(str(first + 1))
    page.locator(".walk button").first.focus()
    for key, step in (("ArrowRight", first + 2), ("ArrowLeft", first + 1), ("Home", 0)):
        page.keyboard.press(key)
        expect(slider).to_have_value(str(step))


def test_arrow_keys_choose_an_option_of_a_parameter(open_page: Opener) -> None:
    page = open_page(f"/en{LOST_UPDATE}")
    tab_to(page, "[name=window]")
    first = page.evaluate("document.activeElement.value")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") != first
    expect(page).to_have_url(re.compile(r"window=(?!" + first + r"\b)"))
