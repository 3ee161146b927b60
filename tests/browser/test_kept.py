"""Stored runs: the link, the list of one's own runs, and the example before the first run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opener, Site, show_example
from tests.browser.test_running import run

QUICK = "/en/threads/lock/lock-around-the-message?thread_count=2&sleep_seconds=0.02"
EXAMPLES = "/en/threads/lock/try-lock"
DEMO = "/en/threads/define-a-thread/call-instead-of-target"
UNSEEN = "/en/processes/name-a-process/renamed-inside"


def ran(page: Page) -> Page:
    """Run the demo of a page to its end; return the page."""
    page.locator("#result").evaluate("earlier => earlier.replaceChildren()")
    page.locator("#run-button").click()
    page.locator("#result > .result").wait_for()
    return page


def share(page: Page) -> Page:
    """Open the layer of a result with its links; return the page."""
    page.locator("#result > .result .layers summary", has_text="Share").click()
    return page


def test_a_link_to_a_run_opens_in_either_language(open_page: Opener) -> None:
    page = ran(open_page(QUICK))
    lines = page.locator(".line .text").all_text_contents()
    link = share(page).get_by_role("link", name="Link to this run").get_attribute("href")
    assert link
    other = open_page(link)
    expect(other.locator("h1")).to_have_text("A lock around the message")
    assert other.locator(".line .text").all_text_contents() == lines
    other.get_by_role("link", name="فارسی").click()
    expect(other.locator("h1")).to_have_text("قفل فقط دور پیام")
    assert other.locator(".line .text").all_text_contents() == lines
    expect(other.locator("#result")).to_contain_text("آنچه باید برقرار باشد")
    other.get_by_role("link", name="باز کردن نمونه با همین پارامترها").click()
    expect(other.locator("#p-thread_count")).to_have_value("۲")
    expect(other.locator("#p-sleep_seconds")).to_have_value("۰٫۰۲")


def test_a_stored_run_can_be_stepped_through(open_page: Opener) -> None:
    link = ran(open_page(QUICK)).locator(".kept-page").get_attribute("href")
    page = open_page(str(link))
    page.locator("#screen").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".line.marked")).to_have_count(1)
    expect(page.locator(".code-line.marked")).to_have_count(1)


def test_the_link_can_be_copied(open_page: Opener) -> None:
    page = open_page(QUICK, permissions=["clipboard-read", "clipboard-write"])
    share(ran(page))
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator(".kept .copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".kept-page").evaluate("link => link.href")


def test_ones_own_runs_are_listed_in_the_language_of_the_page(
    open_page: Opener, live_site: Site
) -> None:
    page = open_page(QUICK)
    recent = page.locator("#recent")
    expect(recent).to_be_hidden()
    ran(page)
    expect(recent).to_be_visible()
    expect(recent.locator("li")).to_have_count(1)
    page.goto(live_site.url + QUICK.replace("2&", "1&"))
    ran(page)
    expect(recent.locator("li")).to_have_count(2)
    page.goto(f"{live_site.url}/fa/")
    newest = recent.locator("li").first
    expect(newest).to_contain_text("قفل فقط دور پیام")
    expect(newest).to_contain_text("تمام شد")
    expect(newest).to_contain_text(re.compile("[۰-۹]"))
    newest.get_by_role("link").click()
    expect(page.locator(".values")).to_contain_text("۱")
    page.get_by_role("button", name="پاک کردن فهرست").click()
    expect(recent).to_be_hidden()
    page.reload()
    expect(recent).to_be_hidden()


def test_the_list_has_the_last_ten_runs(open_page: Opener) -> None:
    page = open_page(QUICK)
    for _ in range(11):
        ran(page)
    links = page.locator("#recent a").evaluate_all("links => links.map(link => link.pathname)")
    assert len(set(links)) == 10
    assert links[0] == page.locator(".kept-page").get_attribute("href")


def test_a_run_that_is_only_opened_is_not_listed(open_page: Opener) -> None:
    link = ran(open_page(QUICK)).locator(".kept-page").get_attribute("href")
    other = open_page(str(link))
    expect(other.locator("#result .result")).to_be_visible()
    expect(other.locator("#recent")).to_be_hidden()


@pytest.mark.parametrize(
    "storage",
    [
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden') }})",
        "localStorage.setItem('movazi-runs', '{\"not\": \"a list\"}')",
        "localStorage.setItem('movazi-runs', '[null, 1, {}]')",
    ],
    ids=["forbidden", "not a list", "a list of other things"],
)
def test_unusable_storage_breaks_nothing(open_page: Opener, live_site: Site, storage: str) -> None:
    page = open_page("about:blank", base="", alone=True)
    page.add_init_script(storage)
    page.goto(live_site.url + QUICK)
    expect(page.locator("#recent")).to_be_hidden()
    share(ran(page))
    expect(page.locator(".kept-page")).to_be_visible()


def test_without_javascript_there_are_links_and_no_list(open_page: Opener) -> None:
    page = share(ran(open_page(QUICK, java_script_enabled=False)))
    expect(page.locator("#recent")).to_be_hidden()
    expect(page.locator(".kept .copy")).to_be_hidden()
    page.get_by_role("link", name="Link to this run").click()
    expect(page.locator("#result > .result")).to_have_class(re.compile("outcome-finished"))


def test_the_example_is_shown_until_run_is_pressed(open_page: Opener) -> None:
    page = open_page(EXAMPLES)
    example = page.locator("#result .example")
    expect(example).to_have_count(0)
    show_example(page)
    expect(example).to_contain_text("Press Run for a run of your own.")
    expect(example.locator(".result")).to_be_visible()
    expect(page.locator("#lanes run-lanes")).to_be_visible()
    assert page.locator(".line").count() > 0
    run(page)
    expect(example).to_have_count(0)
    page.locator("#result > .result").wait_for()
    expect(page.locator("#transcript")).not_to_contain_text("Recorded on")


def test_pressing_run_does_not_wait_for_the_example(open_page: Opener, live_site: Site) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = open_page("about:blank", base="")
    page.route("**/_example", hold)
    page.goto(live_site.url + DEMO)
    expect(page.locator("#transcript")).to_contain_text("Lines appear here")
    page.locator("#transcript [hx-get]").click()
    ran(page)
    lines = page.locator(".line").count()
    assert held
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")
    assert page.locator(".line").count() == lines
    assert page.locator(".example").count() == 0


def test_without_javascript_the_example_is_a_link(open_page: Opener) -> None:
    page = open_page(UNSEEN, java_script_enabled=False)
    page.get_by_role("link", name="See a recorded run.").click()
    page.wait_for_url("**/en/runs/*")
    expect(page.locator("#result > .result")).to_have_class(re.compile("outcome-finished"))
