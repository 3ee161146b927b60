"""The ring of a deadlock: nothing overlaps and nothing is cut off, however many wait."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from webapp.engine.recording import Wait
from webapp.pages.texts.wording import load_wordings
from webapp.timeline.cycle import draw_cycle
from webapp.timeline.ring import LETTER, LINE

NAMES = ["Plato", "Farabi", "Hypatia", "Avicenna", "Kant", "Khayyam", "Arendt", "Ada", "a" * 18]
BOX = re.compile(r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"')
TEXT = re.compile(r'<text class="outside (\w+)" x="(\S+)" y="(\S+)">([^<]*)</text>')

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def ring(count: int) -> str:
    """Draw a deadlock of so many workers, each with an object that it waits for."""
    names = NAMES[:count]
    waits = [
        Wait(name, f"forks[{at}]", 20 + at, names[(at + 1) % count])
        for at, name in enumerate(names)
    ]
    return draw_cycle(waits, load_wordings()["en"], lines="L")


def boxes(svg: str) -> list[Box]:
    found = [tuple(map(float, box)) for box in BOX.findall(svg)]
    return [(x, y, x + width, y + height) for x, y, width, height in found]


def texts(svg: str) -> list[Box]:
    """Return the boxes of the names outside of a ring."""
    found = []
    for anchor, x, y, text in TEXT.findall(svg):
        width = len(text) * LETTER
        left = float(x) - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        found.append((left, float(y) - LINE * 0.75, left + width, float(y) + LINE / 4))
    return found


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("count", range(2, 10))
def test_nothing_overlaps_and_nothing_is_cut_off(count: int) -> None:
    svg = ring(count)
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert found
    width, height = map(int, found.groups())
    shown = boxes(svg) + texts(svg)
    assert len(boxes(svg)) == 2 * count
    for left, top, right, bottom in shown:
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height
    for one, other in combinations(shown, 2):
        assert not overlap(one, other)


@pytest.mark.parametrize("count", [2, 7])
def test_arrows_are_drawn_above_the_nodes(count: int) -> None:
    svg = ring(count)
    assert svg.rindex('class="node') < svg.index('class="edge')
    assert svg.count('href="#L') == count
