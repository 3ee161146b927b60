"""What a page does when nothing was run, when it is loaded again, and when its values change."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Site
from tests.browser.test_pages import REFUSED
from tests.browser.test_running import process

ENDLESS = "/en/threads/endings/end-somehow?how=never"
QUICK = "/en/threads/lock/lock-around-everything?thread_count=2&sleep_seconds=0.1"
LOST_UPDATE = "/en/threads/lock/lost-update"
SLEEPY = "/en/threads/endings/end-somehow?how=sleep"  # runs one at a time on the small site
COMPARED = (
    "/en/compare?a=lock/lock-around-everything&b=lock/lock-around-the-message"
    "&a-sleep_seconds=0.2&b-sleep_seconds=0.5"
)
WAYS = ["reload", "Back", "language"]
PERSIAN = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")
STALE = "This result belongs to other values."
NARROWEST = 240
FINGER = 44
"""Pixels."""


def run(page: Page) -> None:
    page.locator("#run-button").click()
    page.locator("#result > .result").wait_for()


def leave_and_return(page: Page, how: str) -> None:
    """Reload a page, go away and back, or change its language."""
    if how == "reload":
        page.reload()
    elif how == "Back":
        page.locator(".brand").click()
        page.wait_for_url("**/en/")
        page.go_back()
    else:
        page.locator(".languages a").click()
        page.wait_for_url("**/fa/**")


def test_without_a_connection_the_page_says_so_and_keeps_what_it_shows(
    open_page: Opener, complaints: list[str]
) -> None:
    page = open_page(QUICK, alone=True)
    hint = page.locator("#transcript").inner_text()
    page.context.set_offline(True)
    page.locator("#run-button").click()
    expect(page.locator("#status")).to_contain_text("nothing was run")
    assert page.locator("#transcript").inner_text() == hint
    page.context.set_offline(False)
    run(page)
    lines = page.locator(".line").count()
    page.context.set_offline(True)
    page.locator("#run-button").click()
    expect(page.locator("#status")).to_contain_text("nothing was run")
    expect(page.locator(".line")).to_have_count(lines)
    expect(page.locator("#run-button")).to_be_visible()
    complaints.clear()


def test_after_a_refusal_the_status_says_so_and_the_earlier_run_stays(
    open_page: Opener, complaints: list[str]
) -> None:
    page = open_page(QUICK)
    run(page)
    lines, clock = page.locator(".line").count(), page.locator("#clock").inner_text()
    page.locator("#p-thread_count").fill("99")
    for _ in range(3):
        page.locator("#run-button").click()
        expect(page.locator("#status")).to_contain_text("Nothing was run")
        expect(page.locator("#p-thread_count")).to_be_focused()
    assert page.locator(".line").count() == lines
    assert page.locator("#clock").inner_text() == clock
    # And nothing else: no style that the policy forbids.
    assert complaints == [REFUSED] * 3
    complaints.clear()


def test_a_full_server_is_told_in_the_status(
    open_page: Opener, small_site: Site, complaints: list[str]
) -> None:
    pages = [open_page(ENDLESS, base=small_site.url) for _ in range(3)]
    for page in pages[:2]:
        page.locator("#run-button").click()
        page.locator(".go .stop").wait_for()
    pages[2].locator("#run-button").click()
    alert = pages[2].locator("#result > [role=alert] strong")
    alert.wait_for()
    expect(pages[2].locator("#status")).to_have_text(alert.inner_text())
    expect(pages[2].locator("#clock")).to_be_empty()
    for page in pages[:2]:
        page.locator(".go .stop").click()
    complaints.clear()


def clock(page: Page) -> float:
    """Return the seconds on the clock."""
    return float(page.locator("#clock").inner_text().removesuffix("s"))


def test_a_reload_during_a_run_goes_on_with_it(open_page: Opener, small_site: Site) -> None:
    page = open_page(ENDLESS, base=small_site.url)
    page.locator("#run-button").click()
    page.locator(".line").wait_for()
    running = process(page)
    expect(page.locator("#clock")).to_have_text(re.compile(r"^(0\.[5-9]|[1-9])"))
    before = clock(page)
    page.reload()
    page.locator(".line").wait_for()
    assert process(page) == running
    expect(page.locator("#clock")).to_have_text(re.compile(r"\d s$"))
    assert clock(page) >= before
    expect(page.locator("#run-button")).to_be_hidden()
    page.locator(".go .stop").click()
    page.locator("#result > .outcome-cancelled").wait_for()


@pytest.mark.parametrize("how", WAYS)
def test_an_ended_run_is_still_there(open_page: Opener, how: str) -> None:
    page = open_page(QUICK)
    run(page)
    ran = process(page)
    leave_and_return(page, how)
    page.locator("#result > .result").wait_for()
    assert process(page) == ran
    # It is the visitor's own run, and not called a recorded one.
    expect(page.locator(".example")).to_have_count(0)
    expect(page.locator(".headline")).to_be_visible()
    expect(page.locator("#clock")).to_have_text(re.compile(r"^[0-9۰-۹]+[.٫][0-9۰-۹]{3} (s|ث)$"))


@pytest.mark.parametrize("how", WAYS)
def test_thirty_runs_go_on_and_are_still_there(
    open_page: Opener, small_site: Site, how: str
) -> None:
    page = open_page(SLEEPY, base=small_site.url)
    page.locator("#repeat-button").click()
    page.locator(".run-line").nth(3).wait_for()
    first = page.locator(".run-line .time").first.inner_text()
    leave_and_return(page, how)
    if how == "language":
        first = first.translate(PERSIAN)
    expect(page.locator(".run-line .time").first).to_have_text(first)
    page.locator("#result > .repeats").wait_for()
    expect(page.locator(".run-line")).to_have_count(30)
    expect(page.locator("#lanes a.dot")).to_have_count(30)
    times = page.locator(".run-line .time").all_text_contents()
    page.reload()
    page.locator("#result > .repeats").wait_for()
    assert page.locator(".run-line .time").all_text_contents() == times
    expect(page.locator("#lanes a.dot")).to_have_count(30)


@pytest.mark.parametrize("how", WAYS)
def test_a_comparison_goes_on_and_is_still_there(open_page: Opener, how: str) -> None:
    page = open_page(COMPARED)
    page.locator("#run-button").click()
    page.locator("#b-transcript .line").first.wait_for()
    ran = process(page, "#a-transcript")
    leave_and_return(page, how)
    page.locator("#result > .comparison").wait_for()
    assert process(page, "#a-transcript") == ran
    page.reload()
    page.locator("#result > .comparison").wait_for()
    assert process(page, "#a-transcript") == ran


def test_a_run_of_other_values_is_not_brought_back(open_page: Opener) -> None:
    page = open_page(QUICK)
    run(page)
    page.goto(page.url.replace("thread_count=2", "thread_count=3"))
    expect(page.locator("#transcript .empty")).to_be_visible()
    expect(page.locator(".line")).to_have_count(0)


def test_a_changed_value_marks_the_result_until_it_is_undone(open_page: Opener) -> None:
    page = open_page(QUICK)
    field, status = page.locator("#p-thread_count"), page.locator("#status")
    field.fill("4")
    expect(status).not_to_contain_text(STALE)
    field.fill("2")
    run(page)
    expect(status).to_have_text("Finished")
    field.fill("5")
    expect(status).to_contain_text(STALE)
    expect(page.locator("main")).to_have_class(re.compile("stale"))
    field.fill("2")
    expect(status).to_have_text("Finished")
    field.fill("5")
    run(page)
    expect(status).to_have_text("Finished")
    expect(page.locator("main")).not_to_have_class(re.compile("stale"))


@pytest.mark.parametrize(
    "address", [LOST_UPDATE, LOST_UPDATE.replace("/en/", "/fa/"), "/en/record"]
)
def test_the_narrowest_page_does_not_scroll_sideways(open_page: Opener, address: str) -> None:
    page = open_page(address, viewport={"width": NARROWEST, "height": 600})
    if page.locator("#run-button").count():
        run(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST


def test_controls_and_links_are_high_enough_for_a_finger(open_page: Opener) -> None:
    page = open_page(QUICK, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    run(page)
    expect(page.locator("#recent")).to_be_visible()
    page.locator("#result details").evaluate_all(
        "all => all.forEach(one => { one.removeAttribute('name'); one.open = true; })"
    )
    small = page.locator(
        "#result :is(a, button, summary):not(.stated *), #recent :is(a, button), "
        ".walk :is(button, select, input), .site-header :is(a, button, summary), "
        ".site-footer a, .panel-head a, .launch :is(.entry input, .button, .segment, .check), "
        ".question .segment"
    ).evaluate_all(
        "(all, finger) => all.filter(one => one.checkVisibility() && "
        "one.getBoundingClientRect().height < finger).map(one => one.outerHTML)",
        FINGER,
    )
    assert small == []
