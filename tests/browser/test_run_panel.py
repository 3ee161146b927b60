"""The run panel of a demo: what is seen together, in which order, and what Run turns into."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Opener, Site
from tests.browser.test_keyboard import focused
from tests.browser.test_pages import LANGUAGES, REFUSED
from tests.topics import TOPICS
from webapp.lessons.topic import Topic

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
ENDLESS = "/en/threads/endings/end-somehow?how=never"
EVERYTHING = "/en/threads/lock/lock-around-everything"
DESKS = [(1280, 800), (1440, 900)]
PHONE: ViewportSize = {"width": 360, "height": 740}
LOWEST_RUN = 700
"""Pixels from the top of a phone's page."""

TOPS = """
  names => names.map(name => {
    const box = document.querySelector(name).getBoundingClientRect();
    return [box.top + scrollY, box.bottom + scrollY];
  })
"""

# The body of each page in turn in place of this page's own. Only this page's scripts have run.
FETCH = """
  async (addresses) => {
    const read = async (address) => (await fetch(address)).text();
    window.pages = await Promise.all(addresses.map(read));
  }
"""
TOPS_OF_EACH = f"""
  (names) => window.pages.map((page) => {{
    document.body = new DOMParser().parseFromString(page, "text/html").body;
    return ({TOPS})(names);
  }})
"""
SEVERAL = "/beyond/deadlock/dining-philosophers?strategy=ordered"
PARTS = ["#run-button", "#status", "#clock", ".listing", ".run", ".timeline"]


def ends(page: Page, names: list[str]) -> list[tuple[float, float]]:
    """Return where elements begin and end, in pixels from the top of the page."""
    return [(top, bottom) for top, bottom in page.evaluate(TOPS, names)]


@EVERY_LANGUAGE
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_what_is_seen_first_of_each_demo(open_page: Opener, topic: Topic, language: str) -> None:
    """On a desk Run, the source, the transcript and the lanes; on a phone Run.

    No script places them, as the first demo shows: so the others are seen without theirs. And a
    page of another size is as one that was opened in it.
    """
    addresses = [f"/{language}/{topic.chapter}/{topic.slug}/{demo.slug}" for demo in topic.demos]
    page = open_page(addresses[0])
    with_scripts = page.evaluate(TOPS, PARTS)
    page.evaluate(FETCH, addresses)
    assert page.evaluate(TOPS_OF_EACH, PARTS)[0] == with_scripts
    for width, height in DESKS:
        page.set_viewport_size({"width": width, "height": height})
        for address, seen in zip(addresses, page.evaluate(TOPS_OF_EACH, PARTS), strict=True):
            for name, (top, bottom) in zip(PARTS, seen, strict=True):
                assert 0 <= top <= bottom <= height, (address, width, name)
    page.set_viewport_size(PHONE)
    for address, ((top, _),) in zip(
        addresses, page.evaluate(TOPS_OF_EACH, ["#run-button"]), strict=True
    ):
        assert top < LOWEST_RUN, address


@pytest.mark.parametrize("width", [360, 768])
def test_a_narrow_page_goes_from_the_idea_to_the_lanes(open_page: Opener, width: int) -> None:
    page = open_page(EVERYTHING, viewport={"width": width, "height": 1000})
    parts = [".summary", ".form", ".run", ".listing", ".timeline"]
    tops = [top for top, _ in ends(page, parts)]
    assert tops == sorted(tops)


@pytest.mark.parametrize("width", [360, 1024, 1280])
def test_run_turns_into_stop_and_back(open_page: Opener, small_site: Site, width: int) -> None:
    page = open_page(ENDLESS, base=small_site.url, viewport={"width": width, "height": 800})
    button, stop = page.locator("#run-button"), page.locator(".go .stop")
    before = button.bounding_box()
    assert before
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".line").wait_for()
    expect(button).to_be_hidden()
    expect(stop).to_be_focused()
    after = stop.bounding_box()
    assert after
    assert after["x"] == pytest.approx(before["x"], abs=1)
    assert after["width"] == pytest.approx(before["width"], abs=1)
    page.keyboard.press("Enter")
    expect(button).to_be_focused()
    assert focused(page) == "run-button"


def test_stop_status_and_clock_stay_in_sight_on_a_phone(
    open_page: Opener, small_site: Site
) -> None:
    page = open_page(ENDLESS, base=small_site.url, viewport={"width": 360, "height": 740})
    page.locator("#run-button").click()
    page.locator(".line").wait_for()
    for part in (".form", ".run", ".listing", ".timeline"):
        page.locator(part).evaluate("part => part.scrollIntoView({ block: 'center' })")
        for name in (".go .stop", "#status", "#clock"):
            expect(page.locator(name)).to_be_in_viewport(ratio=1)
    page.locator(".go .stop").click()


@EVERY_LANGUAGE
def test_what_is_said_before_a_run_is_seen_whole_on_a_small_desk(
    open_page: Opener, language: str
) -> None:
    page = open_page(
        f"/{language}/threads/lock/lost-update", viewport={"width": 1024, "height": 768}
    )
    screen = page.locator("#screen")
    needs, has = screen.evaluate("screen => [screen.scrollHeight, screen.clientHeight]")
    assert needs <= has


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", [SEVERAL, "/threads/barrier/race"])
def test_run_brings_the_transcript_into_sight_on_a_phone(
    open_page: Opener, address: str, language: str
) -> None:
    """It begins below the window, and stays in sight while it grows and pushes the source down."""
    page = open_page(f"/{language}{address}", viewport=PHONE)
    run = page.locator("#run-button").bounding_box()
    assert run
    assert ends(page, [".run"])[0][0] > PHONE["height"] - 160
    page.mouse.click(run["x"] + run["width"] / 2, run["y"] + run["height"] / 2)
    page.locator("#result .result").wait_for()
    expect(page.locator(".run")).to_be_in_viewport(ratio=1)
    expect(page.locator("#run-button")).to_be_in_viewport(ratio=1)


