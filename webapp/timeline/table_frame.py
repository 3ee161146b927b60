"""Writes the table of the workers' lives as HTML: the picture's facts in words."""

from __future__ import annotations

from html import escape

from webapp.timeline.lanes import End, Timeline
from webapp.timeline.tables import Life, Total, draw_table
from webapp.timeline.words import Words

COLUMNS = ("worker", "began", "ended", "ran", "slept", "waited", "held")


def draw_table_frame(timeline: Timeline, say: Words, name: str = "") -> str:
    """Return the table of the workers' lives in its frame; "" if there is none."""
    title = say("table.title")
    heads = "".join(f'<th scope="col">{escape(say(f"table.{name}"))}</th>' for name in COLUMNS)
    rows = "".join(_row(life, say) for life in draw_table(timeline))
    if not rows:
        return ""
    return (
        f'<div class="table-frame" tabindex="0" role="region" '
        f'aria-label="{escape(f"{name}: {title}" if name else title)}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(life: Life, say: Words) -> str:
    ending = say.seconds(life.end)
    if life.ending is not End.ENDED:
        ending = say(f"ending.{life.ending}", time=ending)
    if life.exit_code:
        ending += " " + say("table.exit_code", code=str(life.exit_code))
    cells = [
        say.seconds(life.start),
        ending,
        say.seconds(life.ran),
        say.seconds(life.slept) if life.slept else "–",
        _totals(life.waited, say),
        _totals(life.held, say) + (say("table.others", count=life.others) if life.others else ""),
    ]
    data = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row"><bdi>{escape(life.name)}</bdi></th>{data}</tr>'


def _totals(totals: tuple[Total, ...], say: Words) -> str:
    told = (
        say("table.total", object=total.object, count=total.times, time=say.seconds(total.seconds))
        for total in totals
    )
    return say("list.separator").join(told) or "–"
