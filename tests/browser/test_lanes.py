"""The lanes of a run, and stepping through it: source, transcript, lanes and table agree."""

from __future__ import annotations

import re
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener, Site
from tests.browser.test_pages import LANGUAGES

EVERYTHING = "/threads/lock/lock-around-everything"
DEADLOCK = "/threads/rlock/nested-acquire?lock_type=Lock"


# The middle of each sleep, as a part of the lanes' width.
SLEEPS = """
  async () => {
    const lanes = document.querySelector("run-lanes");
    const { steps, spans, sentences } = await (await fetch(lanes.dataset.steps)).json();
    const { start, stop } = lanes.dataset;
    return spans
      .filter(([, kind, sentence]) => kind === 0 && sentences[sentence] === "sleeping")
      .map(([, , , first, end]) => (steps[first][0] + steps[end][0]) / 2)
      .map((time) => (time - start) / (stop - start));
  }
"""

# Seconds from the start of the run to the cursor.
CURSOR = """
  () => {
    const { start, stop } = document.querySelector("run-lanes").dataset;
    const x = parseFloat(document.querySelector(".cursor").getAttribute("d").slice(1));
    return (Number(start) + (x / 20000) * (stop - start)) / 1e6;
  }
"""

# Press "One step forward" until the described step matches, at last from the beginning; return
# whether one does.
WALK_TO = """
  (step) => {
    const walk = document.querySelector(".walk");
    const slider = walk.querySelector("input");
    for (const again of [false, true]) {
      if (again) {
        walk.querySelector("[data-walk=first]").click();
      }
      while (Number(slider.value) < Number(slider.max)) {
        walk.querySelector("[data-walk=on]").click();
        if (new RegExp(step).test(walk.querySelector(".walk-now").innerText)) {
          return true;
        }
      }
    }
    return false;
  }
"""


@pytest.fixture(scope="module")
def kept(live_site: Site) -> str:
    """A stored run: three threads sleep for a second each, one after the other.

    All have started long before the first ends.
    """
    values = b"thread_count=3&sleep_seconds=1"
    with urlopen(f"{live_site.url}/en{EVERYTHING}", values) as answer:
        found = re.search(r'href="(\S+)" class="kept-page"', answer.read().decode())
    assert found
    return found[1]


def run(page: Page) -> None:
    page.locator("#run-button").click()
    page.locator("#result > .result").wait_for()


def press(page: Page, name: str, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


def walk_to(page: Page, step: str) -> None:
    """Step on until the described step matches."""
    slider = page.get_by_role("slider", name="Step")
    slider.focus()
    expect(page.locator("run-lanes")).to_have_attribute("data-loaded", "")
    assert page.evaluate(WALK_TO, step), f"no step is {step!r}"


def row_of(page: Page, worker: str) -> Locator:
    return page.locator(".now tbody tr", has=page.get_by_text(worker, exact=True))


def at(page: Page, worker: str) -> list[str]:
    """Return a worker's state and held locks in the table."""
    return row_of(page, worker).locator("td").all_inner_texts()


def test_a_step_moves_source_transcript_lanes_and_table_together(
    open_page: Opener, kept: str
) -> None:
    page = open_page(kept)
    walk_to(page, r"Thread#2 begins to wait for lock")
    # It may not sleep yet.
    assert at(page, "Thread#1")[1] == "lock"
    assert at(page, "Thread#2") == ["waiting for lock", ""]
    expect(page.locator(".lane-names .marked")).to_have_text("Thread#2")
    expect(page.locator(".code-line.marked")).to_contain_text("with lock")
    walk_to(page, r"Thread#2 prints .*Thread#2 running")
    expect(page.locator(".line.marked")).to_contain_text("Thread#2 running")
    expect(page.locator(".code-line.marked")).to_contain_text("print(")
    # It may not have ended yet.
    assert at(page, "Thread#1")[1] == ""
    assert at(page, "Thread#2") == ["running", "lock"]
    place = page.locator(".picture .cursor").get_attribute("d")
    press(page, "One step back")
    expect(page.locator(".line.marked")).to_have_count(0)
    assert page.locator(".picture .cursor").get_attribute("d") != place


def test_the_keyboard_can_step_through_a_run(open_page: Opener, kept: str) -> None:
    page = open_page(kept)
    page.get_by_role("slider", name="Step").focus()
    expect(page.locator("run-lanes")).to_have_attribute("data-loaded", "")
    page.keyboard.press("End")
    expect(page.locator(".walk-now")).to_contain_text("MainThread ends")
    assert at(page, "MainThread") == ["over", ""]
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".walk-now")).to_contain_text("MainThread prints")
    page.keyboard.press("Home")
    assert at(page, "MainThread") == ["not started yet", ""]


