"""The page of a recorded program, opened as a file without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Opener
from tests.browser.layout import misfits
from tests.browser.test_lanes import at, press, walk_to
from tests.browser.test_pages import LANGUAGES, background
from tests.record.commanding import PROGRAMS, record

DEADLOCK = """
from threading import Barrier, Lock, Thread

left, right, both = Lock(), Lock(), Barrier(2)


def work(first, second):
    with first:
        both.wait()
        with second:
            print("never")


threads = [
    Thread(target=work, args=(left, right), name="one"),
    Thread(target=work, args=(right, left), name="two"),
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two programs, recorded in both languages: `queue-en.html`, `deadlock-fa.html` …"""
    folder = tmp_path_factory.mktemp("pages")
    deadlock = folder / "a_name_that_is_longer_than_a_phone_is_wide.py"
    deadlock.write_text(DEADLOCK, encoding="utf-8")
    programs = {"queue": PROGRAMS / "queue_join.py", "deadlock": deadlock}
    for name, program in programs.items():
        for language in LANGUAGES:
            page = folder / f"{name}-{language}.html"
            record(program, "-o", page, "--language", language)
    return folder


def test_a_step_moves_source_transcript_lanes_and_table_together(
    open_file: Opener, pages: Path
) -> None:
    page = open_file(pages / "queue-en.html")
    walk_to(page, r"MainThread begins to wait for a signal from q|MainThread puts 29 into q")
    # The worker may have printed it before.
    press(page, "To the beginning")
    walk_to(page, r"prints Finished 2$")
    expect(page.locator(".line.marked")).to_contain_text("Finished 2")
    expect(page.locator(".code-line.marked")).to_contain_text("print(f'Finished {item}')")
    worker = page.locator(".lane-names .marked")
    expect(worker).to_contain_text("Thread-1")
    assert at(page, worker.inner_text()) == ["running", ""]
    place = page.locator(".picture .cursor").get_attribute("d")
    press(page, "One step back")
    expect(page.locator(".line.marked", has_text="Finished 2")).to_have_count(0)
    assert page.locator(".picture .cursor").get_attribute("d") != place


def test_a_line_of_the_transcript_leads_to_its_source_and_its_moment(
    open_file: Opener, pages: Path
) -> None:
    page = open_file(pages / "queue-en.html", viewport={"width": 1280, "height": 1200})
    page.locator(".line", has_text="Working on 3").first.hover()
    expect(page.locator(".code-line.marked")).to_contain_text("print(f'Working on {item}')")
    expect(page.locator(".walk-now")).to_contain_text("prints Working on 3")


def test_the_keyboard_can_step_through_the_page(open_file: Opener, pages: Path) -> None:
    page = open_file(pages / "queue-en.html")
    slider = page.get_by_role("slider", name="Step")
    slider.focus()
    expect(page.locator("run-lanes")).to_have_attribute("data-loaded", "")
    page.keyboard.press("End")
    expect(page.locator(".walk-now")).to_contain_text("MainThread ends")
    page.locator("#screen").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".line.marked")).to_have_count(1)


def test_the_cycle_of_a_deadlock_leads_to_the_waiting_lines(open_file: Opener, pages: Path) -> None:
    page = open_file(pages / "deadlock-en.html")
    waits = page.locator(".cycle a")
    expect(waits).to_have_count(2)
    waits.first.click()
    expect(page.locator(".code-line:target")).to_contain_text("with second")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["queue", "deadlock"])
def test_axe_finds_no_violation(open_file: Opener, pages: Path, name: str, language: str) -> None:
    page = open_file(pages / f"{name}-{language}.html")
    page.locator("[data-walk=on]").click()
    open_all(page)
    assert violations(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["queue", "deadlock"])
def test_the_page_fits_every_width(
    open_file: Opener, pages: Path, name: str, language: str
) -> None:
    page = open_file(pages / f"{name}-{language}.html")
    page.locator("[data-walk=last]").click()
    open_all(page)
    assert misfits(page) == []


def test_the_theme_is_the_systems_and_the_switch_overrides_it(
    open_file: Opener, pages: Path
) -> None:
    page = open_file(pages / "queue-en.html", color_scheme="light")
    light = background(page)
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("body")).not_to_have_css("background-color", light)
    # Chromium passes what a file's page stores to its other processes a moment later.
    page.wait_for_timeout(300)
    page.reload()
    expect(page.locator("body")).not_to_have_css("background-color", light)


def test_a_persian_page_mirrors_in_its_own_letters(open_file: Opener, pages: Path) -> None:
    page = open_file(pages / "queue-fa.html")
    box = page.locator("h1 bdi").bounding_box()
    assert box and box["x"] > page.evaluate("innerWidth") / 2
    for name in ("#listing", "#screen", "run-lanes"):
        expect(page.locator(name)).to_have_css("direction", "ltr")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px vazirmatn', 'موازی')")


def test_without_javascript_the_picture_and_the_table_are_there(
    open_file: Opener, pages: Path
) -> None:
    page = open_file(pages / "queue-en.html", java_script_enabled=False)
    expect(page.locator(".picture").first).to_be_visible()
    expect(page.locator(".walk")).to_be_hidden()
    expect(page.locator(".theme-switch")).to_be_hidden()
    page.get_by_text("The same as a table").click()
    expect(page.locator(".lanes-table table")).to_be_visible()


def test_the_page_prints_without_its_controls(open_file: Opener, pages: Path) -> None:
    page = open_file(pages / "queue-en.html")
    page.emulate_media(media="print")
    expect(page.locator(".walk-tools")).to_be_hidden()
    expect(page.locator(".theme-switch")).to_be_hidden()
    expect(page.locator(".line").last).to_be_visible()
    listing = page.locator("#listing").bounding_box()
    assert listing and listing["height"] > 400  # all of it; on a screen its panel is lower


def open_all(page: Page) -> None:
    for summary in page.locator("main summary").all():
        summary.click()


def test_a_deadlock_opens_at_its_end_with_what_each_worker_holds(
    open_file: Opener, pages: Path
) -> None:
    page = open_file(pages / "deadlock-en.html")
    expect(page.locator(".now")).to_be_visible()
    assert at(page, "one") == ["waiting for right", "left"]
    assert at(page, "two") == ["waiting for left", "right"]
    assert page.evaluate("scrollY") == 0  # the answer, which stands at the top, stays in view


LOST = """
from threading import Event, Thread

counter, has_read, has_written = 0, Event(), Event()


def slow():
    global counter
    value = counter
    has_read.set()
    has_written.wait()
    counter = value + 1


def quick():
    global counter
    has_read.wait()
    counter += 1
    has_written.set()


threads = [Thread(target=slow, name="slow"), Thread(target=quick, name="quick")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_recorded_lines_are_walked_with_their_values_and_the_lost_update(
    open_file: Opener, tmp_path: Path, language: str
) -> None:
    program = tmp_path / "lost.py"
    program.write_text(LOST, encoding="utf-8")
    record(program, "--lines", "-o", tmp_path / "lost.html", "--language", language)
    page = open_file(tmp_path / "lost.html")
    expect(page.locator(".lost li:has(s)")).to_contain_text("quick")
    expect(page.locator(".here-names b").first).to_be_visible()
    while not page.locator(".shared-values .deed s").count():
        page.locator("[data-walk=on]").click()
    expect(page.locator(".shared-values .deed:has(s)")).to_contain_text("quick")
    assert violations(page) + misfits(page) == []
