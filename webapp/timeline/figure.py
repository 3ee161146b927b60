"""Writes a timeline as HTML: the picture, the controls to step through it, and a table.

<run-lanes>            static/js/lanes.js steps through it; without JavaScript it is static
  <figure>             the picture and the workers' names
  <section hidden>     the controls: buttons, a slider, the step in words
  <div hidden>         the shared variables, if the run was recorded in slow motion
  <details hidden>     each worker's state after the step
  <details>            how exact it is, a part of the time, the table
</run-lanes>
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from webapp.engine.events import Kind
from webapp.timeline.arrows import find_arrows
from webapp.timeline.bands import fold
from webapp.timeline.beginning import Beginning, find_beginning
from webapp.timeline.folds import find_folds
from webapp.timeline.lanes import MICROSECONDS, End, Timeline
from webapp.timeline.rows import Row
from webapp.timeline.scale import MILLISECOND, View, written
from webapp.timeline.steps import draw_steps
from webapp.timeline.svg import Picture, draw_picture
from webapp.timeline.table_frame import draw_table_frame
from webapp.timeline.values_table import draw_values_table
from webapp.timeline.words import Words, writable

SPEEDS = (1, 10, 100)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The options of a figure.

    `lines` is the prefix of the ids of the listing's lines, `transcript` the id of the list of
    printed lines. `steps` is the URL of the data for stepping; if it is empty, the figure contains
    them. `end` is the end of the axis (None: the end of the run), `ideal` the ideal duration of the
    run, both in seconds. `view` is the interval to draw, in microseconds. `part` is the URL that
    draws another interval, `from` and `to` in milliseconds. `name` distinguishes figures of one
    page for screen readers. `table` says whether the figure ends with its table, `begins` whether
    its walk begins at the first step that shows something. With `at_end` it opens at the last step.
    One that is `still` has nothing to step through: only the picture, its data and its table.
    """

    lines: str = "L"
    transcript: str = "transcript"
    steps: str = ""
    end: float | None = None
    ideal: float | None = None
    view: View | None = None
    part: str = ""
    name: str = ""
    at_end: bool = False
    table: bool = True
    begins: bool = False
    still: bool = False


def draw_figure(timeline: Timeline, say: Words, setting: Setting) -> str:
    """Return the figure as HTML."""
    every, timeline = len(timeline.lanes), fold(timeline)
    end = timeline.end if setting.end is None else max(1, round(setting.end * MICROSECONDS))
    view = setting.view or View(0, end, find_folds(timeline) if setting.end is None else ())
    ideal = None if setting.ideal is None else round(setting.ideal * MICROSECONDS)
    picture = draw_picture(
        timeline,
        find_arrows(timeline),
        view,
        say,
        label=_named(say("lanes.label", count=every), setting.name),
        ideal=ideal or None,
    )
    embedded = "" if setting.steps else _data(draw_steps(timeline, say))
    html = (
        f'<run-lanes dir="ltr" data-end="{end}" data-start="{view.start}" data-stop="{view.end}" '
        f'data-folds="{_folds(view)}" '
        f'data-lines="{escape(setting.lines)}" data-transcript="{escape(setting.transcript)}" '
        f'data-steps="{escape(setting.steps)}" data-height="{picture.height}" '
        f'data-deep="{picture.deep}"{" data-at-end" if setting.at_end else ""}>'
        f"{_figure(timeline, picture, say, setting.name)}"
        f"{'' if setting.still else _stepping(timeline, picture, view, say, setting)}"
        f"{_table(timeline, say, setting.name) if setting.table else ''}{embedded}"
        "</run-lanes>"
    )
    return writable(html)


def _stepping(
    timeline: Timeline, picture: Picture, view: View, say: Words, setting: Setting
) -> str:
    """Return all that only a visitor who steps through the run, or looks closer, needs."""
    beginning = find_beginning(timeline, say) if setting.begins else None
    return (
        f"{_walk(picture, say, setting.name, beginning)}"
        f"{draw_values_table(timeline, say, setting.name)}"
        f"{_now(picture, say, setting.name)}{_exact(timeline, picture, view, say)}"
        f"{_part(setting.part, view, say)}"
    )


