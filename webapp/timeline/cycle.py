"""Draws a deadlock as a graph: workers and the objects that they wait for.

The waits form a circle, or end at a worker that has ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, cos, hypot, pi, sin

from webapp.engine.recording import Link, Wait
from webapp.timeline.words import Words

WIDTH = 420
LOW, HIGH = 130, 260
"""Heights in pixels: of a graph of two boxes, side by side, and of more."""
TWO, ROUND = 2, 8
"""Boxes that stand side by side, and boxes up to which there is room for all on an ellipse."""
GAP, EDGE = 60, 90
"""Of more boxes, in two columns: pixels from one to the next, and from a centre to the edge."""
BOX_HEIGHT = 28
LETTER = 7.6  # pixels
ARROW = 7  # pixels
TEXT_GAP, ASIDE = 13, 42  # pixels from a curve to its text; from a short one, in a column
LETTERS = 18  # that are shown of a name


@dataclass(frozen=True, slots=True)
class _Node:
    """A worker or an object, and the centre of its box."""

    text: str
    worker: bool
    x: float
    y: float

    @property
    def width(self) -> float:
        return max(44.0, len(self.text) * LETTER + 20)


def draw_cycle(cycle: Sequence[Wait], say: Words, *, lines: str) -> str:
    """Return the graph as SVG, or "" if there is no cycle.

    Each waiting edge links to its source line, whose id is `lines` + number.
    """
    if not cycle:
        return ""
    nodes = _placed(cycle, say)
    height = _height(len(nodes))
    drawn: list[str] = []
    at = 0
    for wait in cycle:
        here, there = nodes[at], nodes[(at + 1) % len(nodes)]
        drawn.append(_waiting_edge(here, there, wait.line, say, lines))
        at += 1
        if wait.object != wait.giver and wait.link is not Link.COPIED:
            giver = nodes[(at + 1) % len(nodes)]
            drawn.append(_edge(there, giver, say(f"lanes.cycle_{wait.link}"), "gives"))
            at += 1
    drawn += [_box(node) for node in nodes]
    return (
        f'<svg class="cycle" viewBox="0 0 {WIDTH} {height}" role="group" '
        f'aria-label="{escape(say("lanes.cycle"))}">{"".join(drawn)}</svg>'
    )


def _placed(cycle: Sequence[Wait], say: Words) -> list[_Node]:
    """Return the nodes: each worker, and the object that it waits for unless that is a worker."""
    names: list[tuple[str, bool]] = []
    for wait in cycle:
        names.append((_shortened(wait.worker), True))
        if wait.object != wait.giver:
            names.append((_shortened(wait.object), False))
    if cycle[-1].link in (Link.ENDED, Link.DIED, Link.UNDONE):
        names.append((say("lanes.cycle_gone", name=_shortened(cycle[-1].giver)), True))
    return [_Node(name, worker, *_place(at, len(names))) for at, (name, worker) in enumerate(names)]


def _height(boxes: int) -> int:
    if boxes > ROUND:
        return (ceil(boxes / 2) + 1) * GAP
    return LOW if boxes == TWO else HIGH


def _place(at: int, boxes: int) -> tuple[float, float]:
    """Return the centre of a box: from the left, clockwise."""
    height = _height(boxes)
    if boxes > ROUND:
        up = ceil(boxes / 2)
        if at < up:
            return EDGE, height - GAP * (at + 1)
        return WIDTH - EDGE, GAP * (at - up + 1)
    angle = pi + 2 * pi * at / boxes
    return (
        WIDTH / 2 + cos(angle) * (WIDTH / 2 - 80),
        height / 2 + sin(angle) * (height / 2 - 24),
    )


def _shortened(name: str) -> str:
    """A name that is too long, with its end: there stands the number of a pool's worker."""
    half = LETTERS // 2
    return name if len(name) <= LETTERS else f"{name[:half]}…{name[1 - half :]}"


def _waiting_edge(here: _Node, there: _Node, number: int, say: Words, lines: str) -> str:
    if not number:
        return _edge(here, there, "", "waits")
    edge = _edge(here, there, say("lanes.cycle_line", line=number), "waits")
    return f'<a href="#{lines}{number}">{edge}</a>'


def _edge(here: _Node, there: _Node, text: str, kind: str) -> str:
    """Return a curved arrow from one box to the other, with its text beside it."""
    way_x, way_y = there.x - here.x, there.y - here.y
    length = hypot(way_x, way_y) or 1.0
    side = min(46.0, length / 5)  # keeps the two edges between the same two nodes apart
    mid_x = (here.x + there.x) / 2 + way_y / length * side
    mid_y = (here.y + there.y) / 2 - way_x / length * side
    start = _leaving(here, mid_x, mid_y)
    end = _leaving(there, mid_x, mid_y)
    head = _head(mid_x, mid_y, *end)
    gap = ASIDE if length <= GAP else TEXT_GAP
    text_x = (start[0] + 2 * mid_x + end[0]) / 4 + way_y / length * gap
    text_y = (start[1] + 2 * mid_y + end[1]) / 4 - way_x / length * gap
    way = f"M{start[0]:.0f} {start[1]:.0f}Q{mid_x:.0f} {mid_y:.0f} {end[0]:.0f} {end[1]:.0f}"
    return (
        f'<g class="edge {kind}"><path class="reach" d="{way}"/><path d="{way}"/>{head}'
        f'<text x="{text_x:.0f}" y="{text_y + 4:.0f}">{escape(text)}</text></g>'
    )


def _leaving(node: _Node, x: float, y: float) -> tuple[float, float]:
    """Return where the straight line from a box's centre to a point leaves the box."""
    way_x, way_y = x - node.x, y - node.y
    half_x, half_y = node.width / 2 + 3, BOX_HEIGHT / 2 + 3
    share = min(
        half_x / abs(way_x) if way_x else float("inf"),
        half_y / abs(way_y) if way_y else float("inf"),
        1.0,
    )
    return node.x + way_x * share, node.y + way_y * share


def _head(from_x: float, from_y: float, x: float, y: float) -> str:
    """Return the head of an arrow that points from the first place to (x, y)."""
    way_x, way_y = x - from_x, y - from_y
    length = hypot(way_x, way_y) or 1.0
    along_x, along_y = way_x / length * ARROW, way_y / length * ARROW
    left = (x - along_x - along_y / 2, y - along_y + along_x / 2)
    right = (x - along_x + along_y / 2, y - along_y - along_x / 2)
    return (
        f'<path class="head" d="M{x:.1f} {y:.1f}L{left[0]:.1f} {left[1]:.1f}'
        f'L{right[0]:.1f} {right[1]:.1f}z"/>'
    )


def _box(node: _Node) -> str:
    x, y = node.x - node.width / 2, node.y - BOX_HEIGHT / 2
    # Only workers have round boxes.
    round_ = f' rx="{BOX_HEIGHT / 2:.0f}"' if node.worker else ""
    return (
        f'<g class="node{" worker" if node.worker else ""}">'
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{node.width:.0f}" height="{BOX_HEIGHT}"{round_}/>'
        f'<text x="{node.x:.0f}" y="{node.y + 4:.0f}">{escape(node.text)}</text></g>'
    )