def test_a_refused_run_leaves_a_phone_where_it_is(open_page: Opener, complaints: list[str]) -> None:
    page = open_page("/en/threads/barrier/race", viewport=PHONE)
    page.locator("[name=racers]").fill("99")
    page.evaluate("document.getElementById('form').requestSubmit()")
    page.locator(".problem").wait_for()
    assert page.evaluate("scrollY") == 0
    complaints.remove(REFUSED)


@pytest.mark.parametrize("width", [360, 1024, 1280])
@pytest.mark.parametrize("address", ["/en/", "/en/threads/lock/lock-around-everything"])
def test_the_progress_bar_covers_no_part_of_stop(
    open_page: Opener, address: str, width: int
) -> None:
    page = open_page(address, viewport={"width": width, "height": 800})
    page.locator("#run-button").click()
    stop, bar = page.locator(".go .stop"), page.locator(".go progress")
    stop.wait_for()
    (_, stop_ends), (bar_begins, _) = ends(page, [".go .stop", ".go progress"])
    expect(bar).to_be_visible()
    assert stop_ends <= bar_begins


def test_the_menu_of_comparisons_lies_over_the_bar_on_a_phone(open_page: Opener) -> None:
    page = open_page("/en/threads/define-a-thread", viewport=PHONE)
    page.locator(".compare-menu summary").click()
    for link in page.locator(".compare-menu a").all():
        link.scroll_into_view_if_needed()
        assert link.evaluate(
            """link => {
              const { x, y, width, height } = link.getBoundingClientRect();
              return link.contains(document.elementFromPoint(x + width / 2, y + height / 2));
            }"""
        )


def test_the_first_step_of_a_walk_is_seen_in_a_source_that_was_scrolled(open_page: Opener) -> None:
    page = open_page(EVERYTHING, viewport={"width": 1280, "height": 800})
    page.locator("#listing").evaluate("listing => listing.scrollTo(0, listing.scrollHeight)")
    page.locator("#run-button").click()
    page.locator("#result .result").wait_for()
    expect(page.locator(".code-line.marked")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("width", [360, 768])
def test_a_short_transcript_leaves_no_empty_panel_on_a_narrow_page(
    open_page: Opener, width: int
) -> None:
    page = open_page("/en/threads/lock/lost-update", viewport={"width": width, "height": 800})
    page.locator("#run-button").click()
    page.locator("#result .result").wait_for()
    ((top, bottom), (_, last)) = ends(page, [".run", "#transcript .line:last-child"])
    assert bottom - last < (bottom - top) / 2


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", ["/threads/lock/lost-update", "/threads/barrier/race"])
def test_the_buttons_of_a_walk_are_in_sight_on_a_small_desk(
    open_page: Opener, address: str, language: str
) -> None:
    page = open_page(f"/{language}{address}", viewport={"width": 1024, "height": 768})
    page.locator("#run-button").click()
    page.locator("#result .result").wait_for()
    for part in ("#run-button", ".run", ".timeline .walk button >> nth=0"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    expect(page.locator(".listing")).to_be_in_viewport(ratio=0.4)


@pytest.mark.parametrize("seats", [2, 5, 7])
def test_a_ring_is_seen_together_with_run_source_and_transcript(
    open_page: Opener, seats: int
) -> None:
    page = open_page(
        f"/en/beyond/deadlock/dining-philosophers?seats={seats}",
        viewport={"width": 1280, "height": 800},
    )
    page.locator("#run-button").click()
    page.locator("#result .result").wait_for()
    for part in ("#run-button", ".run", ".headline-text", ".cycle"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    expect(page.locator(".listing")).to_be_in_viewport(ratio=0.4)


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_when_a_run_begins(open_page: Opener, small_site: Site, width: int) -> None:
    page = open_page(ENDLESS, base=small_site.url, viewport={"width": width, "height": 800})
    names = [".form", ".listing", ".run", ".timeline"]
    before = ends(page, names)
    page.locator("#run-button").click()
    page.locator(".line").wait_for()
    for one, other in zip(before, ends(page, names), strict=True):
        assert one == pytest.approx(other, abs=1)
    page.locator(".go .stop").click()


@EVERY_LANGUAGE
def test_four_lanes_of_a_run_are_seen_without_scrolling_among_them(
    open_page: Opener, language: str
) -> None:
    page = open_page(f"/{language}{SEVERAL}", viewport={"width": 1280, "height": 800})
    above = [".form", "#screen"]
    before = ends(page, above)
    page.locator("#run-button").click()
    page.locator("#result > .result").wait_for()
    for one, other in zip(before, ends(page, above), strict=True):
        assert one == pytest.approx(other, abs=1)
    fourth = "#lanes .lane-names > :nth-child(4)"
    page.locator("#lanes .walk-now").scroll_into_view_if_needed()
    for part in (fourth, "#lanes .walk-tools", "#lanes .walk-now"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    assert page.locator("#lanes").evaluate("panel => panel.scrollTop") == 0
