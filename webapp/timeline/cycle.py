"""Draws a deadlock as a graph: workers and the objects that they wait for.

The waits form a circle, or end at a worker that has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from math import ceil, cos, hypot, pi, sin

from webapp.engine.recording import Link, Wait
from webapp.timeline.ring import Edge, Name, arrow, draw_ring, linked
from webapp.timeline.words import Words

WIDTH = 340
"""The least width in pixels. Long names make a wider graph."""
LOW, HIGH = 120, 190
"""Heights in pixels: of a graph of two boxes, side by side, and of more."""
TWO = 2
MOST_BOXES = 4  # of more nodes, the names stand outside of a ring
BOX_HEIGHT = 28
LETTER = 7.6  # pixels
BETWEEN = 70  # pixels between the two boxes that stand side by side, at least
STEEP = 4  # times as wide as high: such an arrow is level, and its text stands above or below
BASE = 4  # pixels from the middle of small letters to the line that they stand on
TEXT_GAP = 8  # pixels from a curve to its text
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
    names = _named(cycle, say)
    if len(names) > MOST_BOXES:
        width, height, drawn = draw_ring(names, _edges(cycle, len(names), say, lines))
    else:
        width, height, drawn = _boxes(names, _edges(cycle, len(names), say, lines))
    return (
        f'<svg class="cycle" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="group" '
        f'aria-label="{escape(say("lanes.cycle"))}">{drawn}</svg>'
    )


def _edges(cycle: Sequence[Wait], count: int, say: Words, lines: str) -> Iterator[Edge]:
    """Yield the edges in order; each goes from a node to the next, the last to the first."""
    at = 0
    for wait in cycle:
        text = say("lanes.cycle_line", line=wait.line) if wait.line else ""
        line = f"{lines}{wait.line}" if wait.line else ""
        yield Edge(at, (at + 1) % count, "waits", text, line)
        at += 1
        if wait.object != wait.giver and wait.link is not Link.COPIED:
            yield Edge(at, (at + 1) % count, "gives", say(f"lanes.cycle_{wait.link}"))
            at += 1


def _boxes(names: Sequence[Name], edges: Iterable[Edge]) -> tuple[int, int, str]:
    """Draw a few nodes as boxes, with their names in them and the edges' texts beside them."""
    widest = max(_Node(name.text, name.worker, 0, 0).width for name in names)
    width = max(WIDTH, ceil(2 * widest) + BETWEEN)
    nodes = _placed(names, width)
    drawn = [_box(node) for node in nodes]
    drawn += [linked(edge, _edge(nodes[edge.start], nodes[edge.end], edge)) for edge in edges]
    return width, LOW if len(nodes) == TWO else HIGH, "".join(drawn)


def _named(cycle: Sequence[Wait], say: Words) -> list[Name]:
    """Return the nodes: each worker, and the object that it waits for unless that is a worker."""
    names: list[Name] = []
    for wait in cycle:
        names.append(Name(_shortened(wait.worker), worker=True))
        if wait.object != wait.giver:
            names.append(Name(_shortened(wait.object), worker=False))
    if cycle[-1].link in (Link.ENDED, Link.DIED, Link.LOST, Link.UNDONE):
        gone = say("lanes.cycle_gone", name=_shortened(cycle[-1].giver))
        names.append(Name(gone, worker=True))
    return names


def _placed(names: Sequence[Name], width: int) -> list[_Node]:
    height = LOW if len(names) == TWO else HIGH
    nodes = []
    for at, name in enumerate(names):
        # From the left, clockwise.
        angle = pi + 2 * pi * at / len(names)
        node = _Node(name.text, name.worker, 0, 0)
        x = width / 2 + cos(angle) * (width - node.width - 2) / 2
        y = height / 2 + sin(angle) * (height - BOX_HEIGHT - 2) / 2
        nodes.append(replace(node, x=x, y=y))
    return nodes


def _shortened(name: str) -> str:
    """A name that is too long, with its end: there stands the number of a pool's worker."""
    half = LETTERS // 2
    return name if len(name) <= LETTERS else f"{name[:half]}…{name[1 - half :]}"


def _edge(here: _Node, there: _Node, edge: Edge) -> str:
    """Return a curved arrow from one box to the other, with its text beside it."""
    way_x, way_y = there.x - here.x, there.y - here.y
    length = hypot(way_x, way_y) or 1.0
    side = min(46.0, length / 5)  # keeps the two edges between the same two nodes apart
    mid_x = (here.x + there.x) / 2 + way_y / length * side
    mid_y = (here.y + there.y) / 2 - way_x / length * side
    start = _leaving(here, mid_x, mid_y)
    end = _leaving(there, mid_x, mid_y)
    text_x = (start[0] + 2 * mid_x + end[0]) / 4 + way_y / length * TEXT_GAP
    text_y = (start[1] + 2 * mid_y + end[1]) / 4 - way_x / length * (TEXT_GAP + BASE)
    # Beside the curve, not across it: letters stand on their line, which is below their middle.
    # The boxes stand clockwise: an arrow that goes up is at the left, and so is its text.
    anchor = "end" if way_y < 0 else "start"
    if abs(way_y) < abs(way_x) / STEEP:
        anchor = "middle"
    return arrow(edge, start, (mid_x, mid_y), end, (text_x, text_y + BASE), anchor=anchor)


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


def _box(node: _Node) -> str:
    x, y = node.x - node.width / 2, node.y - BOX_HEIGHT / 2
    # Only workers have round boxes.
    round_ = f' rx="{BOX_HEIGHT / 2:.0f}"' if node.worker else ""
    return (
        f'<g class="node{" worker" if node.worker else ""}">'
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{node.width:.0f}" height="{BOX_HEIGHT}"{round_}/>'
        f'<text x="{node.x:.0f}" y="{node.y + BASE:.0f}">{escape(node.text)}</text></g>'
    )
