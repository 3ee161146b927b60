"""What the last choice did: its steps, and the shared values before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Recording
from webapp.pages.play.board import Board
from webapp.pages.texts.wording import Wording
from webapp.timeline.lanes import Timeline
from webapp.timeline.lost import draw_lost
from webapp.timeline.reading import draw
from webapp.timeline.rows import HUES
from webapp.timeline.values import touched_by
from webapp.timeline.values_after import draw_values_after
from webapp.timeline.words import step_text

MOST_STEPS = 20
"""The last ones of a choice, which are told. The last choice of all may let the program end."""

OF_SCHEDULER = (Kind.CHOSEN, Kind.HALTED)


@dataclass(frozen=True)
class Step:
    """A step of a thread, in words."""

    hue: int
    worker: str
    text: str


@dataclass(frozen=True)
class Deeds:
    """What was done: the last choice's `steps`, of which `earlier` ones are left out, the table of
    shared `values`, and a picture of a `lost` update ("": there is none)."""

    steps: Sequence[Step]
    earlier: str
    values: Markup
    lost: Markup


def build_deeds(say: Wording, board: Board, *, begun: bool) -> Deeds:
    """Return what the last choice did: nothing before the visitor has `begun` to choose."""
    recording = board.recording
    ends = [event.id for event in recording.events if event.kind is Kind.CHOSEN or not begun]
    since = max(ends, default=0)
    timeline = _draw(recording)
    events = timeline.recording.in_time
    done = [event for event in events if event.id > since and _tells(event)]
    told = done[-MOST_STEPS:]
    earlier = len(done) - len(told)
    return Deeds(
        steps=[_step(say, timeline, event) for event in told],
        earlier=say("play.earlier", count=earlier) if earlier else "",
        values=Markup(draw_values_after(timeline, say, since, board.shared or {})),
        lost=Markup(draw_lost(timeline, say)),
    )


def _tells(event: Event) -> bool:
    """Return whether a step is more than a line that touches nothing."""
    touched = touched_by(event)
    return event.kind is not Kind.STEPPED or bool(touched.reads or touched.writes)


def _draw(recording: Recording) -> Timeline:
    """Return the timeline without the scheduler's events. A thread's number, and so its colour, is
    that by which it is chosen."""
    events = tuple(event for event in recording.events if event.kind not in OF_SCHEDULER)
    timeline = draw(replace(recording, events=events))
    started = [event.object for event in events if event.kind is Kind.STARTS]
    numbers = {name: number for number, name in enumerate(started, 1)}
    lanes = (lane._replace(number=numbers.get(lane.name, lane.number)) for lane in timeline.lanes)
    return replace(timeline, lanes=tuple(lanes))


def _step(say: Wording, timeline: Timeline, event: Event) -> Step:
    at = timeline.index.get(event.key)
    hue = 0 if at is None else timeline.lanes[at].number % HUES
    return Step(hue, event.worker, step_text(say, event))
