"""axe finds nothing, on any page and in any state, in both languages and both themes."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.cable import Cable
from tests.browser.conftest import Opener, Site
from tests.browser.test_pages import LANGUAGES, NOT_FOUND, REFUSED
from tests.browser.test_running import process
from webapp.lessons.folders import find_topics
from webapp.lessons.topic import Topic

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
EVERYTHING = "/threads/lock/lock-around-everything"
SLOW = f"{EVERYTHING}?thread_count=10&sleep_seconds=1.0"  # ten seconds
BRISK = f"{EVERYTHING}?thread_count=10&sleep_seconds=0.3"  # three seconds
LOST_UPDATE = "/threads/lock/lost-update"
REPEATED = "/processes/process-pool/pool-or-serial?work=3&processes=2&start_method=fork"
COMPARED = (
    "/compare?a=lock/lock-around-everything&a-sleep_seconds=0.2"
    "&b=lock/lock-around-the-message&b-sleep_seconds=0.2"
)
ENDINGS = "/threads/endings/end-somehow"
ENDS = {"return": "finished", "raise": "failed", "deadlock": "deadlocked", "never": "timed_out"}
REFUSALS = {"/nowhere": 404, "/runs/none": 404, f"{LOST_UPDATE}?thread_count=99&unknown=1": 422}
ALL_SECONDS = 30


def violations_unfolded(page: Page) -> list[str]:
    """What axe finds when all that folds away is open."""
    unfold(page, "main details:not(.menu)")
    return violations(page)


def unfold(page: Page, details: str) -> None:
    page.locator(details).evaluate_all("all => all.forEach(one => { one.open = true })")


def start(page: Page, button: str = "#run-button") -> None:
    page.locator(button).click()


def finish(page: Page) -> None:
    page.locator("#result > .result").wait_for()


@EVERY_LANGUAGE
@pytest.mark.parametrize("topic", find_topics(), ids=lambda topic: topic.slug)
def test_a_topic(open_page: Opener, topic: Topic, language: str) -> None:
    page = open_page(f"/{language}/{topic.chapter}/{topic.slug}")
    # The page asks for an example of a run by itself.
    page.wait_for_load_state("networkidle")
    assert violations_unfolded(page) == []


@EVERY_LANGUAGE
def test_every_page_that_is_no_demos(open_page: Opener, live_site: Site, language: str) -> None:
    page = open_page(f"/{language}/")
    sitemap = page.request.get(f"{live_site.url}/sitemap.xml").text()
    chapters = "|".join({topic.chapter for topic in find_topics()})
    found = re.findall(rf"<loc>(\S+/{language}/(?!{chapters}).*)</loc>", sitemap)
    assert len(found) > 3
    for address in found:
        page.goto(address)
        assert violations_unfolded(page) == [], address


@EVERY_LANGUAGE
def test_open_menus(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{EVERYTHING}")
    unfold(page, ".menu")
    for menu in (".chapters", ".compare-menu"):
        assert violations(page, menu) == []


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", REFUSALS)
def test_what_is_refused(
    open_page: Opener, complaints: list[str], address: str, language: str
) -> None:
    page = open_page(f"/{language}{address}")
    assert violations(page) == []
    complaints.remove(NOT_FOUND if REFUSALS[address] == 404 else REFUSED)


@EVERY_LANGUAGE
def test_a_value_that_is_refused_in_place(
    open_page: Opener, complaints: list[str], language: str
) -> None:
    for address in (f"{LOST_UPDATE}?thread_count=4", f"{COMPARED}&b-thread_count=3"):
        page = open_page(f"/{language}{address}")
        page.locator("[id$='thread_count'][id^='p-']").first.fill("99")
        start(page)
        page.locator(".problem").wait_for()
        assert violations(page) == []
        complaints.remove(REFUSED)


@EVERY_LANGUAGE
def test_a_run_from_its_first_line_to_the_walk_through_it(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{BRISK}")
    start(page)
    page.locator(".line").nth(1).wait_for()
    assert violations(page) == []
    finish(page)
    expect(page.locator("#recent")).to_be_visible()
    page.locator("[data-walk=on]").click()
    expect(page.locator(".now td").first).not_to_be_empty()
    assert violations_unfolded(page) == []


@EVERY_LANGUAGE
def test_two_locks_in_a_circle(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}/beyond/deadlock/opposite-order")
    start(page)
    finish(page)
    expect(page.locator("#result .cycle")).to_be_visible()
    assert violations_unfolded(page) == []


@EVERY_LANGUAGE
@pytest.mark.parametrize("how", ENDS)
def test_every_end_that_a_program_can_have(
    open_page: Opener, small_site: Site, how: str, language: str
) -> None:
    page = open_page(f"/{language}{ENDINGS}?how={how}", base=small_site.url)
    start(page)
    page.locator(f"#result > .outcome-{ENDS[how]}").wait_for(timeout=ALL_SECONDS * 1000)
    assert violations_unfolded(page) == []


@EVERY_LANGUAGE
def test_a_full_server_and_runs_that_are_stopped_or_lost(
    open_page: Opener, small_site: Site, complaints: list[str], language: str
) -> None:
    first, second, third = (
        open_page(f"/{language}{ENDINGS}?how=never", base=small_site.url) for _ in range(3)
    )
    start(first)
    first.locator(".line").wait_for()
    start(second)
    # Its place, which is told when it has waited for a moment.
    expect(second.locator("#status")).to_have_text(re.compile("[1۱]"))
    assert violations(second) == []
    start(third)
    third.locator("#result > [role=alert]").wait_for()
    assert violations(third) == []
    # As without JavaScript: a page of its own.
    third.locator("#form").evaluate("form => form.submit()")
    third.locator(".error-head").wait_for()
    assert violations(third) == []
    start(first, ".button.stop")
    first.locator("#result > .outcome-cancelled").wait_for()
    assert violations_unfolded(first) == []
    second.locator(".line").wait_for()
    os.kill(launcher_of(process(second)), signal.SIGKILL)
    second.locator("#result > .outcome-lost").wait_for()
    assert violations_unfolded(second) == []
    assert len(complaints) == 2
    assert all("503 (SERVICE UNAVAILABLE)" in complaint for complaint in complaints)
    complaints.clear()


def launcher_of(pid: int) -> int:
    """The process that forks the supervisors of runs, from the process of a run."""
    return parent_of(parent_of(pid))


def parent_of(pid: int) -> int:
    # The name, in brackets, may hold anything; the parent is the second field after it.
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


@EVERY_LANGUAGE
def test_a_connection_that_is_lost(
    open_page: Opener, live_site: Site, complaints: list[str], language: str
) -> None:
    with Cable(live_site.port) as cable:
        page = open_page(f"/{language}{SLOW}", base=cable.url)
        start(page)
        page.locator(".line").first.wait_for()
        cable.cut()
        status = page.locator("#status")
        expect(status).to_have_text(str(status.get_attribute("data-lost")))
        assert violations(page) == []
        gone = str(status.get_attribute("data-gone"))
        expect(status).to_have_text(gone, timeout=ALL_SECONDS * 1000)
        assert violations(page) == []
    complaints.clear()


@EVERY_LANGUAGE
def test_thirty_runs(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{REPEATED}")
    start(page, "#repeat-button")
    page.locator(".run-line").nth(1).wait_for()
    assert violations(page) == []
    start(page, ".button.stop")
    page.locator("#result > .repeats").wait_for()
    assert violations_unfolded(page) == []
    # With what lines have in common, and the rarest run.
    page.goto(re.sub(r"/\w\w/.*", f"/{language}{LOST_UPDATE}", page.url))
    start(page, "#repeat-button")
    page.locator("#result > .repeats").wait_for(timeout=ALL_SECONDS * 1000)
    assert violations_unfolded(page) == []


@EVERY_LANGUAGE
def test_a_comparison_from_its_first_line_to_its_own_page(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{COMPARED}")
    start(page)
    page.locator("#b-transcript .line").first.wait_for()
    assert violations(page) == []
    finish(page)
    for walk in page.locator("[data-walk=last]").all():
        walk.click()
    assert violations_unfolded(page) == []
    page.locator(".kept a").click()
    page.wait_for_url("**/compare/*/*")
    assert violations_unfolded(page) == []


@EVERY_LANGUAGE
def test_the_page_of_a_run(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{BRISK}")
    start(page)
    # Another page may follow the same run while it goes on.
    going = page.locator("[data-run]").get_attribute("data-run")
    other = open_page("about:blank", base="")
    other.goto(re.sub(r"/threads/.*", f"/runs/{going}", page.url), wait_until="commit")
    other.locator(".line").nth(1).wait_for()
    assert violations(other) == []
    finish(page)
    page.goto(str(page.locator(".kept-page").evaluate("link => link.href")))
    assert violations_unfolded(page) == []
