"""Finds lost updates in a run in slow motion, and draws one as the few steps that make it.

A worker reads a variable. Before it writes it, others write it, too, once or more often: the first
one knows nothing of that and writes over it. Only what was recorded is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from webapp.engine.events import Event, Key, Kind
from webapp.engine.recording import Recording, in_time
from webapp.timeline.lanes import Timeline
from webapp.timeline.rows import HUES
from webapp.timeline.values import Variable, touched_by, variable_of
from webapp.timeline.words import Words


class Deed(NamedTuple):
    """A read or a write of a variable: the step at which it was done, and the value."""

    event: Event
    value: str | None


class Lost(NamedTuple):
    """A write that was lost: its worker's `read` before it (None: there was none), the `old` read
    of the worker that wrote `over` it, and the lost `write`: the last of `number` since then."""

    variable: Variable
    read: Deed | None
    old: Deed
    write: Deed
    over: Deed
    number: int


def find_lost(recording: Recording) -> Iterator[Lost]:
    """Yield the lost updates of a run, in the order of time."""
    # Each worker's read since its own last write, and how often the variable was written before it.
    reads: dict[tuple[Variable, Key], tuple[Deed, int]] = {}
    written: Counter[Variable] = Counter()
    last: dict[Variable, tuple[Deed, Deed | None]] = {}
    for event in in_time(recording.of(Kind.STEPPED)):
        touched = touched_by(event)
        for name, value in touched.reads:
            variable = variable_of(event, touched, name)
            reads[variable, event.key] = Deed(event, value), written[variable]
        for name, _, after in touched.writes:
            variable, write = variable_of(event, touched, name), Deed(event, after)
            old, seen = reads.pop((variable, event.key), (None, 0))
            if old and (number := written[variable] - seen):
                before, read = last[variable]
                yield Lost(variable, read, old, before, write, number)
            written[variable] += 1
            last[variable] = write, old


def draw_lost(timeline: Timeline, say: Words) -> str:
    """Return the first lost update as HTML: its steps in the order of time; "": there is none."""
    found = next(find_lost(timeline.recording), None)
    if found is None:
        return ""
    deeds = [deed for deed in (found.read, found.old, found.write, found.over) if deed]
    deeds.sort(key=lambda deed: (deed.event.time, deed.event.id))
    cards = "".join(_card(timeline, say, found, *each) for each in enumerate(deeds, 1))
    _, name = found.variable
    told = say(
        "lost.told" if found.number == 1 else "lost.told_many",
        count=found.number,
        over=found.over.event.worker,
        write=found.write.event.worker,
        name=name,
        old=_value(found.old),
        value=_value(found.write),
    )
    return (
        f'<figure class="lost" dir="{say.direction}"><figcaption>{escape(told)}</figcaption>'
        f'<ol dir="ltr">{cards}</ol></figure>'
    )


def _card(timeline: Timeline, say: Words, found: Lost, place: int, deed: Deed) -> str:
    """Return one step. Those of the worker whose write was lost stand below the other's.

    Its place says in which order to read: a right-to-left page begins at the other end.
    """
    lane = timeline.lanes[timeline.index[deed.event.key]]
    key = "lost.reads" if deed is found.read or deed is found.old else "lost.writes"
    text = escape(say(key, value=_value(deed)))
    if deed is found.write:
        text = f"<s>{text}</s> <strong>{escape(say('lost.lost'))}</strong>"
    side = "below" if deed.event.key == found.write.event.key else "above"
    line = escape(say("lost.line", line=deed.event.line))
    return (
        f'<li class="{side} hue-{lane.number % HUES}" dir="{say.direction}">'
        f"<div>{say.figures(f'{place}.')} <bdi>{escape(lane.name)}</bdi></div> "
        f"<span>{text}</span> <small>{line}</small></li>"
    )


def _value(deed: Deed) -> str:
    return "?" if deed.value is None else deed.value
