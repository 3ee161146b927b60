"""Running a demo thirty times in a browser."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener, Site
from tests.browser.tcp_proxy import RESULT, TcpProxy

LOST_UPDATE = "/threads/lock/lost-update?thread_count=4&increments=200&window=yield"
SECOND = "/en/threads/lock/lock-around-the-message?thread_count=3&sleep_seconds=1"
ENDLESS = "/en/threads/endings/end-somehow?how=never"
SLEEPY = "/en/threads/endings/end-somehow?how=sleep"  # runs one at a time on the small site

# Note the bar and its text whenever either changes.
NOTE_PROGRESS = """
  () => {
    window.progress = [];
    new MutationObserver(() => {
      const bar = document.querySelector("progress");
      const text = document.querySelector(".progress .done")?.textContent.trim();
      if (bar && progress.at(-1)?.[1] !== text) {
        progress.push([bar.getAttribute("value"), text]);
      }
    }).observe(document.querySelector("#controls"), { childList: true, subtree: true });
  }
"""


def repeat(page: Page) -> None:
    page.locator("#repeat-button").click()


def panel(page: Page) -> Locator:
    """Wait for the panel of what the runs have in common; return it."""
    found = page.locator("#result .repeats")
    found.wait_for()
    return found


def test_lost_update_shows_its_spread_and_its_rarest_run(open_page: Opener) -> None:
    page = open_page(f"/en{LOST_UPDATE}")
    repeat(page)
    found = panel(page)
    expect(found).to_contain_text("30 runs of the same program")
    expect(found).to_contain_text("had different outcomes")
    outcomes = page.locator("#lanes .histogram")
    expect(outcomes).to_contain_text("Outcome: final number")
    often = [text for text in outcomes.locator(".often").all_text_contents() if text != "never"]
    assert len(often) > 1
    assert sum(1 if text == "once" else int(text.split()[0]) for text in often) == 30
    expect(outcomes.locator("a.dot")).to_have_count(30)
    expect(outcomes.locator(".expected .bar-label")).to_have_text(re.compile("800"))
    expect(found.locator(".compared")).not_to_have_attribute("open", "")
    expect(page.locator(".run-line")).to_have_count(30)
    expect(page.locator("#status")).to_have_text("30 of 30 runs")
    expect(page).to_have_url(re.compile(re.escape(LOST_UPDATE) + "$"))
    page.get_by_role("link", name="Show me the rarest run").click()
    expect(page).to_have_url(re.compile(r"/en/runs/[\w-]+$"))
    expect(page.locator("#transcript")).to_contain_text("final:")


def test_a_dot_opens_its_run_even_if_it_was_not_stored(open_page: Opener) -> None:
    page = open_page(f"/en{LOST_UPDATE}")
    repeat(page)
    panel(page)
    for at in (0, 17, 29):
        dot = page.locator("#lanes a.dot").nth(at)
        answer = page.request.get(dot.evaluate("link => link.href"))
        assert answer.ok
        assert "final:" in answer.text()


def test_the_dots_grow_while_runs_go_on(open_page: Opener, small_site: Site) -> None:
    with TcpProxy(small_site.port) as proxy:
        page = open_page(SLEEPY, base=proxy.url)
        proxy.hold(RESULT)
        repeat(page)
        page.locator(".run-line").nth(2).wait_for()
        dots = page.locator("#lanes .dot")
        assert 3 <= dots.count() <= 30
        expect(page.locator("#lanes a.dot")).to_have_count(0)
        proxy.release()
        expect(page.locator("#lanes a.dot")).to_have_count(30)


def test_the_bar_moves_and_stop_shows_the_results_so_far(
    open_page: Opener, small_site: Site
) -> None:
    with TcpProxy(small_site.port) as proxy:
        page = open_page(SLEEPY, base=proxy.url)
        page.evaluate(NOTE_PROGRESS)
        proxy.hold(RESULT)
        repeat(page)
        expect(page.locator("#clock")).to_have_text(re.compile(r"^\d+\.\d s$"))
        stop = page.get_by_role("button", name="Stop")
        stop.focus()
        page.locator(".run-line").nth(2).wait_for()
        expect(stop).to_be_focused()
        page.keyboard.press("Enter")
        proxy.release()
        expect(panel(page)).to_contain_text(re.compile(r"Stopped after \d+ of 30 runs\."))
        expect(stop).to_have_count(0)
        for at, (bar, text) in enumerate(page.evaluate("progress")):
            assert (bar, text) == (str(at), f"{at} of 30")


def test_runs_that_sleep_go_on_concurrently(open_page: Opener) -> None:
    page = open_page(SECOND)
    repeat(page)
    expect(panel(page)).to_contain_text(re.compile(r"Up to \d+ runs went on at the same time"))
    expect(page.locator(".run-line")).to_have_count(30)


def test_thirty_runs_and_their_rarest_run_are_reached_by_the_keyboard(open_page: Opener) -> None:
    page = open_page(f"/en{LOST_UPDATE}")
    page.locator("#run-button").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#repeat-button")).to_be_focused()
    expect(page.get_by_role("button", name="× 30 runs")).to_be_focused()
    page.keyboard.press("Enter")
    panel(page)
    expect(page.locator("#repeat-button")).to_be_focused()
    page.locator("#lanes a.dot").first.focus()
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent").strip())
    assert "Show me the rarest run" in reached
    dots = page.locator("#lanes a.dot:not([tabindex])")
    assert 1 < dots.count() < 30  # one in each bar
    assert any(text.startswith("Lines: ") for text in reached)


def test_run_replaces_thirty_runs(open_page: Opener, small_site: Site) -> None:
    with TcpProxy(small_site.port) as proxy:
        page = open_page(SLEEPY, base=proxy.url)
        proxy.hold(RESULT)
        repeat(page)
        page.locator(".run-line").first.wait_for()
        with page.expect_response(re.compile("/repetitions/.*/stop")) as stopped:
            page.get_by_role("radio", checked=True).press("Enter")
        assert stopped.value.status == 204
        proxy.release()
        page.locator("#result .outcome-finished").wait_for()
        expect(page.locator(".run-line")).to_have_count(0)
        expect(page.locator(".line").first).to_be_visible()


def test_thirty_runs_replace_a_run(open_page: Opener, small_site: Site) -> None:
    page = open_page(ENDLESS, base=small_site.url)
    page.locator("#run-button").click()
    page.locator(".line").wait_for()
    page.get_by_role("radio", name="return").check(force=True)
    with page.expect_response(re.compile("/runs/.*/cancel")) as cancelled:
        repeat(page)
    assert cancelled.value.status == 204
    expect(panel(page)).to_contain_text("30 runs of the same program")
    expect(page.locator(".line")).to_have_count(0)


def test_a_lost_stream_is_not_resumed_by_itself_and_the_page_says_so(
    open_page: Opener, small_site: Site, complaints: list[str]
) -> None:
    with TcpProxy(small_site.port) as proxy:
        page = open_page(SLEEPY, base=proxy.url)
        proxy.hold(RESULT)
        repeat(page)
        page.locator(".run-line").first.wait_for()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        proxy.cut()
        expect(page.locator("#status")).to_contain_text("Load the page again to go on")
        expect(page.get_by_role("button", name="Stop")).to_have_count(0)
        assert page.locator(".run-line").count() >= 1
        assert asked == []
    complaints.clear()


def test_bad_values_are_shown_in_their_fields(open_page: Opener, complaints: list[str]) -> None:
    page = open_page(f"/en{LOST_UPDATE}")
    page.locator("#p-thread_count").fill("99")
    repeat(page)
    expect(page.locator("#e-thread_count")).to_be_visible()
    assert page.locator(".run-line").count() == 0
    complaints.clear()


def test_without_javascript_the_page_shows_the_same(open_page: Opener) -> None:
    page = open_page(f"/en{LOST_UPDATE}", java_script_enabled=False)
    repeat(page)
    expect(panel(page)).to_contain_text("Wall time")
    expect(page.locator("#lanes .histogram")).to_contain_text("Outcome: final number")
    expect(page.locator(".run-line")).to_have_count(30)
    expect(page.locator("#p-thread_count")).to_have_value("4")
