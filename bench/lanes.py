"""Time to draw the picture of a run of some thousand events."""

from __future__ import annotations

import time
from collections.abc import Callable
from xml.etree import ElementTree

from bench.table import Row
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.lessons.folders import TOPICS
from webapp.pages.texts.wording import load_wordings
from webapp.timeline.arrows import find_arrows
from webapp.timeline.reading import draw
from webapp.timeline.scale import View
from webapp.timeline.svg import draw_picture

DEMO = TOPICS / "lock/demos/lost_update_fixed.py"
INCREMENTS = 86
"""Increments of each of the four threads: some thousand events in all."""
TIMES = 50


def measure() -> list[Row]:
    """Draw a run, and the same with one SVG element per stretch."""
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
    return [
        Row(f"the picture of {events}", own, other, others, "ms"),
        Row(f"its size, {events}", sizes[0], other, sizes[1], "kB"),
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


def _milliseconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1e3
