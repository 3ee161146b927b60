"""Pages in a browser, besides running: menus, printing, themes, fonts, the form, the source."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

LOST_UPDATE = "/en/threads/lock/lost-update"
PERSIAN = LOST_UPDATE.replace("/en/", "/fa/")
LANGUAGES = ["en", "fa"]
NOT_FOUND = "Failed to load resource: the server responded with a status of 404 (NOT FOUND)"
REFUSED = NOT_FOUND.replace("404 (NOT FOUND)", "422 (UNPROCESSABLE ENTITY)")


def run_to_its_end(page: Page) -> None:
    page.locator("#run-button").click()
    page.locator("#result > .result").wait_for()


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_escape_and_a_click_elsewhere_close_the_menu(open_page: Opener) -> None:
    page = open_page(LOST_UPDATE)
    menu, sheet = page.locator(".chapters summary"), page.locator(".chapters-sheet")
    menu.click()
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    page.locator(".site-footer").click()
    expect(sheet).to_be_hidden()


def test_folded_parts_are_printed(open_page: Opener) -> None:
    page = open_page(LOST_UPDATE)
    folded = page.locator(".depth details > .prose").first
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()


def test_a_persian_page_mirrors_and_its_code_does_not(open_page: Opener) -> None:
    english, persian = open_page(LOST_UPDATE), open_page(PERSIAN)
    for page, from_start in ((english, True), (persian, False)):
        width = page.evaluate("innerWidth")
        for name in (".brand", "h1"):
            box = page.locator(name).first.bounding_box()
            assert box
            assert (box["x"] < width - box["x"] - box["width"]) == from_start, name
        listing, transcript = (page.locator(name).bounding_box() for name in (".listing", ".run"))
        assert listing and transcript
        assert (listing["x"] < transcript["x"]) == from_start
        for name in ("#listing", "#screen"):
            expect(page.locator(name)).to_have_css("direction", "ltr")
    assert persian.evaluate("document.fonts.check('16px vazirmatn', 'موازی')")


@pytest.mark.parametrize(
    ("address", "font"), [("/en/", "public-sans-variable"), ("/fa/", "vazirmatn-persian-variable")]
)
def test_a_page_is_sent_with_its_own_font_only(open_page: Opener, address: str, font: str) -> None:
    page = open_page(address, alone=True)
    page.evaluate("document.fonts.ready")
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [font in name for name in names if ".woff2" in name] == [True]


def test_a_bad_value_shows_its_reason_beside_its_field_and_runs_nothing(
    open_page: Opener, complaints: list[str]
) -> None:
    page = open_page(PERSIAN)
    field = page.locator("#p-thread_count")
    field.fill("99")
    page.locator("#run-button").click()
    expect(page.locator("#e-thread_count")).to_have_text("یک عدد صحیح از ۱ تا ۸ وارد کنید.")
    expect(field).to_have_value("۹۹")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.locator(".line").count() == 0
    complaints.remove(REFUSED)
    field.fill("2")
    run_to_its_end(page)
    assert page.locator("#e-thread_count").count() == 0


def test_the_theme_switch_overrides_the_system_and_is_remembered(open_page: Opener) -> None:
    page = open_page("/en/", color_scheme="light")
    switch = page.get_by_role("button", name="Dark theme")
    expect(switch).to_have_attribute("aria-pressed", "false")
    light = background(page)
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).not_to_have_css("background-color", light)
    dark = background(page)
    page.reload()
    expect(page.locator("body")).to_have_css("background-color", dark)
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("body")).to_have_css("background-color", light)


def test_by_default_the_theme_is_the_systems(open_page: Opener) -> None:
    light = open_page("/en/", color_scheme="light", java_script_enabled=False)
    dark = open_page("/en/", color_scheme="dark", java_script_enabled=False)
    assert light.screenshot() != dark.screenshot()


def test_the_address_and_the_link_to_the_other_language_follow_the_form(open_page: Opener) -> None:
    page = open_page(LOST_UPDATE)
    page.locator("#p-thread_count").fill("3")
    page.get_by_role("radio", name="call").check(force=True)
    expect(page).to_have_url(re.compile("thread_count=3.*window=call"))
    assert "visitor" not in page.url
    page.get_by_role("link", name="فارسی").click()
    expect(page.locator("#p-thread_count")).to_have_value("۳")
    expect(page).to_have_url(re.compile(r"/fa/threads/lock/lost-update\?"))


def test_enter_in_a_field_runs(open_page: Opener) -> None:
    page = open_page(LOST_UPDATE)
    page.locator("#p-thread_count").press("Enter")
    page.locator("#result > .result").wait_for()
    expect(page.locator("#p-thread_count")).to_be_focused()


def test_pointing_at_a_line_marks_the_source_line_that_printed_it(open_page: Opener) -> None:
    page = open_page(LOST_UPDATE, viewport={"width": 1280, "height": 1200})
    run_to_its_end(page)
    line = page.locator(".line").last
    number = line.get_attribute("data-source")
    line.hover()
    expect(page.locator(".code-line.marked")).to_have_attribute("id", str(number))
    expect(page.locator(".code-line.marked")).to_be_in_viewport()


def test_arrow_keys_step_through_the_transcript(open_page: Opener) -> None:
    page = open_page(LOST_UPDATE)
    run_to_its_end(page)
    page.locator("#screen").focus()
    marked = page.locator(".line.marked .text")
    for text in page.locator(".line .text").all_text_contents():
        page.keyboard.press("ArrowDown")
        expect(marked).to_have_text(text)


def test_copied_source_is_the_source(open_page: Opener) -> None:
    page = open_page(LOST_UPDATE)
    copied = page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('#listing code')),"
        "getSelection().toString()"
    )
    source = page.request.get(page.url + ".py").text()
    assert copied.strip() == source.strip()


def test_a_persian_field_takes_persian_digits_and_the_address_has_latin_ones(
    open_page: Opener,
) -> None:
    page = open_page("/fa/threads/lock/lock-around-the-message")
    expect(page.locator("#p-thread_count")).to_have_value("۳")
    page.locator("#p-thread_count").fill("۲")
    page.locator("#p-sleep_seconds").fill("۰٫۱")
    page.locator("#p-sleep_seconds").blur()
    expect(page).to_have_url(re.compile(r"\?thread_count=2&sleep_seconds=0\.1$"))
    page.locator("#run-button").click()
    page.locator("#result .result").wait_for()
    expect(page.locator("#transcript .line")).to_have_count(2 * 2 + 2)
