"""Lanes that grow while the program runs, and settle into the final picture."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Site
from tests.browser.tcp_proxy import RESULT, TcpProxy, retry_soon

ENDLESS = "/en/threads/endings/end-somehow?how=never"
EVERYTHING = "/en/threads/lock/lock-around-everything"
THREE = f"{EVERYTHING}?thread_count=3&sleep_seconds=0.4"

# The width of what is drawn of the main thread, as a part of the axis.
DRAWN = """() => {
  const [first] = document.querySelectorAll(".growing .shapes [class^=hue]");
  const time = document.querySelector(".growing .lanes-time");
  return first.getBoundingClientRect().right - time.getBoundingClientRect().left;
}"""

# Time on the axis: what its ticks say, and where they are.
TICKS = """() => [...document.querySelectorAll(".growing .tick")].map(
  (tick) => `${tick.textContent} ${tick.getAttribute("x")}`).join()"""

# Note where the lanes are in each frame of the screen, until the final picture is there: the name,
# the upper edges of the name and of the bars, and the first and the last second that the bars show.
WATCH = """() => {
  window.seen = [];
  window.places = () => {
    const time = document.querySelector("#lanes .lanes-time").getBoundingClientRect();
    const tick = [...document.querySelectorAll("#lanes .tick")].at(-1);
    const [number, unit] = tick.textContent.split(/\\s/);
    const told = number * { s: 1, ms: 0.001 }[unit];
    const pixels = (parseFloat(tick.getAttribute("x")) / 100) * time.width;
    const seconds = (x) => ((x - time.left) / pixels) * told;
    return [...document.querySelectorAll("#lanes .lane-names li")].map((name, at) => {
      const lanes = document.querySelectorAll("#lanes .shapes [class^=hue]");
      const bars = lanes[at].getBoundingClientRect();
      const top = name.getBoundingClientRect().top;
      return [name.textContent, top, bars.top, seconds(bars.left), seconds(bars.right)];
    });
  };
  const look = () => {
    if (document.querySelector("#lanes .growing .tick")) {
      seen.push(places());
    }
    if (!document.querySelector("#lanes run-lanes")) {
      requestAnimationFrame(look);
    }
  };
  look();
}"""


def run(page: Page) -> None:
    page.locator("#run-button").click()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_lanes_grow_before_the_end_of_the_run(
    open_page: Opener, small_site: Site, motion: str
) -> None:
    page = open_page(ENDLESS, base=small_site.url, reduced_motion=motion)
    run(page)
    page.locator("#lanes .growing .shapes [class^=hue] path").first.wait_for(state="attached")
    first, axis = page.evaluate(DRAWN), page.evaluate(TICKS)
    page.wait_for_function(
        f"([width, axis]) => ({DRAWN})() > width || ({TICKS})() !== axis", arg=[first, axis]
    )
    assert page.locator("#result > .result").count() == 0
    expect(page.locator("#lanes .lane-names")).to_contain_text("MainThread")
    page.get_by_role("button", name="Stop").click()
    page.locator("#lanes run-lanes").wait_for()
    expect(page.locator("#lanes .growing")).to_have_count(0)


def test_growing_lanes_settle_into_the_final_picture_without_a_jump(open_page: Opener) -> None:
    page = open_page(THREE)
    page.evaluate(WATCH)
    run(page)
    page.locator("#lanes run-lanes").wait_for()
    seen = page.evaluate("seen")
    final = page.evaluate("places()")
    last = seen[-1]
    assert [lane[0] for lane in last] == [lane[0] for lane in final]
    for before, after in zip(last, final, strict=True):
        assert before[1:3] == pytest.approx(after[1:3], abs=2)
        assert before[3] == pytest.approx(after[3], abs=0.02)
    over = final[0][4] - 0.2
    for before, after in zip(last, final, strict=True):
        # What ended last may have grown until the news of its end came, or not quite to its end.
        assert before[4] == pytest.approx(after[4], abs=0.02 if after[4] < over else 0.2)
    assert sum(lane[4] < over for lane in final) == 2  # of three threads, one after the other
    # It has grown on the way.
    assert len({tuple(lane[4] for lane in lanes) for lanes in seen}) > 3


def test_a_transcript_only_has_no_growing_lanes(open_page: Opener, small_site: Site) -> None:
    page = open_page(f"{ENDLESS}&run-transcript-only=on", base=small_site.url)
    run(page)
    page.locator(".line").wait_for()
    expect(page.locator("#lanes .growing")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    page.locator("#result > .result").wait_for()


def test_lanes_go_on_after_a_lost_connection(
    open_page: Opener, live_site: Site, complaints: list[str]
) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(f"{EVERYTHING}?thread_count=6&sleep_seconds=0.4", base=proxy.url)
        retry_soon(page)
        proxy.hold(b"Thread#4 running")
        run(page)
        page.locator("#lanes .growing", has_text="Thread#6").wait_for()
        page.evaluate("document.querySelector('.growing').dataset.first = true")
        proxy.cut()
        proxy.restore()
        proxy.release()
        page.locator("#lanes .growing:not([data-first])", has_text="Thread#6").wait_for()
        page.locator("#lanes run-lanes").wait_for()
    complaints.clear()


def test_lanes_stand_still_when_the_run_is_lost(
    open_page: Opener, live_site: Site, complaints: list[str]
) -> None:
    with TcpProxy(live_site.port) as proxy:
        page = open_page(f"{EVERYTHING}?thread_count=10&sleep_seconds=1.0", base=proxy.url)
        retry_soon(page)
        proxy.hold(RESULT)
        run(page)
        page.locator("#lanes .growing", has_text="Thread#10").wait_for()
        proxy.cut()
        expect(page.locator("#status")).to_contain_text("reconnecting to the run failed")
        page.evaluate("() => new Promise(requestAnimationFrame)")
        before = page.evaluate(DRAWN)
        page.evaluate("() => new Promise((then) => setTimeout(then, 300))")
        assert page.evaluate(DRAWN) == before
        expect(page.locator("#lanes .growing")).to_be_visible()
        proxy.restore()
        proxy.release()
    complaints.clear()