def test_dragging_over_the_lanes_moves_the_cursor(open_page: Opener, kept: str) -> None:
    page = open_page(kept)
    page.locator("#lanes .lanes-time").scroll_into_view_if_needed()
    box = page.locator("#lanes .lanes-time").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    first, _, third = page.evaluate(SLEEPS)
    page.mouse.move(box["x"] + box["width"] * first, middle)
    page.mouse.down()
    expect(page.locator(".now tbody tr td").first).not_to_be_empty()
    early = [at(page, f"Thread#{number}")[0] for number in (1, 2, 3)]
    page.mouse.move(box["x"] + box["width"] * third, middle)
    late = [at(page, f"Thread#{number}")[0] for number in (1, 2, 3)]
    page.mouse.up()
    assert early == ["sleeping", "waiting for lock", "waiting for lock"]
    assert late == ["over", "over", "sleeping"]


def test_a_run_can_be_played_at_a_tenth_of_its_speed_and_paused(
    open_page: Opener, kept: str
) -> None:
    page = open_with_a_clock(open_page, kept)
    press(page, "To the beginning")
    page.get_by_role("combobox", name="Speed").select_option("10")
    press(page, "Play or pause")
    play = page.get_by_role("button", name="Play or pause")
    expect(play).to_have_attribute("aria-pressed", "true")
    page.clock.run_for(5_000)
    assert page.evaluate(CURSOR) == pytest.approx(0.5, abs=0.02)
    assert at(page, "Thread#1") == ["sleeping", "lock"]
    press(page, "Play or pause")
    expect(play).to_have_attribute("aria-pressed", "false")
    before = page.evaluate(CURSOR)
    page.clock.run_for(5_000)
    assert page.evaluate(CURSOR) == before


def test_a_run_can_be_played_to_its_end_at_real_speed(open_page: Opener, kept: str) -> None:
    page = open_with_a_clock(open_page, kept)
    play = page.get_by_role("button", name="Play or pause")
    press(page, "Play or pause")
    expect(play).to_have_attribute("aria-pressed", "true")
    page.clock.run_for(2_000)
    assert page.evaluate(CURSOR) == pytest.approx(2, abs=0.2)
    page.clock.run_for(60_000)
    expect(page.locator(".walk-now")).to_contain_text("MainThread ends")
    expect(play).to_have_attribute("aria-pressed", "false")


def open_with_a_clock(open_page: Opener, address: str) -> Page:
    """Open a page whose clock the test controls."""
    page = open_page(address, alone=True)
    page.clock.install()
    page.reload()
    slider = page.get_by_role("slider", name="Step")
    slider.focus()
    expect(page.locator("run-lanes")).to_have_attribute("data-loaded", "")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    return page


def test_a_line_of_the_transcript_leads_to_its_moment(open_page: Opener, kept: str) -> None:
    page = open_page(kept)
    page.locator(".line", has_text="Thread#3 running").hover()
    expect(page.locator(".walk-now")).to_contain_text("Thread#3 prints")
    assert at(page, "Thread#3") == ["running", "lock"]


def test_closer_shows_less_time_around_the_cursor(open_page: Opener, kept: str) -> None:
    page = open_page(kept)
    walk_to(page, r"Thread#2 gets lock")
    shapes = page.locator("#lanes .picture .shapes")
    whole = shapes.get_attribute("viewBox")
    drawn = page.locator("#lanes .picture .tick").all_text_contents()
    press(page, "Closer", 4)
    x, _, width, _ = map(float, (shapes.get_attribute("viewBox") or "").split())
    assert width == pytest.approx(20000 / 16)
    cursor = page.locator(".picture .cursor").get_attribute("d") or ""
    assert x <= float(cursor[1:].split()[0]) <= x + width
    ticks = page.locator("#lanes .picture .tick").all_text_contents()
    assert len(ticks) >= 3
    assert all(tick.endswith("ms") for tick in ticks)
    press(page, "The whole run")
    # The script draws the same ticks as the server.
    assert page.locator("#lanes .picture .tick").all_text_contents() == drawn
    assert list(map(float, (shapes.get_attribute("viewBox") or "").split())) == list(
        map(float, (whole or "").split())
    )


def test_a_deadlock_shows_its_cycle_and_leads_to_the_lines_that_wait(open_page: Opener) -> None:
    page = open_page(f"/en{DEADLOCK}")
    run(page)
    cycle = page.locator("#lanes .cycle")
    assert cycle.locator(".node text").all_text_contents() == ["worker", "lock"]
    link = cycle.get_by_role("link")
    number = re.search(r"line (\d+)", link.text_content() or "")
    assert number
    link.click()
    expect(page.locator(f"#L{number[1]}")).to_be_in_viewport()
    expect(page.locator(f"#L{number[1]}")).to_contain_text("lock")
    walk_to(page, "worker begins to wait for lock")
    assert at(page, "worker") == ["waiting for lock", "lock"]


