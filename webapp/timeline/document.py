"""Writes the picture as an SVG file that contains its own styles."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from webapp.timeline.arrows import find_arrows
from webapp.timeline.bands import fold
from webapp.timeline.folds import find_folds
from webapp.timeline.lanes import MICROSECONDS, Timeline
from webapp.timeline.scale import View
from webapp.timeline.svg import Picture, draw_picture
from webapp.timeline.words import Words, writable

WIDTH, NAMES, MARGIN, TITLE = 1080, 150, 16, 34
LETTERS = 18  # that are shown of a worker's name

# The colours of workers in the page's light theme, in sRGB, which every viewer supports.
HUES = (
    "#30529f", "#a33b20", "#0f6a42", "#8e2a87", "#7c5b00",
    "#006f76", "#6a3fb0", "#4d6412", "#a52a4c", "#48505f",
)  # fmt: skip

# The colours of objects, likewise.
THINGS = ("#a87400", "#0a6c9e", "#b81b6b", "#2f7a1f", "#7a3cb0", "#b04a00")

STYLE = """
svg{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12px}
text{fill:#1c2130;stroke:#fff;stroke-width:3px;stroke-linejoin:round;paint-order:stroke}
.title{font-size:14px;font-weight:bold}
.name{font-weight:bold;fill:currentColor}
path{vector-effect:non-scaling-stroke}
.fine,[class*=until]{display:none}
.grid{fill:none;stroke:#dcd8cc}
.tick,.strip{fill:#555c6c}
.running{fill:currentColor}
.sleeping,.mixed{fill:currentColor;fill-opacity:.2}
.hatch{fill:none;stroke:currentColor;stroke-opacity:.45;stroke-width:16px;stroke-dasharray:1.5 4.5}
.mixed{fill-opacity:.45}
.waiting,.joining{fill:#fff;stroke:var(--thing,currentColor);stroke-width:1.5px}
.joining{stroke-dasharray:2 3}
.idle{fill:none;stroke:currentColor;stroke-dasharray:1 4}
.ready{fill:currentColor;fill-opacity:.3}
.band-ready{fill:currentColor;fill-opacity:.6}
.band-waiting{fill:currentColor;fill-opacity:.3}
.band-sleeping{fill:currentColor;fill-opacity:.12}
.task{fill:currentColor;fill-opacity:.2;stroke:currentColor}
.holding{fill:var(--thing);fill-opacity:.3;stroke:var(--thing);stroke-width:1.5px}
.on{fill:#fff;stroke:none}
.clock path,.lock path{fill:none;stroke:var(--thing,currentColor);stroke-width:1.5px}
.arrow{fill:none;stroke:#1c2130}
.dot{fill:none;stroke:#1c2130;stroke-linecap:round;stroke-width:5px}
.fold{fill:#f1efe8}
.tear{fill:none;stroke:#8d8f96;stroke-dasharray:3 3}
path.ideal{fill:none;stroke:#17693f;stroke-dasharray:6 3;stroke-width:1.5px}
text.ideal{fill:#17693f;font-weight:bold}
.end{fill:#a92323;font-weight:bold}
""" + "".join(
    [f".hue-{at}{{color:{hue}}}" for at, hue in enumerate(HUES)]
    + [f".thing-{at}{{--thing:{colour}}}" for at, colour in enumerate(THINGS)]
)

STYLE_SHA256 = b64encode(sha256(STYLE.encode()).digest()).decode()
"""Hash of the picture's `<style>`, for a Content-Security-Policy."""


def draw_document(timeline: Timeline, say: Words, *, title: str, ideal: float | None = None) -> str:
    """Return the whole run as an SVG file; `ideal` is in seconds."""
    timeline = fold(timeline)
    marked = None if ideal is None else round(ideal * MICROSECONDS)
    picture = draw_picture(
        timeline,
        find_arrows(timeline),
        View(0, timeline.end, find_folds(timeline)),
        say,
        label=title,
        ideal=marked or None,
    )
    height = picture.height + TITLE + MARGIN
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}"><title>{escape(title)}</title>'
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>'
        f'<text class="title" x="{MARGIN}" y="22">{escape(title)}</text>{_names(picture)}'
        f'<svg x="{NAMES}" y="{TITLE}" width="{WIDTH - NAMES - MARGIN}" '
        f'height="{picture.height}">{picture.svg}</svg></svg>\n'
    )
    return writable(document)


def _names(picture: Picture) -> str:
    down = 11 if picture.low else 16
    return "".join(
        f'<g class="hue-{row.hue}"><text class="name" x="{MARGIN + 10 * row.lane.depth}" '
        f'y="{TITLE + row.top + down}">{escape(row.lane.name[:LETTERS])}</text></g>'
        for row in picture.rows
    )
