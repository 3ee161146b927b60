"""Time to draw the picture of a run of some thousand events, and to step through it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import sync_playwright

from bench.table import Row
from tools.browser import find
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.lessons.folders import TOPICS
from webapp.pages.texts.wording import load_wordings
from webapp.timeline.arrows import find_arrows
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.reading import draw
from webapp.timeline.scale import View
from webapp.timeline.svg import draw_picture

DEMO = TOPICS / "lock/demos/lost_update_fixed.py"
INCREMENTS = 86
"""Increments of each of the four threads: some thousand events in all."""
TIMES = 50
STATIC = Path(__file__).resolve().parents[1] / "static"
FRAME = 1000 / 60
"""Milliseconds between two frames of a screen at 60 Hz."""

WALK = """async () => {
  const lanes = document.querySelector("run-lanes");
  await lanes.load();
  const took = [];
  for (let step = 0; step <= lanes.data.steps.length; step += 1) {
    const began = performance.now();
    lanes.show(step);
    lanes.getBoundingClientRect();
    took.push(performance.now() - began);
  }
  return took;
}"""


def measure() -> list[Row]:
    """Draw a run, and the same with one SVG element per stretch; step through it in a browser."""
    recording = _recorded()
    timeline = draw(recording)
    arrows, say = find_arrows(timeline), load_wordings()["en"]
    view = View(0, timeline.end)

    def picture() -> str:
        found = draw(recording)
        return draw_picture(found, find_arrows(found), view, say, label="lanes").svg

    def plain() -> str:
        found = draw(recording)
        find_arrows(found)
        root = ElementTree.Element("svg")
        for lane in found.lanes:
            for stretch in (*lane.stretches, *lane.beside):
                _element(root, "rect", stretch.start, stretch.end, stretch.state)
        for arrow in arrows:
            _element(root, "line", arrow.start, arrow.end, arrow.cause)
        return ElementTree.tostring(root, encoding="unicode")

    events = f"{len(recording.events):,} events"
    other = "an element each"
    times = [(_milliseconds(picture), _milliseconds(plain)) for _ in range(TIMES)]
    own, others = zip(*times, strict=True)
    sizes = [len(picture()) / 1000], [len(plain()) / 1000]
    walk = _walked(recording)
    return [
        Row(f"the picture of {events}", own, other, others, "ms"),
        Row(f"its size, {events}", sizes[0], other, sizes[1], "kB"),
        Row(f"a step through {events}", walk, "a frame", [FRAME], "ms"),
    ]


def _recorded() -> Recording:
    runner = EmbeddedRunner()
    try:
        run = runner.start(Program(DEMO, {"increments": INCREMENTS}))
        for _ in runner.follow(run):
            pass
        recording = runner.recording(run)
    finally:
        runner.close()
    assert recording is not None
    return recording


def _element(root: ElementTree.Element, tag: str, start: int, end: int, kind: str) -> None:
    place = {"x": str(start), "y": "24", "width": str(end - start), "height": "14", "class": kind}
    ElementTree.SubElement(root, tag, place)


def _walked(recording: Recording) -> list[float]:
    """Return the milliseconds of each step in the browser, layout included."""
    figure = draw_figure(draw(recording), load_wordings()["en"], Setting())
    styles = "".join(
        (STATIC / f"css/{name}.css").read_text() for name in ("tokens", "lanes", "walk")
    )
    scripts = "".join(
        (STATIC / f"js/{name}.js").read_text() for name in ("axis", "marking", "lanes")
    )
    script = re.sub(r"^import .*$|^export ", "", scripts, flags=re.MULTILINE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(), chromium_sandbox=False, args=["--headless=new", "--no-sandbox"]
        )
        page = browser.new_page()
        page.set_content(f"<style>{styles}</style>{figure}")
        page.add_script_tag(content=script, type="module")
        page.wait_for_function("!!customElements.get('run-lanes')")
        took: list[float] = page.evaluate(WALK)
        browser.close()
    return took


def _milliseconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1e3