def test_two_locks_in_opposite_order_show_both_waits_and_both_holders(open_page: Opener) -> None:
    page = open_page("/en/beyond/deadlock/opposite-order")
    run(page)
    cycle = page.locator("#lanes .cycle")
    names = cycle.locator(".node text").all_text_contents()
    assert sorted(names) == ["ada", "bob", "printer", "scanner"]
    lines = cycle.get_by_role("link").evaluate_all(
        "links => links.map(link => link.getAttribute(`href`))"
    )
    for line in lines:
        expect(page.locator(line)).to_contain_text(re.compile("with (printer|scanner)"))
    assert len(set(lines)) == 2


def test_without_javascript_the_picture_and_its_table_are_there(open_page: Opener) -> None:
    page = open_page(f"/en{EVERYTHING}?sleep_seconds=0.1", java_script_enabled=False)
    page.locator("#run-button").click()
    expect(page.locator("#lanes .picture .running").first).to_be_visible()
    expect(page.locator("#lanes .walk")).to_be_hidden()
    page.get_by_text("Table", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("^Thread#2 .*lock"))).to_be_visible()


def test_many_lanes_are_beside_their_names(open_page: Opener) -> None:
    page = open_page("/en/processes/process-subclass/named-subclass?count=20")
    run(page)
    tops = page.evaluate(
        """() => {
          const picture = document.querySelector("#lanes .picture").getBoundingClientRect();
          const bars = [...document.querySelectorAll("#lanes .picture .shapes [class^=hue]")];
          const names = [...document.querySelectorAll("#lanes .lane-names li")];
          return names.map((name, at) => [
            name.getBoundingClientRect().top - picture.top,
            bars[at].getBoundingClientRect().top - picture.top,
          ]);
        }"""
    )
    assert len(tops) >= 21
    assert all(abs(bar - name) <= 12 for name, bar in tops)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_walk_begins_where_something_is_seen(open_page: Opener, kept: str, language: str) -> None:
    page = open_page(kept.replace("/en/", f"/{language}/"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    said = {
        "en": ("Thread#2 waits for lock, which Thread#1 holds.", r"Step \d+ of \d+"),
        "fa": ("منتظر", r"گام \W*[۰-۹]+\W* از \W*[۰-۹]+"),
    }
    sentence, count = said[language]
    expect(page.locator(".walk-now")).to_contain_text(sentence)
    expect(page.locator(".walk-count")).to_have_text(re.compile(count))
    expect(page.locator(".lane-names .marked")).to_have_text("Thread#2")
    expect(page.locator(".code-line.marked")).to_contain_text("with lock")
    # Thread 1 has printed one line, or is about to; what was printed later is pale.
    assert page.locator(".line:not(.later)").count() <= 1
    assert page.locator(".line.later").count() > 1
    assert [url for url in asked if "steps" in url] == []
    press(page, {"en": "To the end", "fa": "به پایان"}[language])
    expect(page.locator(".line.later")).to_have_count(0)
    moment = {"en": r"[\d.]+ s", "fa": "[۰-۹٫]+ ث"}[language]
    expect(page.locator(".walk-now .moment")).to_have_text(re.compile(moment))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_step_of_a_walk_leads_on(open_page: Opener, language: str) -> None:
    page = open_page(f"/{language}/threads/lock/lock-around-everything?sleep_seconds=0.01")
    run(page)
    onward = page.locator(".walk-on")
    expect(onward).to_have_count(0)
    press(page, {"en": "To the end", "fa": "به پایان"}[language])
    next_demo = page.locator(".next.on a").get_attribute("href")
    assert next_demo == onward.locator("a").last.get_attribute("href")
    press(page, {"en": "One step back", "fa": "یک گام به عقب"}[language])
    expect(onward).to_be_hidden()
    press(page, {"en": "One step forward", "fa": "یک گام به جلو"}[language])
    onward.get_by_role("button").click()
    expect(page.locator("#result .repeats")).to_be_visible()


def test_a_walk_of_a_deadlock_begins_at_the_wait_that_closes_the_ring(open_page: Opener) -> None:
    page = open_page("/en/beyond/deadlock/opposite-order")
    run(page)
    expect(page.locator(".walk-now")).to_contain_text(
        re.compile("ada waits for scanner, which bob holds|bob waits for printer, which ada holds")
    )
    numbers = re.findall(r"\d+", page.locator(".walk-count").inner_text())
    assert 1 < int(numbers[0]) <= int(numbers[1])
