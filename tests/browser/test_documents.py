"""The long pages in a browser, besides how they are laid out: test_axe.py sees that."""

from playwright.sync_api import expect

from tests.browser.conftest import Opener


def test_a_button_copies_what_one_types_in_a_terminal(open_page: Opener) -> None:
    page = open_page("/en/record", alone=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy = page.locator(".copied .copy-code").first
    copy.click()
    expect(copy).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "movazi record three.py"


def test_the_sample_is_alive(open_page: Opener) -> None:
    page = open_page("/en/record")
    page.locator("#transcript .line").first.hover()
    expect(page.locator("#transcript .line.marked")).to_have_count(1)
    expect(page.locator(".sample .code-line.marked")).to_have_count(1)
    page.get_by_role("button", name="To the end").click()
    expect(page.locator(".walk-now .moment")).not_to_have_text("0.000000 s")


def test_the_plan_of_a_lesson_is_printed_by_itself(open_page: Opener) -> None:
    page = open_page("/en/teachers", alone=True)
    page.emulate_media(media="print")
    expect(page.locator(".toc")).to_be_hidden()
    expect(page.locator(".copy-code").first).to_be_hidden()
    plan = page.locator(".part").first
    expect(plan).to_have_css("break-after", "page")
