"""axe finds no violation on any page in any state, in both languages and both themes.

Lasting states are also checked at every width: nothing is cut off, covered or out of reach.
"""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import Opener, Site, show_example
from tests.browser.layout import misfits
from tests.browser.tcp_proxy import RESULT, TcpProxy, retry_soon
from tests.browser.test_pages import LANGUAGES, NOT_FOUND, REFUSED
from tests.browser.test_running import process
from tests.topics import TOPICS
from webapp.lessons.topic import Topic

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
PAGES = ["/", "/compare", "/record", "/teachers", "/class/new", "/privacy", "/schedules", "/api"]
LONG = ["/teachers", "/privacy", "/record", "/api"]
EVERYTHING = "/threads/lock/lock-around-everything"
QUICK = f"{EVERYTHING}?thread_count=10&sleep_seconds=0.05"
LOST_UPDATE = "/threads/lock/lost-update"
COMPARED = (
    "/compare?a=lock/lock-around-everything&a-sleep_seconds=0.2"
    "&b=lock/lock-around-the-message&b-sleep_seconds=0.2"
)
ENDINGS = "/threads/endings/end-somehow"
ENDS = {"return": "finished", "raise": "failed", "deadlock": "deadlocked"}
EMPTY = "#clock, #screen, #lanes"
WORDS = re.compile(r"(?<=>)[^<]*[^<\s][^<]*")
ADDRESSES = re.compile(r'(?<=href=|-get=)"[^"]+"')
REFUSALS = {"/nowhere": 404, "/runs/none": 404, f"{LOST_UPDATE}?thread_count=99&unknown=1": 422}


def violations_unfolded(page: Page) -> list[str]:
    """Return axe's violations with everything unfolded."""
    unfold(page, "main details:not(.menu)")
    return violations(page)


def faults(page: Page) -> list[str]:
    """Return axe's violations and what does not fit, with everything unfolded."""
    return violations_unfolded(page) + misfits(page)


def unfold(page: Page, details: str) -> None:
    page.locator(details).evaluate_all(
        "all => all.forEach(one => { one.removeAttribute('name'); one.open = true })"
    )


def start(page: Page, button: str = "#run-button") -> None:
    page.locator(button).click()


def finish(page: Page) -> None:
    page.locator("#result > .result").wait_for()


def walk(page: Page) -> None:
    """Step to the last printed line, which is before the end."""
    for walk in page.locator("run-lanes").all():
        # The second walk of a comparison has no buttons of its own.
        if walk.locator("[data-walk=last]").is_visible():
            walk.locator("[data-walk=last]").click()
            walk.locator("[data-walk=back]").click()
        expect(walk.locator(".now td").first).not_to_be_empty()


def shape(page: Page, parts: str) -> str:
    """Return the HTML of parts of a page without their words and addresses."""
    html = "".join(page.locator(parts).evaluate_all("all => all.map((one) => one.outerHTML)"))
    return ADDRESSES.sub("-", WORDS.sub("-", html))


@pytest.fixture(scope="session")
def judged() -> set[str]:
    """The shapes of empty panels in which axe has found nothing."""
    return set()


@EVERY_LANGUAGE
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_a_topic(open_page: Opener, judged: set[str], topic: Topic, language: str) -> None:
    page = open_page(f"/{language}/{topic.chapter}/{topic.slug}")
    unfold(page, "main details:not(.menu)")
    # The rest of the page is the same when it shows a run, and most topics' panels differ only in
    # words while they are empty: whether these fit is seen each time.
    if (empty := language + shape(page, EMPTY)) not in judged:
        assert violations(page, EMPTY) == []
        judged.add(empty)
    assert misfits(page) == []
    show_example(page)
    assert faults(page) == []


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", PAGES)
def test_a_page_without_a_demo(open_page: Opener, address: str, language: str) -> None:
    page = open_page(f"/{language}{address}")
    assert faults(page) == []
    if address in LONG:
        assert_its_contents_stand_beside_it(page)


