"""A lesson in two browsers: both vote twice, follow one run, and run it themselves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import violations
from tests.browser.conftest import Opener, Site
from tests.browser.layout import misfits

QUESTION = "lock/lost-update#final"
WORDS = {
    "en": {
        "open": "Open a room",
        "ask": "Ask it",
        "talk": "Close the vote and talk",
        "again": "Open the second vote",
        "run": "Close the vote and run",
        "own": "Run it yourself",
    },
    "fa": {
        "open": "باز کردن اتاق",
        "ask": "مطرح کن",
        "talk": "پایان رأی‌گیری و آغاز گفت‌وگو",
        "again": "آغاز رأی دوم",
        "run": "پایان رأی‌گیری و اجرا",
        "own": "خودتان اجرا کنید",
    },
}


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def vote(page: Page, number: int, *, by_keyboard: bool = False) -> None:
    option = page.locator("button.room-choice").nth(number)
    if by_keyboard:
        option.focus()
        page.keyboard.press("Enter")
    else:
        option.click()
    expect(page.locator("button.room-choice").nth(number)).to_have_attribute("aria-pressed", "true")


def check(*pages: Page, phone: Page) -> None:
    """Check pages at every width, and on a phone a page that is the same as another student's."""
    assert not violations(phone)
    for page in pages:
        assert not violations(page) + misfits(page)


@pytest.mark.parametrize("language", WORDS)
def test_a_lesson_of_two(open_page: Opener, language: str) -> None:
    words = WORDS[language]
    teacher = open_page(f"/{language}/class/new")
    press(teacher, words["open"])
    join = teacher.locator('a[href^="/c/"]').get_attribute("href")
    screen = teacher.locator(f'a[href^="/{language}/c/"]').get_attribute("href")
    assert join and screen
    phone = {"width": 360, "height": 740}
    ann = open_page(join, viewport=phone, locale=language)
    bob = open_page(join, locale=language)
    projector = open_page(screen, viewport={"width": 1024, "height": 768})

    teacher.select_option("#question", QUESTION)
    press(teacher, words["ask"])
    vote(ann, 0)
    vote(bob, 1, by_keyboard=True)
    expect(projector.locator(".room-step")).to_contain_text(re.compile("[2۲]"))
    ann.reload()
    expect(ann.locator('button.room-choice[aria-pressed="true"]')).to_have_count(1)
    check(teacher, bob, projector, phone=ann)
    press(teacher, words["talk"])
    expect(ann.locator("button.room-choice")).to_have_count(0)
    press(teacher, words["again"])
    for page in (ann, bob):
        vote(page, 1)
    press(teacher, words["run"])
    for page in (teacher, ann, bob, projector):
        expect(page.locator(".room-results")).to_be_visible()
        shares = [text.split()[0] for text in page.locator(".room-results td").all_inner_texts()]
        digits = str.maketrans("۰۱۲", "012")
        assert [share.translate(digits) for share in shares][:4] == ["1", "0", "1", "2"]
    for page in (ann, bob):
        press(page, words["own"])
        expect(page.locator(".room-next [role=status]")).to_be_visible()
    expect(projector.locator(".room-results thead")).to_contain_text(re.compile("[2۲]"))
    check(teacher, bob, projector, phone=ann)


def test_a_room_is_followed_when_the_extension_for_streams_comes_late(
    open_page: Opener, live_site: Site
) -> None:
    teacher = open_page("/en/class/new")
    press(teacher, WORDS["en"]["open"])
    join = teacher.locator('a[href^="/c/"]').get_attribute("href")
    student = open_page("about:blank", base="", alone=True)
    late: list[Route] = []

    def leave_open(route: Route) -> None:
        late.append(route)

    student.route("**/hx-sse*", leave_open)
    with student.expect_request("**/hx-sse*"):
        student.goto(f"{live_site.url}{join}", wait_until="commit")
    # htmx begins in a timeout if it does not wait for the page.
    # The page's policy forbids the evaluation of a string, which wait_for_function() needs.
    while not student.evaluate("'htmx' in window"):
        student.wait_for_timeout(20)
    student.evaluate("new Promise(done => setTimeout(done))")
    with student.expect_request("**/events"):
        late[0].continue_()


@pytest.mark.parametrize("language", WORDS)
def test_without_javascript_a_student_votes_and_loads_the_page_again(
    open_page: Opener, language: str
) -> None:
    teacher = open_page(f"/{language}/class/new")
    press(teacher, WORDS[language]["open"])
    join = teacher.locator('a[href^="/c/"]').get_attribute("href")
    assert join
    student = open_page(join, locale=language, java_script_enabled=False)
    again = student.locator(".room-reload a")
    expect(student.locator(".room-welcome")).to_be_visible()
    teacher.select_option("#question", QUESTION)
    press(teacher, WORDS[language]["ask"])
    expect(teacher.locator(".room-prompt")).to_be_visible()
    again.click()
    student.locator("button.room-choice").first.click()
    expect(student.locator('button.room-choice[aria-pressed="true"]')).to_have_count(1)
    press(teacher, WORDS[language]["run"])
    expect(teacher.locator(".room-results")).to_be_visible()
    again.click()
    expect(student.locator(".room-results")).to_be_visible()
    press(student, WORDS[language]["own"])
    expect(student.locator(".room-next [role=status]")).to_be_visible()
