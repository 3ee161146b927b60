"""Running a demo in a browser: live lines, stopping, and lost connections."""

import re
import time
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opener, Site
from tests.browser.tcp_proxy import RESULT, TcpProxy, retry_soon

EVERYTHING = "/en/threads/lock/lock-around-everything"
SLOW = f"{EVERYTHING}?thread_count=10&sleep_seconds=1.0"  # ten seconds
QUICK = f"{EVERYTHING}?thread_count=3&sleep_seconds=0.1"
ENDLESS = "/en/threads/endings/end-somehow?how=never"
ENDED_SECONDS = 30

# Note the page's text when a connection is lost, and how many lines it has then.
NOTE_LOSSES = """
  () => {
    window.losses = [];
    const status = document.querySelector("#status");
    new MutationObserver(() => {
      if (status.textContent === status.dataset.lost) {
        losses.push([status.textContent, document.querySelectorAll(".line").length]);
      }
    }).observe(status, { childList: true });
  }
"""


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def test_lines_arrive_during_the_run(open_page: Opener, small_site: Site) -> None:
    page = open_page(ENDLESS, base=small_site.url)
    lines, result = page.locator(".line"), page.locator("#result > .result")
    run(page)
    lines.wait_for()
    expect(page.locator("#clock")).to_have_text(re.compile(r"^\d+\.\d s$"))
    assert exists(process(page))
    assert result.count() == 0
    page.get_by_role("button", name="Stop").click()
    result.wait_for()


def test_a_run_ends_with_its_result(open_page: Opener) -> None:
    page = open_page(QUICK)
    lines, result = page.locator(".line"), page.locator("#result > .result")
    run(page)
    result.wait_for()
    assert lines.count() >= 6
    expect(result).to_have_class(re.compile("outcome-finished"))
    expect(page.locator("#status")).to_have_text("Finished")
    assert result.locator("li.holds").count() > 0
    assert result.locator("li.fails").count() == 0


def test_a_second_run_replaces_the_first(open_page: Opener) -> None:
    page = open_page(QUICK)
    run(page)
    page.locator("#result > .result").wait_for()
    first, pid = page.locator(".line").count(), process(page)
    run(page)
    expect(page.locator("#transcript")).not_to_contain_text(f"process ID {pid}")
    page.locator("#result > .result").wait_for()
    assert page.locator(".line").count() == first
    assert process(page) != pid


def test_stop_ends_the_run_and_keeps_what_was_printed(open_page: Opener, small_site: Site) -> None:
    page = open_page(ENDLESS, base=small_site.url)
    run(page)
    page.locator(".line").wait_for()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#result > .result")).to_contain_text("Stopped")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    assert ends(process(page))


def test_enter_in_a_field_during_a_run_starts_a_new_one(
    open_page: Opener, small_site: Site
) -> None:
    page = open_page(ENDLESS, base=small_site.url)
    run(page)
    page.locator(".line").wait_for()
    first = process(page)
    page.get_by_role("radio", name="return").check(force=True)
    # The first is cancelled, not only left without a follower.
    with page.expect_response("**/runs/*/cancel") as cancelled:
        page.get_by_role("radio", name="return").press("Enter")
    assert cancelled.value.status == 204
    page.locator("#result > .outcome-finished").wait_for()
    expect(page.locator(".line")).to_have_count(1)
    assert process(page) != first
    assert ends(first)


def test_leaving_the_page_ends_the_run(open_page: Opener, small_site: Site) -> None:
    page = open_page(ENDLESS, base=small_site.url)
    run(page)
    page.locator(".line").wait_for()
    running = process(page)
    page.goto("about:blank")
    assert ends(running)


def test_without_javascript_the_answer_is_the_page_with_the_result(open_page: Opener) -> None:
    page = open_page(QUICK, java_script_enabled=False)
    run(page)
    expect(page.locator("#result > .result")).to_have_class(re.compile("outcome-finished"))
    assert page.locator(".line").count() >= 6
    assert page.get_by_label("Threads", exact=True).input_value() == "3"
    expect(page.locator("#theme-switch")).to_be_hidden()


def test_without_javascript_lines_arrive_during_the_run_too(
    open_page: Opener, small_site: Site
) -> None:
    page = open_page(ENDLESS, base=small_site.url, java_script_enabled=False)
    page.get_by_role("button", name="Run", exact=True).click(no_wait_after=True)
    page.locator(".line").wait_for()
    assert exists(process(page))
    assert page.locator("#result > .result").count() == 0


def test_a_lost_stream_is_resumed_without_a_gap(
    open_page: Opener, live_site: Site, complaints: list[str]
) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(f"{EVERYTHING}?thread_count=6&sleep_seconds=0.4", base=proxy.url)
        retry_soon(page)
        page.evaluate(NOTE_LOSSES)
        proxy.hold(b"Thread#4 running")
        run(page)
        page.locator(".line").nth(1).wait_for()
        # Accept new connections at once: a run without a follower is ended.
        proxy.cut()
        proxy.restore()
        proxy.release()
        expect(page.locator("#result > .result")).to_have_class(re.compile("outcome-finished"))
        said = page.locator(".line .text").all_text_contents()
        losses = page.evaluate("losses")
    assert losses
    for text, lines in losses:
        assert "The connection was lost. Trying" in text
        assert lines >= 2
    assert sum("running" in line for line in said) == 6
    assert sum("over" in line for line in said) == 6
    complaints.clear()


def test_a_run_that_cannot_be_resumed_keeps_its_lines_and_says_so(
    open_page: Opener, live_site: Site, complaints: list[str]
) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(SLOW, base=proxy.url)
        retry_soon(page)
        proxy.hold(RESULT)
        run(page)
        page.locator(".line").first.wait_for()
        proxy.cut()
        expect(page.locator("#status")).to_contain_text("reconnecting to the run failed")
        assert page.locator(".line").count() >= 1
        proxy.restore()
        proxy.release()
        page.get_by_label("Threads", exact=True).fill("1")
        page.get_by_label("Sleep in seconds").fill("0.1")
        run(page)
        expect(page.locator("#result > .result")).to_have_class(re.compile("outcome-finished"))
    complaints.clear()


def test_a_run_that_the_server_does_not_know_is_not_requested_again(
    open_page: Opener, live_site: Site, complaints: list[str]
) -> None:
    asked = []

    def forgotten(route: Route) -> None:
        asked.append(route.request.headers["last-event-id"])
        route.fulfill(status=404)

    with TcpProxy(live_site.port) as proxy:
        page = open_page(SLOW, base=proxy.url)
        retry_soon(page)
        page.route("**/runs/*/events", forgotten)
        proxy.hold(RESULT)
        run(page)
        page.locator(".line").first.wait_for()
        proxy.cut()
        expect(page.locator("#status")).to_contain_text("reconnecting to the run failed")
        assert len(asked) == 1
        assert int(asked[0]) > 0
    complaints.clear()


def test_the_home_page_runs_its_demo(open_page: Opener) -> None:
    page = open_page("/en/")
    run(page)
    expect(page.locator("#result > .result")).to_have_class(re.compile("outcome-finished"))
    assert page.url.endswith("/en/")
    assert page.locator(".line", has_text="Thread#10").count() > 0


def process(page: Page, transcript: str = "#transcript") -> int:
    """Return the process id that the demo has printed."""
    found = re.search(r"process ID (\d+)", page.locator(transcript).inner_text())
    assert found
    return int(found[1])


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def ends(pid: int, within: float = ENDED_SECONDS) -> bool:
    """Return whether a process ends within so many seconds."""
    deadline = time.monotonic() + within
    while exists(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
