"""Writes the table of shared variables as it is at the end of a record in slow motion.

static/js/slow-motion.js fills the same table after each step of a walk; this one needs no script.
It is for the threads of one process.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from webapp.engine.events import Event
from webapp.timeline.lanes import Lane, Timeline
from webapp.timeline.lost import find_lost
from webapp.timeline.rows import HUES
from webapp.timeline.values import draw_values
from webapp.timeline.values_table import MOST, draw_frame
from webapp.timeline.words import Words

LAST = 4
"""Steps that are shown of a variable."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A read or a write of the variable `name`: its values, and whether the write was lost."""

    event: Event
    name: str
    reads: bool
    before: str | None
    after: str | None
    lost: bool = False


def draw_values_after(
    timeline: Timeline, say: Words, since: int, untouched: Mapping[str, str]
) -> str:
    """Return the table as HTML; "" if there is no variable.

    What was touched by the steps after the event `since` is marked. `untouched` are the values of
    variables by their names; those that a step has touched are left out.
    """
    deeds: defaultdict[str, list[Deed]] = defaultdict(list)
    for deed in _deeds(timeline):
        deeds[deed.name].append(deed)
    latest = sorted(deeds, key=lambda name: deeds[name][-1].event.id)[-MOST:]
    rows = [_touched(timeline, say, deeds[name], since) for name in deeds if name in latest]
    # The attribute box.total and the item box[0] are part of box.
    known = {re.split(r"[.[]", name)[0] for name in deeds}
    others = [name for name in untouched if name not in known]
    rows += [_row(name, *[untouched[name]] * 2) for name in others[: MOST - len(rows)]]
    hidden = len(deeds) + len(others) - len(rows)
    if not rows:
        return ""
    title, label = say("values.title_own"), say("values.title")
    return draw_frame(say, title, "".join(rows), label=label, hidden=hidden)


def _deeds(timeline: Timeline) -> Iterator[Deed]:
    """Yield all deeds in the order of time."""
    events = timeline.recording.in_time
    data = draw_values(timeline)
    names = [name for name, *_ in data.get("variables", ())]
    lost = {(found.write.event.id, found.variable[1]) for found in find_lost(timeline.recording)}
    for step, reads, writes in data.get("touched", ()):
        event = events[step]
        for at, value in reads:
            yield Deed(event, names[at], True, value, value)
        for at, before, after in writes:
            name = names[at]
            yield Deed(event, name, False, before, after, (event.id, name) in lost)


def _touched(timeline: Timeline, say: Words, deeds: Sequence[Deed], since: int) -> str:
    """Return the row of a variable that steps have touched."""
    last = deeds[-1]
    new = [deed for deed in deeds if deed.event.id > since]
    hue = f"touched {_hue(_lane(timeline, last))}" if new else ""
    chips = "".join(_chip(timeline, say, deed) for deed in deeds[-LAST:])
    before = new[0].before if new else last.after
    changed = any(not deed.reads for deed in new)
    return _row(last.name, before, last.after, chips, marks=hue, changed=changed)


def _row(
    name: str,
    before: str | None,
    after: str | None,
    chips: str = "",
    *,
    marks: str = "",
    changed: bool = False,
) -> str:
    return (
        f'<tr class="{marks}"><th scope="row"><bdi dir="ltr">{escape(name)}</bdi></th>'
        f'<td>{_shown(before)}</td><td class="{"changed" * changed}">{_shown(after)}</td>'
        f"<td>{chips}</td></tr>"
    )


def _chip(timeline: Timeline, say: Words, deed: Deed) -> str:
    lane = _lane(timeline, deed)
    what = escape(say("values.reads" if deed.reads else "values.writes", value=deed.after or "–"))
    if deed.lost:
        what = f"<s>{what}</s> <b>{escape(say('values.lost'))}</b>"
    # Python names a thread after its function, too: "Thread-1 (work)".
    name = escape(re.sub(r" \(.*\)$", "", lane.name))
    return f'<span class="deed {_hue(lane)}"><bdi>{name}</bdi> {what}</span>'


def _lane(timeline: Timeline, deed: Deed) -> Lane:
    return timeline.lanes[timeline.index[deed.event.key]]


def _hue(lane: Lane) -> str:
    return f"hue-{lane.number % HUES}"


def _shown(value: str | None) -> str:
    return "–" if value is None else escape(value)
