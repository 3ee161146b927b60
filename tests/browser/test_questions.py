"""Predicting, checking and the progress, in a browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Opener
from tests.browser.test_axe import faults
from tests.browser.test_pages import LANGUAGES

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
NO_START = "/threads/thread-subclass/run-instead-of-start"
NAME = "thread-subclass/run-instead-of-start"
CHECK = "/threads/thread-subclass/check"
WIDEST = 1280
STORED = "JSON.parse(localStorage.getItem('movazi-progress'))"


def predict(page: Page, option: str) -> None:
    """Choose an answer, as a press on it does."""
    page.locator(f"label:has(input[form=form][value={option}])").click()


def run(page: Page) -> None:
    page.locator("#run-button").click()
    page.locator("#result .replies").wait_for()


@EVERY_LANGUAGE
def test_a_prediction_is_one_press_and_the_result_answers_it(
    open_page: Opener, language: str
) -> None:
    page = open_page(f"/{language}{NO_START}")
    before = page.url
    predict(page, "each")
    expect(page.locator("input[value=each]")).to_be_checked()
    assert page.url.partition("?")[0] == before
    assert "predict" not in page.url
    run(page)
    answer = page.locator(".replies .reply")
    expect(answer).to_have_class("reply wrong")
    expect(answer.locator(".predicted")).to_be_visible()
    assert faults(page) == []


def test_a_right_prediction_by_keyboard(open_page: Opener) -> None:
    page = open_page(f"/en{NO_START}")
    page.locator("input[value=none]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.locator("#run-button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".replies .reply")).to_have_class("reply right")


def test_run_is_in_the_first_screen(open_page: Opener) -> None:
    page = open_page(f"/en{NO_START}", viewport={"width": 1280, "height": 800})
    question, button, transcript = (
        page.locator(place).bounding_box() for place in (".question", "#run-button", "#screen")
    )
    assert question and button and transcript
    assert question["y"] < button["y"]
    assert button["y"] + button["height"] < 800
    assert transcript["y"] < 800


def test_what_to_watch_is_folded_up(open_page: Opener) -> None:
    page = open_page(f"/en{NO_START}")
    expect(page.locator("details.watch")).to_be_visible()
    expect(page.locator("details.watch")).not_to_have_attribute("open", "")


def test_without_javascript_the_prediction_travels_with_run(open_page: Opener) -> None:
    page = open_page(f"/en{NO_START}", java_script_enabled=False)
    predict(page, "each")
    page.locator("#run-button").click()
    expect(page.locator(".replies .reply")).to_have_class("reply wrong")
    expect(page.locator("input[value=each]")).to_be_checked()


@EVERY_LANGUAGE
@pytest.mark.parametrize("width", [360, WIDEST])
def test_a_line_is_chosen_in_the_program_by_keyboard(
    open_page: Opener, language: str, width: int
) -> None:
    page = open_page(f"/{language}/threads/barrier/check", viewport={"width": width, "height": 768})
    here = faults if width == WIDEST else violations  # faults() tries every width by itself
    program = page.locator(".choose-line")
    program.locator("input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(program.get_by_role("radio", name="barrier.wait()")).to_be_checked()
    assert here(page) == []
    page.locator(".check-form button").focus()
    page.keyboard.press("Enter")
    page.locator(".check-end").wait_for()
    asked = page.locator(".checked").filter(has=program)
    expect(asked.locator(".reply")).to_have_class("reply right")
    assert here(page) == []


def test_without_javascript_a_line_can_be_chosen(open_page: Opener) -> None:
    page = open_page("/en/threads/barrier/check", java_script_enabled=False)
    program = page.locator(".choose-line")
    program.get_by_role("radio", name="time.sleep(seconds)").check()
    page.locator(".check-form button").click()
    asked = page.locator(".checked").filter(has=program)
    expect(asked.locator(".reply")).to_have_class("reply wrong")
    expect(asked.locator(".reply")).to_contain_text("barrier.wait()")


@EVERY_LANGUAGE
def test_a_check_runs_its_programs_and_says_what_to_look_at(
    open_page: Opener, language: str
) -> None:
    page = open_page(f"/{language}{CHECK}")
    assert faults(page) == []
    for question in page.locator("fieldset.question").all():
        question.locator("label").first.click()
    page.locator(".check-form button").click()
    page.locator(".check-end").wait_for()
    assert page.locator(".checked .reply").count() == page.locator("fieldset.question").count()
    assert faults(page) == []
    [right, all_] = page.evaluate(f"{STORED}.checked['thread-subclass']")
    expect(page.locator(".check-top")).to_have_text(page.locator(".check-end h2").inner_text())
    expect(page.locator(".check-top")).to_be_in_viewport()
    assert 0 <= right <= all_


def test_the_progress_is_marked_saved_taken_and_cleared(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(f"/en{NO_START}")
    predict(page, "each")
    run(page)
    link = page.locator(f"[data-demo-link='{NAME}'] .done-mark")
    expect(link).to_be_visible()
    expect(page.locator("#topic-progress")).to_have_text("1 of 5 demos run")
    assert page.evaluate(STORED)["predicted"] == {NAME: "wrong"}

    page.goto(page.url.partition("/en/")[0] + "/en/")
    expect(page.locator(".progress-said")).to_contain_text("0 of ")
    with page.expect_download() as download:
        page.locator(".progress-save").click()
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8"))["ran"] == {NAME: True}

    page.locator(".progress-clear").click()
    assert page.evaluate(STORED)["ran"] == {}
    page.locator("#progress input[type=file]").set_input_files(file)
    expect(page.locator("#progress [role=status]")).to_have_text("Taken.")
    assert page.evaluate(STORED)["ran"] == {NAME: True}


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"version": 2, "ran": {}}', "null", '{"version": 1', '"<script>"'],
)
def test_a_file_of_something_else_is_refused(
    open_page: Opener, tmp_path: Path, content: str
) -> None:
    page = open_page("/en/")
    file = tmp_path / "other.json"
    file.write_text(content, encoding="utf-8")
    page.locator("#progress input[type=file]").set_input_files(file)
    expect(page.locator("#progress [role=status]")).to_contain_text("not a file of this site")


def test_only_known_entries_are_taken(open_page: Opener, tmp_path: Path) -> None:
    page = open_page("/en/")
    file = tmp_path / "odd.json"
    odd = {
        "version": 1,
        "ran": {NAME: True, "<b>": True, "a/b": "yes"},
        "predicted": {NAME: "right", "a/b": "perhaps"},
        "checked": {"lock": [9, 5], "rlock": [2, 3], "x": "all"},
        "more": 1,
    }
    file.write_text(json.dumps(odd), encoding="utf-8")
    page.locator("#progress input[type=file]").set_input_files(file)
    expect(page.locator("#progress [role=status]")).to_have_text("Taken.")
    assert page.evaluate(STORED) == {
        "version": 1,
        "ran": {NAME: True},
        "predicted": {NAME: "right"},
        "checked": {"rlock": [2, 3]},
    }


def test_a_topic_is_done_when_all_its_demos_ran(open_page: Opener, tmp_path: Path) -> None:
    page = open_page("/en/")
    course = json.loads(page.locator("#progress").get_attribute("data-course") or "")
    first, second = course[:2]
    names = page.evaluate(
        """async (address) => {
          const html = await (await fetch(address)).text();
          const links = new DOMParser().parseFromString(html, "text/html");
          const found = [...links.querySelectorAll("[data-demo-link]")];
          return found.map((link) => link.dataset.demoLink);
        }""",
        first["address"],
    )
    assert len(names) == first["demos"]
    file = tmp_path / "one.json"
    file.write_text(json.dumps({"version": 1, "ran": dict.fromkeys(names, True)}))
    page.locator("#progress input[type=file]").set_input_files(file)
    expect(page.locator(".progress-said")).to_have_text(f"1 of {len(course)} topics done.")
    expect(page.locator(".progress-on")).to_have_attribute("href", second["address"])
    expect(page.locator(f".topics a[href='{first['address']}'] .done-mark")).to_be_visible()


def test_the_progress_speaks_persian(open_page: Opener) -> None:
    page = open_page("/fa/")
    expect(page.locator(".progress-said")).to_contain_text("۰ موضوع از")
    assert faults(page) == []


def test_without_javascript_there_is_no_progress(open_page: Opener) -> None:
    page = open_page("/en/", java_script_enabled=False)
    expect(page.locator("#progress")).to_be_hidden()
