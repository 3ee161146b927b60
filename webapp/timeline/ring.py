"""Draws a graph of many nodes as a ring: small signs on a circle, and their names outside of it.

The circle grows with the number of nodes, and the picture with their names, so that nothing
overlaps and nothing is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, cos, hypot, pi, sin
from typing import NamedTuple

SIGN = 9.0
"""Half of a sign's width, in pixels."""
APART = 36.0  # pixels from one sign to the next, at least
LEAST_RADIUS = 52.0  # pixels
NAME_GAP = 8.0  # pixels from a sign to its name
LETTER = 7.8  # pixels
LINE = 16.0  # pixels
ARROW = 7.0  # pixels
BESIDE = 0.05  # the cosine of an angle from which on a name stands beside its sign

Place = tuple[float, float]


class Name(NamedTuple):
    """The name of a node: of a worker, or of an object that workers wait for."""

    text: str
    worker: bool


class Edge(NamedTuple):
    """An arrow between two nodes, by their indices.

    `kind` is "waits" or "gives". `line` is the id of the source's line that it leads to, or "".
    """

    start: int
    end: int
    kind: str
    text: str
    line: str = ""


def draw_ring(names: Sequence[Name], edges: Iterable[Edge]) -> tuple[int, int, str]:
    """Return the picture's width and height in pixels, and its shapes as SVG."""
    step = 2 * pi / len(names)
    # Near the top and the bottom, each name needs a line of its own.
    line_each = LINE / (cos(step / 2) - cos(3 * step / 2))
    radius = max(LEAST_RADIUS, APART / step, line_each)
    widest = max(len(name.text) for name in names) * LETTER
    further = _further(widest, radius, step)
    middle = (
        radius + SIGN + NAME_GAP + widest + 1,
        radius + SIGN + NAME_GAP + LINE + further,
    )
    # From the top, clockwise.
    angles = [step * at - pi / 2 for at in range(len(names))]
    drawn = [
        _node(name, _at(middle, radius, angle), angle, further)
        for name, angle in zip(names, angles, strict=True)
    ]
    drawn += [
        linked(edge, _arc(edge, angles[edge.start], middle, radius, len(names))) for edge in edges
    ]
    return ceil(2 * middle[0]), ceil(2 * middle[1]), "".join(drawn)


def _at(middle: Place, radius: float, angle: float) -> Place:
    return middle[0] + cos(angle) * radius, middle[1] + sin(angle) * radius


def _further(widest: float, radius: float, step: float) -> float:
    """Return how much further out names stand above and below the ring, to be clear of others."""
    beside = radius * sin(step) + SIGN + NAME_GAP  # where the next name begins
    return 0.0 if widest / 2 + NAME_GAP < beside else LINE


def _node(name: Name, place: Place, angle: float, further: float) -> str:
    x, y = place
    right, down = cos(angle), sin(angle)
    if abs(right) < BESIDE:
        anchor, text_x = "middle", x
        out = SIGN + NAME_GAP + further
        text_y = y + (out + 0.6 * LINE if down > 0 else -out)
    else:
        anchor = "start" if right > 0 else "end"
        text_x = x + (1 if right > 0 else -1) * (SIGN + NAME_GAP)
        text_y = y + 4 + down * LINE / 2
    # Only workers have round signs.
    corner = SIGN if name.worker else 1
    return (
        f'<g class="node{" worker" if name.worker else ""}">'
        f'<rect x="{x - SIGN:.1f}" y="{y - SIGN:.1f}" width="{2 * SIGN:.0f}" '
        f'height="{2 * SIGN:.0f}" rx="{corner:.0f}"/>'
        f'<text class="outside {anchor}" x="{text_x:.1f}" y="{text_y:.1f}">'
        f"{escape(name.text)}</text></g>"
    )


def _arc(edge: Edge, angle: float, middle: Place, radius: float, count: int) -> str:
    """Return an arrow along the circle to the next node, with its text in the circle's middle."""
    step = 2 * pi / count
    clear = (SIGN + 3) / radius  # the angle that a sign takes
    start, end = _at(middle, radius, angle + clear), _at(middle, radius, angle + step - clear)
    bow = _at(middle, radius / cos(step / 2 - clear), angle + step / 2)
    return arrow(edge, start, bow, end, (middle[0], middle[1] + 4))


def arrow(
    edge: Edge, start: Place, bow: Place, end: Place, text: Place, *, anchor: str = "middle"
) -> str:
    """Return a curved arrow, bent towards `bow`, with the edge's text.

    `anchor` is the part of the text that stands at its place: "start", "middle" or "end".
    """
    way = f"M{start[0]:.0f} {start[1]:.0f}Q{bow[0]:.0f} {bow[1]:.0f} {end[0]:.0f} {end[1]:.0f}"
    return (
        f'<g class="edge {edge.kind}"><path class="reach" d="{way}"/><path d="{way}"/>'
        f"{_head(bow, end)}"
        f'<text class="{anchor}" x="{text[0]:.0f}" y="{text[1]:.0f}">{escape(edge.text)}</text></g>'
    )


def linked(edge: Edge, drawn: str) -> str:
    """Return an edge as a link to its line of the source, if it has one."""
    return f'<a href="#{edge.line}">{drawn}</a>' if edge.line else drawn


def _head(start: Place, end: Place) -> str:
    """Return the head of an arrow that comes from `start` and points to `end`."""
    x, y = end
    way_x, way_y = x - start[0], y - start[1]
    length = hypot(way_x, way_y) or 1.0
    along_x, along_y = way_x / length * ARROW, way_y / length * ARROW
    left = (x - along_x - along_y / 2, y - along_y + along_x / 2)
    right = (x - along_x + along_y / 2, y - along_y - along_x / 2)
    return (
        f'<path class="head" d="M{x:.1f} {y:.1f}L{left[0]:.1f} {left[1]:.1f}'
        f'L{right[0]:.1f} {right[1]:.1f}z"/>'
    )