def _named(label: str, name: str) -> str:
    return f"{name}: {label}" if name else label


def _data(data: Mapping[str, Any]) -> str:
    # A `</script` or `<!--` in the JSON would end the element or change its parsing: escape "<".
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'


def _figure(timeline: Timeline, picture: Picture, say: Words, name: str) -> str:
    if not timeline.lanes:
        return f'<p class="lanes-note" dir="{say.direction}">{escape(say("lanes.empty"))}</p>'
    names = "".join(_name(row) for row in picture.rows)
    return (
        f'<figure class="lanes{" low" if picture.low else ""}" tabindex="0" '
        f'aria-label="{escape(_named(say("lanes.title"), name))}">'
        f'<div class="lanes-board"><ol class="lane-names">{names}</ol>'
        f'<div class="lanes-time">{picture.svg}</div></div>'
        f"{_caption(timeline, picture, say)}</figure>"
    )


def _caption(timeline: Timeline, picture: Picture, say: Words) -> str:
    """Return the sentence that says what is folded."""
    if not picture.folded:
        return ""
    folded, whole = (say.seconds(time / MICROSECONDS) for time in (picture.folded, timeline.end))
    text = escape(say("lanes.folded", time=folded, whole=whole))
    return f'<figcaption class="lanes-note" dir="{say.direction}">{text}</figcaption>'


def _folds(view: View) -> str:
    return " ".join(f"{start}-{end}" for start, end in view.folds)


def _name(row: Row) -> str:
    levels = "band" if row.lane.members else f"levels-{1 + max(row.levels.values(), default=-1)}"
    kind = ("process", "thread", "thread task")[row.lane.depth]
    name = escape(row.lane.name)
    return f'<li class="hue-{row.hue} {kind} {levels}" title="{name}"><span>{name}</span></li>'


# --- how exact it is ---


def _exact(timeline: Timeline, picture: Picture, view: View, say: Words) -> str:
    """Return what the picture does not tell, or not exactly."""
    if not timeline.lanes:
        return ""
    notes = "".join(f"<li>{escape(note)}</li>" for note in _notes(timeline, picture, view, say))
    return (
        f'<details class="lanes-exact" dir="{say.direction}">'
        f"<summary>{escape(say('lanes.exact'))}</summary>"
        f'<ul class="lanes-notes">{notes}</ul></details>'
    )


def _notes(timeline: Timeline, picture: Picture, view: View, say: Words) -> Iterator[str]:
    yield say("lanes.running")
    yield say("lanes.noise", time=say.figures(written(timeline.noise, timeline.noise)))
    if picture.merged:
        yield say("lanes.merged", count=picture.merged)
    for lane in timeline.lanes:
        if lane.members:
            yield say("lanes.band", count=len(lane.members), band=lane.name)
    if timeline.recording.dropped:
        yield say("lanes.dropped", count=timeline.recording.dropped)
    for event in timeline.recording.of(Kind.UNWATCHED):
        time = say.figures(written(event.time, timeline.end))
        yield say(f"lanes.unwatched_{event.object}", time=time, worker=event.worker)
    if not timeline.recording.receipt.observed:
        yield say("lanes.unobserved")
    if any(lane.ending is End.OPEN for lane in timeline.lanes):
        yield say("lanes.open")
    if view.start > 0 or view.end < timeline.end:
        yield say(
            "lanes.part",
            start=say.figures(written(view.start, view.span)),
            end=say.figures(written(view.end, view.span)),
        )


# --- the controls ---

# Icons as paths in a square of 16: not every font has characters for them.
BUTTONS: Mapping[str, str] = {
    "first": "M4 3v10M12 3l-5 5 5 5",
    "back": "M10 3l-5 5 5 5",
    "play": "M5 3l8 5-8 5z",
    "on": "M6 3l5 5-5 5",
    "last": "M12 3v10M4 3l5 5-5 5",
}
ZOOMS: Mapping[str, str] = {
    "closer": "M3 8h10M8 3v10",
    "wider": "M3 8h10",
    "whole": "M2 8h12M5 5L2 8l3 3M11 5l3 3-3 3",
}


