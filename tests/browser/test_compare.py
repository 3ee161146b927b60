"""Two demos side by side, in a browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Site
from tests.browser.test_pages import LANGUAGES, REFUSED, sideways
from tests.browser.test_running import ends, process

EVERYTHING = "/en/threads/lock/lock-around-everything"
PAIR = "a=lock/lock-around-everything&b=lock/lock-around-the-message"
QUICK = f"{PAIR}&a-sleep_seconds=0.2&b-sleep_seconds=0.2"
UNEQUAL = f"{PAIR}&a-sleep_seconds=0.8&b-sleep_seconds=0"  # the first takes seconds longer
ENDLESS = "a=endings/end-somehow&b=endings/end-somehow&a-how=never"
WIDTHS = [360, 768, 1280]

# Note each text of the status, and how many lines both runs have then.
NOTE_STATUS = """
  () => {
    window.notes = [];
    const status = document.querySelector("#status");
    const count = (key) => document.querySelectorAll(`#${key}-transcript .line`).length;
    new MutationObserver(() => {
      if (status.textContent.startsWith("Running")) {
        notes.push([status.textContent, count("a"), count("b")]);
      }
    }).observe(status, { childList: true });
  }
"""


def run(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Run both|اجرای هر دو)$")).click()


def run_to_its_end(page: Page) -> None:
    run(page)
    page.locator("#result .result").wait_for()


def boxes(page: Page, selector: str) -> list[dict[str, Any]]:
    found = [one.bounding_box() for one in page.locator(selector).all()]
    return [dict(box) for box in found if box]


def test_the_sum_of_the_sleeps_becomes_the_longest_sleep(open_page: Opener) -> None:
    """With the keyboard only, from the page that teaches it."""
    page = open_page(EVERYTHING)
    page.locator(".compare-menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Around everything, or around the message")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Around everything, or around the message")
    page.locator("#a-transcript").wait_for()
    page.locator("#p-b-sleep_seconds").fill("0.3")
    page.evaluate(NOTE_STATUS)
    page.get_by_role("button", name="Run both").focus()
    page.keyboard.press("Enter")
    status = page.locator("#status")
    expect(status).to_have_text(re.compile(r"^\d+\.\d{3} s beside \d+\.\d{3} s: the first took"))
    # Three sleeps of a second, then at least one of 0.3 s: no sleep is shorter than asked.
    first, second, ratio = map(float, re.findall(r"\d+\.\d+", status.inner_text()))
    assert first >= 3
    assert second >= 0.3
    assert ratio == pytest.approx(first / second, abs=0.06)
    assert page.locator("#a-clock").inner_text() == f"{first:.3f} s"
    assert page.locator("#a-transcript .line").count() == 8
    assert page.locator("#b-transcript .line").count() == 8
    assert page.get_by_role("button", name="Stop").count() == 0
    # The first run had begun before there was any line of the second.
    begun, others = page.evaluate("notes")
    assert begun == ["Running the first: A lock around everything", 0, 0]
    assert others == ["Running the second: A lock around the message", 8, 0]
    # One axis of time: the same end, position and width.
    axes = page.locator("run-lanes").evaluate_all("lanes => lanes.map(one => one.dataset.end)")
    assert len(axes) == 2
    assert len(set(axes)) == 1
    above, below = boxes(page, ".lanes-time")
    assert above["x"] == pytest.approx(below["x"], abs=1)
    assert above["width"] == pytest.approx(below["width"], abs=1)


def test_a_stored_comparison_opens_in_the_other_language(open_page: Opener) -> None:
    page = open_page(f"/en/compare?{UNEQUAL}")
    run_to_its_end(page)
    page.get_by_role("link", name="Link to this comparison").click()
    expect(page.locator("#status")).to_contain_text("times as long as the second")
    page.get_by_role("link", name="فارسی").click()
    expect(page.locator("html")).to_have_attribute("lang", "fa")
    expect(page.locator("#status")).to_contain_text("برابر دومی طول کشید")
    assert page.locator("#a-transcript .line").count() == 8
    page.get_by_role("link", name="اجرای دوبارهٔ هر دو").click()
    expect(page.locator("#p-a-sleep_seconds")).to_have_value("۰٫۸")


def test_one_set_of_buttons_moves_both_walks_to_the_same_moment(open_page: Opener) -> None:
    page = open_page(f"/en/compare?{QUICK}")
    run_to_its_end(page)
    tools = page.locator(".walk-tools")
    expect(tools.nth(0)).to_be_visible()
    expect(tools.nth(1)).to_be_hidden()

    def places() -> list[list[float]]:
        """Return the step and the time of both walks."""
        found = "lanes => lanes.map((one) => [one.step, one.time])"
        return list(page.locator("run-lanes").evaluate_all(found))

    on = page.get_by_role("button", name="One step forward").first
    seen = [places()]
    # One run may have begun much later than the other, so the number of presses is not known.
    while len(seen) < 12 or not all(step > 0 for step, _ in seen[-1]):
        on.click()
        page.wait_for_function(
            "steps => [...document.querySelectorAll('run-lanes')]"
            ".reduce((sum, one) => sum + one.step, 0) > steps",
            arg=sum(step for step, _ in seen[-1]),
        )
        seen.append(places())
        assert seen[-1][0][1] == seen[-1][1][1]
    page.get_by_role("button", name="To the beginning").first.click()
    page.wait_for_function(
        "[...document.querySelectorAll('run-lanes')].every((one) => one.time === 0)"
    )


def test_pointing_at_a_line_marks_that_run_only(open_page: Opener) -> None:
    page = open_page(f"/en/compare?{QUICK}")
    run_to_its_end(page)
    page.locator("#b-transcript .line").last.hover()
    page.locator("#a-transcript .line").first.hover()
    expect(page.locator("#b-transcript .line").last).to_have_class(re.compile("marked"))
    expect(page.locator("#a-transcript .line").first).to_have_class(re.compile("marked"))


def test_one_source_has_the_marks_of_both_runs(open_page: Opener) -> None:
    same = "a=semaphore/at-most-k-at-once&b=semaphore/at-most-k-at-once&b-permits=3"
    page = open_page(f"/en/compare?{same}&a-hold_seconds=0.1&b-hold_seconds=0.1")
    run_to_its_end(page)
    page.locator("#a-transcript .line").first.hover()
    page.locator("#b-transcript .line").last.hover()
    expect(page.locator(".code-line.marked")).to_have_count(2)
    assert page.locator("pre").count() == 1


def test_choosing_another_demo_loads_its_fields_and_keeps_the_focus(open_page: Opener) -> None:
    page = open_page("/en/compare?a=lock/lost-update&b=lock/lost-update-fixed&b-thread_count=3")
    page.locator("#demo-a").select_option("lock/try-lock")
    expect(page.locator("#p-a-hold_seconds")).to_be_visible()
    expect(page.locator("#demo-a")).to_be_focused()
    expect(page.locator("#p-b-thread_count")).to_have_value("3")
    assert page.locator("#p-a-thread_count").count() == 0
    expect(page.locator(".source").first).to_contain_text("try_lock.py")
    # Back leads to the earlier demo and its fields.
    page.go_back()
    expect(page.locator("#p-a-thread_count")).to_be_visible()
    expect(page.locator("#demo-a")).to_have_value("lock/lost-update")


def test_the_address_follows_the_form(open_page: Opener) -> None:
    page = open_page(f"/en/compare?{PAIR}")
    page.locator("#p-b-thread_count").fill("5")
    page.locator("#p-b-sleep_seconds").fill("0.1")
    expect(page).to_have_url(re.compile("a-thread_count=3.*b-thread_count=5"))
    assert "visitor" not in page.url
    page.reload()
    expect(page.locator("#p-b-thread_count")).to_have_value("5")


def test_links_to_a_comparison_follow_the_demos_form(open_page: Opener) -> None:
    page = open_page(EVERYTHING)
    page.locator("#p-thread_count").fill("4")
    page.locator(".compare-menu summary").click()
    page.get_by_role("link", name="The same demo with other values").click()
    expect(page.locator("#p-a-thread_count")).to_have_value("4")
    expect(page.locator("#p-b-thread_count")).to_have_value("4")


def test_stop_ends_the_first_run_and_starts_no_second(open_page: Opener, small_site: Site) -> None:
    page = open_page(f"/en/compare?{ENDLESS}", base=small_site.url)
    run(page)
    page.locator("#a-transcript .line").first.wait_for()
    running = process(page, "#a-transcript")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#status")).to_have_text("Stopped before both had run.")
    assert page.locator("#b-transcript .line").count() == 0
    assert ends(running)


def test_leaving_the_page_ends_the_run(open_page: Opener, small_site: Site) -> None:
    page = open_page(f"/en/compare?{ENDLESS}", base=small_site.url)
    run(page)
    page.locator("#a-transcript .line").first.wait_for()
    running = process(page, "#a-transcript")
    page.goto("about:blank")
    assert ends(running)


def test_a_bad_value_shows_its_reason_beside_its_field(
    open_page: Opener, complaints: list[str]
) -> None:
    page = open_page(f"/fa/compare?{PAIR}")
    field = page.locator("#p-b-thread_count")
    field.fill("99")
    run(page)
    expect(page.locator("#e-b-thread_count")).to_have_text("یک عدد صحیح از ۱ تا ۱۰ وارد کنید.")
    expect(field).to_be_focused()
    assert page.locator(".line").count() == 0
    complaints.remove(REFUSED)


def test_a_comparison_works_without_javascript(open_page: Opener) -> None:
    page = open_page("/en/compare?a=lock/lost-update&b=lock/lost-update", java_script_enabled=False)
    page.locator("#demo-b").select_option("lock/lost-update-fixed")
    page.get_by_role("button", name="Load the fields of these demos").click()
    expect(page.locator("h1")).to_have_text("Without a lock, or with one")
    run_to_its_end(page)
    assert page.locator("#a-transcript .line").count() == 3
    assert page.locator("#b-transcript .line").count() == 3
    assert page.locator(".lanes-time svg.shapes").count() == 2
    assert sideways(page) <= 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compare_menu_is_within_the_window(
    open_page: Opener, language: str, width: int
) -> None:
    address = EVERYTHING.replace("/en/", f"/{language}/")
    page = open_page(address, viewport={"width": width, "height": 900})
    page.locator(".compare-menu summary").click()
    (sheet,) = boxes(page, ".compare-menu .menu-sheet")
    assert 0 <= sheet["x"] <= width - sheet["width"]
    assert sideways(page) <= 0
    page.keyboard.press("Escape")
    expect(page.locator(".compare-menu .menu-sheet")).to_be_hidden()
    expect(page.locator(".compare-menu summary")).to_be_focused()


def test_matching_lines_are_level_on_a_wide_screen(open_page: Opener) -> None:
    page = open_page(f"/en/compare?{PAIR}", viewport={"width": 1280, "height": 900})
    # print(… over) is line 18 of the first and line 19 of the second.
    first, second = boxes(page, "#a-L18"), boxes(page, "#b-L19")
    assert first[0]["y"] == pytest.approx(second[0]["y"], abs=1)
    assert first[0]["x"] < second[0]["x"]
    page.set_viewport_size({"width": 360, "height": 900})
    first, second = boxes(page, "#a-L41"), boxes(page, "#b-L1")
    assert first[0]["y"] < second[0]["y"]


def test_nothing_empty_stands_between_the_form_and_the_runs(open_page: Opener) -> None:
    """The bar of the status is as high as a line and its button."""
    page = open_page(f"/en/compare?{PAIR}")
    [form], [bar] = boxes(page, "#form"), boxes(page, ".compare-bar")
    assert bar["height"] < 80
    assert form["y"] + form["height"] < 700
