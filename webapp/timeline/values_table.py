"""Writes the table of shared variables beside the walk through a run in slow motion.

static/js/slow-motion.js fills it: the values before and after each step, and the last steps that
touched each variable.
"""

from __future__ import annotations

from html import escape

from webapp.timeline.lanes import Timeline
from webapp.timeline.values import draw_values
from webapp.timeline.words import Words

MOST = 8
"""Variables that are shown. Those that several workers touch come first."""

HEADS = ("before", "after", "last")

WORDS = ("reads", "writes", "lost")
"""Texts that the script fills in."""


def draw_values_table(timeline: Timeline, say: Words, name: str) -> str:
    """Return the table as HTML; "" if the run was not recorded in slow motion."""
    data = draw_values(timeline)
    variables = data.get("variables", [])
    if not variables:
        return ""
    shared = [at for at, (_, _, is_shared) in enumerate(variables) if is_shared]
    shown = (shared or [*range(len(variables))])[:MOST]
    several = len({process for _, process, _ in variables if process >= 0}) > 1
    rows = "".join(_row(timeline, at, *variables[at][:2], several=several) for at in shown)
    title = say("values.title" if shared else "values.title_own")
    words = "".join(
        f' data-{word}="{escape(say(f"values.{word}", value="{value}"))}"' for word in WORDS
    )
    hidden = (len(shared) or len(variables)) - len(shown)
    label = f"{name}: {title}" if name else title
    return draw_frame(say, title, rows, label=label, hidden=hidden, words=words)


def draw_frame(
    say: Words, title: str, rows: str, *, label: str = "", hidden: int = 0, words: str = ""
) -> str:
    """Return a table of variables with these rows as HTML; `hidden` more variables have none.

    `words` are the attributes for the script that fills it, which then shows it.
    """
    texts = [title, *(say(f"values.{head}") for head in HEADS)]
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in texts)
    more = f'<p class="quiet">{escape(say("values.more", count=hidden))}</p>' if hidden else ""
    label = escape(label or title)
    return (
        f'<div class="shared-values" dir="{say.direction}"{" hidden" if words else ""}>'
        f'<div class="table-frame" tabindex="0" role="region" aria-label="{label}">'
        f"<table{words}><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{more}</div>"
    )


def _row(timeline: Timeline, at: int, name: str, process: int, *, several: bool) -> str:
    owner = (
        f" <small>{escape(timeline.lanes[process].name)}</small>"
        if several and process >= 0
        else ""
    )
    return (
        f'<tr data-variable="{at}"><th scope="row"><bdi dir="ltr">{escape(name)}{owner}</bdi></th>'
        "<td></td><td></td><td></td></tr>"
    )
