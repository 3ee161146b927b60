"""Draws the arrows of a timeline, and their words, as SVG."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from webapp.timeline.rows import Row, Sizes
from webapp.timeline.scale import UNITS
from webapp.timeline.story import Told


def draw_arrows(told: Iterable[Told], rows: tuple[Row, ...], sizes: Sizes) -> str:
    """Draw lines from giver to taker, with a dot at the taker."""
    middle = sizes.gap + sizes.bar // 2
    drawn = ""
    for one in told:
        giver, taker = rows[one.giver].top + middle, rows[one.taker].top + middle
        fit = f" fit-{one.fit}"
        drawn += (
            f'<path class="arrow{fit}" d="M{one.start} {giver}L{one.end} {taker}"/>'
            f'<path class="dot{fit}" d="M{one.end} {taker}h0"/>'
        )
    return drawn


def draw_arrow_words(told: Iterable[Told], rows: tuple[Row, ...], sizes: Sizes) -> str:
    """Write the word of each arrow beside its taker."""
    words = ""
    for one in told:
        y = rows[one.taker].top + sizes.gap + sizes.bar - 4
        anchor = ' text-anchor="end" dx="-7"' if one.before else ' dx="16"'
        words += (
            f'<text class="word fit-{one.fit}" x="{one.end * 100 / UNITS:.2f}%" y="{y}"{anchor}>'
            f"{escape(one.word)}</text>"
        )
    return words
