"""The picture of a run on a page: its letters, its names on a phone, its folds, a closer look."""

from __future__ import annotations

from itertools import pairwise
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener, Site
from webapp.timeline.scale import UNITS, View

LOCK = "/threads/lock/lock-around-everything?thread_count=3&sleep_seconds=0.2"
COUNTED = "/threads/lock/lost-update-fixed?thread_count=4&increments=500"
MANY = "/processes/process-subclass/named-subclass?count=20"
RING = "/beyond/deadlock/dining-philosophers"
TWO = "/beyond/deadlock/opposite-order"

SMALLEST = """() => Math.min(...[...document.querySelectorAll(
  "#lanes .picture text, #lanes .lane-names span")].map(
  (text) => parseFloat(getComputedStyle(text).fontSize)))"""

# A picture that is wider than its place shrinks, and its letters with it.
SMALLEST_OF_RING = """() => {
  const ring = document.querySelector(".headline .cycle");
  const scale = ring.getBoundingClientRect().width / ring.viewBox.baseVal.width;
  return Math.min(...[...ring.querySelectorAll("text")].map(
    (text) => parseFloat(getComputedStyle(text).fontSize) * scale));
}"""

# Each lane's name and bars, as (top, bottom, left).
PLACES = """() => {
  const place = (element) => {
    const box = element.getBoundingClientRect();
    return [box.top, box.bottom, box.left];
  };
  const bars = [...document.querySelectorAll("#lanes .shapes [class^=hue]")];
  return [...document.querySelectorAll("#lanes .lane-names li")].map(
    (name, at) => [place(name.firstElementChild), place(bars[at])]);
}"""

SHOWN = """(look) => [...document.querySelectorAll(`#lanes .picture ${look}`)].filter(
  (path) => getComputedStyle(path).display !== "none").length"""

AXIS = """async ([start, stop, folds, times]) => {
  const from = document.querySelector("script[src*='js/lanes.js']").src;
  const { Axis } = await import(from.replace("lanes.js", "axis.js"));
  const axis = new Axis(start, stop, folds);
  return times.map((time) => [axis.x(time), axis.time(axis.x(time))]);
}"""


def run(page: Page) -> None:
    page.locator("#run-button").click()
    page.locator("#lanes run-lanes").wait_for()


@pytest.mark.parametrize("address", [LOCK, COUNTED, MANY, RING])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_no_letter_is_smaller_than_12_pixels(
    open_page: Opener, address: str, language: str
) -> None:
    page = open_page(f"/{language}{address}")
    run(page)
    assert page.evaluate(SMALLEST) >= 12


@pytest.mark.parametrize("address", [RING, f"{RING}?seats=7", TWO])
def test_no_letter_of_a_ring_is_smaller_than_12_pixels(open_page: Opener, address: str) -> None:
    page = open_page(f"/fa{address}")
    run(page)
    page.locator(".headline .cycle").wait_for()
    for width in (360, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SMALLEST_OF_RING) >= 12, width


@pytest.mark.parametrize("width", [360, 1280])
def test_names_stand_beside_the_lanes_and_on_a_phone_above_them(
    open_page: Opener, width: int
) -> None:
    page = open_page(f"/en{LOCK}", viewport={"width": width, "height": 800})
    run(page)
    places = page.evaluate(PLACES)
    assert len(places) == 4
    for (top, bottom, left), (bar_top, bar_bottom, bar_left) in places:
        if width == 360:
            assert bottom <= bar_top + 3
            assert abs(bar_left - left) < 150
        else:
            assert top < bar_bottom
            assert bottom > bar_top
            assert bar_left > left + 50
    # No lane lies over the next one's name.
    for (_, (_, bottom, _)), ((top, _, _), _) in pairwise(places):
        assert bottom <= top + 3


def test_what_is_one_band_is_drawn_piece_by_piece_from_close_by(open_page: Opener) -> None:
    page = open_page(f"/en{COUNTED}")
    run(page)
    assert page.evaluate(SHOWN, ".holding.far") > 0
    assert page.evaluate(SHOWN, ".holding.fine") == 0
    for _ in range(2):
        page.get_by_role("button", name="Closer", exact=True).click()
    assert page.evaluate(SHOWN, ".holding.far") == 0
    assert page.evaluate(SHOWN, ".holding.fine") > 0
    page.get_by_role("button", name="The whole run", exact=True).click()
    assert page.evaluate(SHOWN, ".holding.far") > 0


def test_the_script_folds_the_axis_as_the_server_does(open_page: Opener) -> None:
    page = open_page(f"/en{LOCK}")
    folds = ((2_000, 30_000), (50_000, 90_000))
    times = [0, 1_000, 2_000, 15_000, 30_000, 45_000, 60_000, 90_000, 99_999]
    view = View(0, 100_000, folds)
    found = page.evaluate(AXIS, [0, 100_000, folds, times])
    for time, (x, back) in zip(times, found, strict=True):
        assert x == pytest.approx(view.x(time), abs=1)
        assert back == pytest.approx(time, abs=1)
    assert found[-1][0] < UNITS


def test_the_server_sends_a_picture_that_needs_no_script(live_site: Site) -> None:
    with urlopen(
        f"{live_site.url}/en{LOCK.partition('?')[0]}", b"thread_count=2&sleep_seconds=0.1"
    ) as answer:
        html = answer.read().decode()
    assert 'class="hatch"' in html
    assert "How exact is this?" in html
