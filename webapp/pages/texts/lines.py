"""Printed lines as HTML, for the site's pages and for those that `webapp.recording` writes.

They are written here and not by a template: each line of each run passes through.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from webapp.pages.texts.transcript import Shown
from webapp.pages.texts.wording import Wording


def draw_lines(say: Wording, lines: Iterable[Shown], listing: str) -> str:
    """Return lines as items of a list. `listing` is the prefix of the ids of the source's lines."""
    jump = escape(say("transcript.jump", time="%(time)s", line="%(line)s"))
    return "".join(_line(say, line, f"{listing}{line.source_line}", jump) for line in lines)


def draw_note(say: Wording, text: str, attributes: str = "") -> str:
    """Return an item of the same list that nothing has printed."""
    return f'<li class="empty"{attributes} dir="{say.direction}">{escape(text)}</li>'


def _line(say: Wording, line: Shown, anchor: str, jump: str) -> str:
    source, time = "", f'<span class="time">{line.time}</span>'
    if line.source_line:
        title = jump % {"time": line.time, "line": say.number(line.source_line)}
        source = f' data-source="{anchor}"'
        time = f'<a class="time" href="#{anchor}" tabindex="-1" title="{title}">{line.time}</a>'
    error = ""
    if line.error:
        error = f'<span class="visually-hidden">{say("transcript.stderr")}: </span>'
    return (
        f'<li class="line hue-{line.hue}{" error" if line.error else ""}"{source}>{time}'
        f'<span class="worker">{escape(line.worker)}</span>'
        f'<span class="text">{error}{escape(line.text)}</span></li>\n'
    )
