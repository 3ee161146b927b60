"""How long a step of a walk takes in a browser, beside a frame of an empty page.

`make bench ARGS=walk` presses Run on the site's own pages, and then steps through the middle of
each run. Of each step it takes the time of the script, the styles and the layout ("work"), and the
time from one frame to the next one: at 60 Hz that is 16.7 ms, unless the step took longer than a
frame. The processor time is that of the page's main thread for a step, painting included; it hardly
depends on what else the machine does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from statistics import median
from urllib.parse import urlencode

from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from bench.stream import served
from tools.browser import FLAGS, path

STEPS = 200
FRAME = 1000 / 60
"""Milliseconds between two frames of a screen at 60 Hz. A step may take so long."""

LOCKED = "/en/threads/lock/lost-update-fixed"
LOST = "/en/threads/lock/lost-update"
RUNS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "a step of a run of locks": (LOCKED, {"thread_count": 4, "increments": 86, "window": "none"}),
    "a step in slow motion": (
        LOST,
        {"thread_count": 4, "increments": 700, "window": "none", "run-slow-motion": "on"},
    ),
}
"""Of each run the demo and its parameters."""

END_MILLISECONDS = 120_000

FRAMES = """async (steps) => {
  const frame = () => new Promise(requestAnimationFrame);
  const on = document.querySelector("run-lanes [data-walk=on]");
  const took = [];
  for (let step = 0; step < steps; step += 1) {
    await frame();
    const began = performance.now();
    on?.click();
    document.body.getBoundingClientRect();
    const worked = performance.now() - began;
    await frame();
    took.push([worked, performance.now() - began]);
  }
  return took;
}"""

TO_THE_MIDDLE = """async () => {
  const lanes = document.querySelector("run-lanes");
  await lanes.load();
  lanes.show(Math.floor(lanes.data.steps.length / 2));
  return lanes.data.steps.length;
}"""


def main() -> int:
    """Print the table; return 1 if a step takes more processor time than a frame lasts."""
    print("| what | processor | work: median | most | frame: least | median | most |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    costs = []
    with served() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path(), chromium_sandbox=False, args=list(FLAGS)
        )
        page = browser.new_page()
        _stepped(page, "an empty page")
        for name, (address, form) in RUNS.items():
            steps = _run(page, f"http://127.0.0.1:{port}{address}?{urlencode(form)}")
            costs.append(_stepped(page, f"{name}, {steps:,} steps"))
        browser.close()
    return int(max(costs) > FRAME)


def _run(page: Page, address: str) -> int:
    """Press Run, and walk to the middle; return how many steps there are."""
    page.goto(address)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#status")).to_have_text("Finished", timeout=END_MILLISECONDS)
    page.locator("#lanes .lanes-time .picture").wait_for()
    steps: int = page.evaluate(TO_THE_MIDDLE)
    return steps


def _stepped(page: Page, what: str) -> float:
    """Take the steps, and print their line; return the milliseconds of the processor for one."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _processor_time(session)
    took = page.evaluate(FRAMES, STEPS)
    cost = (_processor_time(session) - before) / STEPS * 1e3
    works, frames = zip(*took, strict=True)
    figures = [cost, median(works), max(works), min(frames), median(frames), max(frames)]
    print(f"| {what} | {' | '.join(f'{each:.2f} ms' for each in figures)} |", flush=True)
    return cost


def _processor_time(session: CDPSession) -> float:
    """Return the seconds that the page's main thread has worked."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


if __name__ == "__main__":
    sys.exit(main())