def _walk(picture: Picture, say: Words, name: str, beginning: Beginning | None) -> str:
    if not picture.rows:
        return ""
    steps = "".join(_button("walk", name, icon, say) for name, icon in BUTTONS.items())
    zooms = "".join(_button("zoom", name, icon, say) for name, icon in ZOOMS.items())
    speeds = "".join(
        f'<option value="{speed}">{escape(say(f"walk.speed_{speed}"))}</option>' for speed in SPEEDS
    )
    count = say("walk.count", step="{step}", steps="{steps}")  # the script fills it
    start = beginning.sentence if beginning else say("walk.start")
    return (
        f'<section class="walk" hidden aria-label="{escape(_named(say("walk.title"), name))}"'
        f"{_begins(beginning)}>"
        f'<div class="walk-tools"><span class="tools">{steps}</span>'
        f'<input type="range" min="0" max="0" value="0" aria-label="{escape(say("walk.step"))}">'
        f'<select aria-label="{escape(say("walk.speed"))}">{speeds}</select>'
        f'<span class="tools">{zooms}</span></div>'
        f'<p class="walk-now" dir="{say.direction}" aria-live="polite">{escape(start)}</p>'
        f'<p class="walk-count" dir="{say.direction}" data-text="{escape(count)}"></p></section>'
    )


def _begins(beginning: Beginning | None) -> str:
    if not beginning:
        return ""
    one = beginning
    places = [one.step, one.steps, one.time, one.lane, one.source, one.printed]
    return f' data-begins="{places}"'


def _button(kind: str, name: str, icon: str, say: Words) -> str:
    label = escape(say(f"{kind}.{name}"))
    return (
        f'<button type="button" class="tool" data-{kind}="{name}" aria-label="{label}" '
        f'title="{label}"><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">'
        f'<path d="{icon}"/></svg></button>'
    )


def _now(picture: Picture, say: Words, name: str) -> str:
    """Return the table of workers' states after the current step; the script fills it."""
    if not picture.rows:
        return ""
    heads = "".join(f'<th scope="col">{escape(say(f"now.{name}"))}</th>' for name in NOW)
    rows = "".join(
        f'<tr class="hue-{row.hue}"><th scope="row"><bdi>{escape(row.lane.name)}</bdi></th>'
        f"<td></td><td></td></tr>"
        for row in picture.rows
    )
    return (
        f'<details class="now-part" dir="{say.direction}" hidden>'
        f"<summary>{escape(say('now.title'))}</summary>"
        f'<div class="now-frame" tabindex="0" role="region" '
        f'aria-label="{escape(_named(say("now.title"), name))}">'
        f'<table class="now" data-before="{escape(say("now.before"))}" '
        f'data-after="{escape(say("now.after"))}" '
        f'data-line="{escape(say("now.line", line="{line}"))}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


NOW = ("worker", "state", "holds")

# --- a part of the time ---


def _part(address: str, view: View, say: Words) -> str:
    """Return the form that draws another interval in full detail, without JavaScript."""
    if not address:
        return ""
    fields = "".join(
        f'<label>{escape(say(f"part.{name}"))} <input name="{name}" inputmode="decimal" '
        f'value="{time / MILLISECOND}" dir="ltr"></label>'
        for name, time in (("from", view.start), ("to", view.end))
    )
    return (
        f'<details class="lanes-part" dir="{say.direction}">'
        f"<summary>{escape(say('part.title'))}</summary>"
        f'<form action="{escape(address)}" method="get">{fields}'
        f'<button type="submit" class="button">{escape(say("part.draw"))}</button></form></details>'
    )


# --- the table ---


def _table(timeline: Timeline, say: Words, name: str) -> str:
    frame = draw_table_frame(timeline, say, name)
    if not frame:
        return ""
    return (
        f'<details class="lanes-table" dir="{say.direction}">'
        f"<summary>{escape(say('table.title'))}</summary>{frame}</details>"
    )
