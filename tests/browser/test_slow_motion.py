"""Walking through a run in slow motion, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Opener
from tests.browser.layout import misfits
from webapp.lessons.text import LANGUAGES
from webapp.lessons.values import in_latin_digits

LOST = "/threads/lock/lost-update?thread_count=2&increments=2&window=yield&run-slow-motion=on"
LONG = "/threads/lock/lost-update?thread_count=4&increments=600&window=none&run-slow-motion=on"

# Count what a step reads of all that is as long as the run, and what it changes in the page.
COUNT_WORK = """async () => {
  const lanes = document.querySelector("run-lanes");
  await lanes.load();
  let reads = 0;
  const watch = (owner, name) => {
    const list = owner[name];
    const handler = {
      get(target, key, self) {
        reads += typeof key === "string" && /^\\d+$/.test(key);
        return Reflect.get(target, key, self);
      },
    };
    owner[name] = new Proxy(list, handler);
  };
  watch(lanes.data, "steps");
  watch(lanes.data, "spans");
  watch(lanes.data, "touched");
  watch(lanes, "times");
  watch(lanes.printed, "counts");
  for (const place of lanes.slow.places) { watch(place, "steps"); watch(place, "lines"); }
  for (const variable of lanes.slow.variables) {
    watch(variable, "steps");
    watch(variable, "deeds");
  }
  for (const worker of lanes.states.workers) { watch(worker, "starts"); watch(worker, "told"); }
  let changes = 0;
  const observer = new MutationObserver((records) => { changes += records.length; });
  observer.observe(document.body, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
  const steps = lanes.data.steps.length;
  const middle = steps >> 1;
  lanes.show(middle);
  observer.takeRecords();
  const most = { steps, reads: 0, changes: 0 };
  for (let step = middle + 1; step <= middle + 50; step += 1) {
    reads = 0;
    lanes.show(step);
    most.changes = Math.max(most.changes, observer.takeRecords().length);
    most.reads = Math.max(most.reads, reads);
  }
  return most;
}"""


def ran(open_page: Opener, address: str) -> Page:
    """Open a demo, run it, and wait for its result."""
    page = open_page(address)
    page.locator("#run-button").click()
    expect(page.locator("#result .result")).to_be_visible(timeout=60_000)
    return page


def test_the_work_of_a_step_does_not_grow_with_the_run(open_page: Opener) -> None:
    page = ran(open_page, f"/en{LONG}")
    most = page.evaluate(COUNT_WORK)
    assert most["steps"] > 10_000
    # Five workers and a few variables, in each of which a step is looked up by halving.
    assert most["reads"] < 600
    assert most["changes"] < 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_worker_stands_at_its_line_and_the_states_name_it(
    open_page: Opener, language: str
) -> None:
    page = ran(open_page, f"/{language}{LOST}")
    expect(page.locator("[name=run-slow-motion]")).to_be_checked()
    slider = page.locator(".walk input")
    slider.focus()
    for _ in range(200):
        standing = page.locator(".here-names b:not([hidden])").all_inner_texts()
        if {"M", "T1"} <= set(standing):
            break
        page.keyboard.press("ArrowRight")
    assert {"M", "T1"} <= set(standing)
    line = page.locator(
        ".code-line:has(.here-names b:not([hidden]):text-is('T1')) > a"
    ).inner_text()
    state = page.locator(".now tbody tr", has_text="Thread-1").locator("td").first
    [number] = re.findall(r"\d+", in_latin_digits(state.inner_text()))
    assert number == line
    # When it is over, nobody stands anywhere.
    page.locator("[data-walk=last]").click()
    expect(page.locator(".here-names b:not([hidden])")).to_have_count(0)
    assert violations(page) + misfits(page) == []


def test_another_run_takes_the_marks_of_the_one_before_away(open_page: Opener) -> None:
    page = ran(open_page, f"/en{LOST}")
    page.locator("[data-walk=first]").click()
    while not page.locator(".here-names b").count():
        page.locator("[data-walk=on]").click()
    page.locator("[name=run-slow-motion]").uncheck()
    page.locator("#run-button").click()
    expect(page.locator(".shared-values")).to_have_count(0, timeout=30_000)
    expect(page.locator("#result .result")).to_be_visible(timeout=60_000)
    expect(page.locator(".here-names b")).to_have_count(0)
