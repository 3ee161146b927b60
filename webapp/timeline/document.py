"""Writes the picture as an SVG file that contains its own styles."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from webapp.timeline.arrows import find_arrows
from webapp.timeline.bands import fold
from webapp.timeline.lanes import MICROSECONDS, Timeline
from webapp.timeline.rows import Row
from webapp.timeline.scale import View, written
from webapp.timeline.svg import draw_picture
from webapp.timeline.words import Words, writable

WIDTH, NAMES, MARGIN, TITLE = 1080, 150, 16, 34
LETTERS = 18  # that are shown of a worker's name

# The colours of workers in the page's light theme, in sRGB, which every viewer supports.
HUES = (
    "#30529f", "#a33b20", "#0f6a42", "#8e2a87", "#7c5b00",
    "#006f76", "#6a3fb0", "#4d6412", "#a52a4c", "#48505f",
)  # fmt: skip

STYLE = """
svg{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:9.5px}
text{fill:#1c2130}
.title{font-size:14px;font-weight:bold}
.name{font-size:12px;font-weight:bold;fill:currentColor}
path{vector-effect:non-scaling-stroke}
.grid{fill:none;stroke:#dcd8cc}
.tick{font-size:10.5px;fill:#555c6c}
.running,.sleeping,.holding{fill:currentColor}
.mixed{fill:currentColor;fill-opacity:.45}
.waiting,.joining{fill:#fff;stroke:currentColor;stroke-width:1.25px}
.joining{stroke-dasharray:2 3}
.idle{fill:none;stroke:currentColor;stroke-dasharray:1 4}
.ready{fill:currentColor;fill-opacity:.3}
.band-ready{fill:currentColor;fill-opacity:.6}
.band-waiting{fill:currentColor;fill-opacity:.3}
.band-sleeping{fill:currentColor;fill-opacity:.12}
.task{fill:currentColor;fill-opacity:.3;stroke:currentColor}
.arrow{fill:none;stroke:#555c6c;stroke-opacity:.6}
.start.arrow,.join.arrow{stroke-dasharray:1 2}
.dot{fill:none;stroke:#555c6c;stroke-linecap:round;stroke-width:5px}
path.ideal{fill:none;stroke:#17693f;stroke-dasharray:6 3;stroke-width:1.5px}
text.ideal{fill:#17693f;font-weight:bold}
.noise{fill:#855000}
.end{fill:#a92323;font-size:12px;font-weight:bold}
""" + "".join(f".hue-{at}{{color:{hue}}}" for at, hue in enumerate(HUES))

STYLE_SHA256 = b64encode(sha256(STYLE.encode()).digest()).decode()
"""Hash of the picture's `<style>`, for a Content-Security-Policy."""


def draw_document(timeline: Timeline, say: Words, *, title: str, ideal: float | None = None) -> str:
    """Return the whole run as an SVG file; `ideal` is in seconds."""
    timeline = fold(timeline)
    marked = None if ideal is None else round(ideal * MICROSECONDS)
    picture = draw_picture(
        timeline,
        find_arrows(timeline),
        View(0, timeline.end),
        label=title,
        ideal=marked or None,
        ideal_label=say("lanes.ideal", time=written(marked or 0, timeline.end)),
    )
    height = picture.height + TITLE + MARGIN
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}"><title>{escape(title)}</title>'
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>'
        f'<text class="title" x="{MARGIN}" y="22">{escape(title)}</text>{_names(picture.rows)}'
        f'<svg x="{NAMES}" y="{TITLE}" width="{WIDTH - NAMES - MARGIN}" '
        f'height="{picture.height}">{picture.svg}</svg></svg>\n'
    )
    return writable(document)


def _names(rows: Sequence[Row]) -> str:
    return "".join(
        f'<g class="hue-{row.hue}"><text class="name" x="{MARGIN + 10 * row.lane.depth}" '
        f'y="{TITLE + row.top + 17}">{escape(row.lane.name[:LETTERS])}</text></g>'
        for row in rows
    )