def assert_its_contents_stand_beside_it(page: Page) -> None:
    """Assert that a long page and its table of contents use the width of a desk together."""
    assert page.viewport_size
    toc, parts = (page.locator(part).bounding_box() for part in (".toc", ".document-parts"))
    assert toc and parts
    assert toc["width"] + parts["width"] > 0.85 * page.viewport_size["width"]


def test_every_page_of_the_sitemap_is_tested(live_site: Site) -> None:
    with urlopen(f"{live_site.url}/sitemap.xml") as answer:
        sitemap = answer.read().decode()
    chapters = "|".join({topic.chapter for topic in TOPICS})
    for language in LANGUAGES:
        found = re.findall(rf"<loc>\S+/{language}(/(?!{chapters}).*)</loc>", sitemap)
        assert sorted(found) == sorted(PAGES)


@EVERY_LANGUAGE
def test_open_menus(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{EVERYTHING}")
    unfold(page, ".menu")
    for menu in (".chapters", ".compare-menu"):
        assert violations(page, menu) == []


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", REFUSALS)
def test_a_refused_page(
    open_page: Opener, complaints: list[str], address: str, language: str
) -> None:
    page = open_page(f"/{language}{address}")
    assert faults(page) == []
    complaints.remove(NOT_FOUND if REFUSALS[address] == 404 else REFUSED)


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", [f"{LOST_UPDATE}?thread_count=4", COMPARED])
def test_a_refused_value_beside_its_field(
    open_page: Opener, complaints: list[str], address: str, language: str
) -> None:
    page = open_page(f"/{language}{address}")
    page.locator("[id$='thread_count'][id^='p-']").first.fill("99")
    start(page)
    page.locator(".problem").wait_for()
    assert violations(page) == []
    complaints.remove(REFUSED)


@EVERY_LANGUAGE
def test_a_run_from_its_first_line_to_its_own_page(
    open_page: Opener, live_site: Site, language: str
) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(f"/{language}{QUICK}", base=proxy.url)
        proxy.hold(RESULT)
        start(page)
        page.locator(".line").nth(1).wait_for()
        assert violations(page) == []
        proxy.release()
        finish(page)
        expect(page.locator("#recent")).to_be_visible()
        walk(page)
        assert faults(page) == []
        page.goto(str(page.locator(".kept-page").evaluate("link => link.href")))
        walk(page)
        assert faults(page) == []


@EVERY_LANGUAGE
def test_the_page_of_a_running_run(open_page: Opener, small_site: Site, language: str) -> None:
    page = open_page(f"/{language}{ENDINGS}?how=never", base=small_site.url)
    start(page)
    going = page.locator("[data-run]").get_attribute("data-run")
    # Another page follows the same run.
    other = open_page("about:blank", base="")
    other.goto(f"{small_site.url}/{language}/runs/{going}", wait_until="commit")
    other.locator(".line").wait_for()
    assert violations(other) == []
    start(page, ".button.stop")
    finish(page)


@EVERY_LANGUAGE
def test_two_locks_in_a_circle(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}/beyond/deadlock/opposite-order")
    start(page)
    finish(page)
    expect(page.locator("#lanes .cycle")).to_be_visible()
    assert violations_unfolded(page) == []


@EVERY_LANGUAGE
@pytest.mark.parametrize("how", ENDS)
def test_every_way_in_which_a_program_can_end(
    open_page: Opener, small_site: Site, how: str, language: str
) -> None:
    page = open_page(f"/{language}{ENDINGS}?how={how}", base=small_site.url)
    start(page)
    page.locator(f"#result > .outcome-{ENDS[how]}").wait_for()
    assert violations_unfolded(page) == []


# One after the other on one site: starting another site takes longer.
def test_a_run_that_takes_too_long(open_page: Opener, hasty_site: Site) -> None:
    for language in LANGUAGES:
        page = open_page(f"/{language}{ENDINGS}?how=never", base=hasty_site.url)
        start(page)
        page.locator("#result > .outcome-timed_out").wait_for()
        assert violations_unfolded(page) == [], language


@EVERY_LANGUAGE
def test_a_full_server_and_a_cancelled_run(
    open_page: Opener, small_site: Site, complaints: list[str], language: str
) -> None:
    first, second, third = (
        open_page(f"/{language}{ENDINGS}?how=never", base=small_site.url) for _ in range(3)
    )
    start(first)
    first.locator(".line").wait_for()
    start(second)
    # Its place in line, which is shown after a moment.
    expect(second.locator("#status")).to_have_text(re.compile("[1۱]"))
    assert violations(second) == []
    start(third)
    third.locator("#result > [role=alert]").wait_for()
    assert violations(third) == []
    # As without JavaScript, the answer is a page.
    third.locator("#form").evaluate("form => form.submit()")
    third.locator(".error-head").wait_for()
    assert violations(third) == []
    start(first, ".button.stop")
    first.locator("#result > .outcome-cancelled").wait_for()
    assert violations_unfolded(first) == []
    second.locator(".line").wait_for()
    start(second, ".button.stop")
    finish(second)
    assert len(complaints) == 2
    assert all("503 (SERVICE UNAVAILABLE)" in complaint for complaint in complaints)
    complaints.clear()


@EVERY_LANGUAGE
def test_a_lost_run(open_page: Opener, small_site: Site, language: str) -> None:
    page = open_page(f"/{language}{ENDINGS}?how=never", base=small_site.url)
    start(page)
    page.locator(".line").wait_for()
    os.kill(launcher_of(process(page)), signal.SIGKILL)
    page.locator("#result > .outcome-lost").wait_for()
    assert violations_unfolded(page) == []


def launcher_of(pid: int) -> int:
    """Return the id of the launcher from that of a run's main process."""
    return parent_of(parent_of(pid))


def parent_of(pid: int) -> int:
    # The name in brackets may contain anything; the parent is the second field after it.
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


@EVERY_LANGUAGE
def test_a_lost_connection(
    open_page: Opener, small_site: Site, complaints: list[str], language: str
) -> None:
    asked: list[Route] = []

    def leave_open(route: Route) -> None:
        asked.append(route)

    with TcpProxy(small_site.port) as proxy:
        page = open_page(f"/{language}{ENDINGS}?how=never", base=proxy.url)
        retry_soon(page)
        page.route("**/runs/*/events", leave_open)
        start(page)
        page.locator(".line").first.wait_for()
        proxy.cut()
        # The page tries again, without an answer.
        status = page.locator("#status")
        expect(status).to_have_text(str(status.get_attribute("data-lost")))
        assert violations(page) == []
        page.route("**/runs/*/events", lambda route: route.abort())
        for route in asked:
            route.abort()
        expect(status).to_have_text(str(status.get_attribute("data-gone")))
        assert violations(page) == []
    complaints.clear()


@EVERY_LANGUAGE
def test_thirty_runs_from_the_first_until_they_are_cancelled(
    open_page: Opener, small_site: Site, language: str
) -> None:
    with TcpProxy(small_site.port) as proxy:
        page = open_page(f"/{language}{ENDINGS}?how=sleep", base=proxy.url)
        proxy.hold(RESULT)
        start(page, "#repeat-button")
        page.locator(".run-line").nth(1).wait_for()
        assert violations(page) == []
        start(page, ".button.stop")
        proxy.release()
        page.locator("#result > .repeats").wait_for()
        assert violations_unfolded(page) == []


@EVERY_LANGUAGE
def test_thirty_runs_with_lines_in_common_and_the_rarest(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}{LOST_UPDATE}")
    start(page, "#repeat-button")
    page.locator("#result > .repeats").wait_for()
    walk(page)
    assert faults(page) == []


@EVERY_LANGUAGE
def test_a_comparison_from_its_first_line_to_its_own_page(
    open_page: Opener, live_site: Site, language: str
) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(f"/{language}{COMPARED}", base=proxy.url)
        proxy.hold(RESULT)
        start(page)
        page.locator("#b-transcript .line").first.wait_for()
        assert violations(page) == []
        proxy.release()
        finish(page)
        walk(page)
        assert faults(page) == []
        page.locator(".kept a").click()
        page.wait_for_url("**/compare/*/*")
        walk(page)
        assert faults(page) == []
