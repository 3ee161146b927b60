"""Data for stepping through a run: each event, and the state of every worker at that time.

    {"steps": [[time, lane, source line, transcript line, sentence], …],   in the order of time
     "spans": [[lane, kind, sentence, first step, first step after it], …],
     "sentences": […]}

Sentences are indices into "sentences", since most are repeated. Lanes are indices into the
timeline, -1 if the worker is unknown; transcript lines are indices into the transcript, -1 if the
step began none. The kind of a span is 0 for a state, 1 for a holding, 2 for a task. Times are
microseconds. A run in slow motion has the keys of `values`, too, and
"lost" if updates were lost: [[step, step that wrote over it, variable's name], …].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Key
from webapp.timeline.bands import counts, fold
from webapp.timeline.lanes import End, State, Timeline, in_time
from webapp.timeline.lost import find_lost
from webapp.timeline.values import draw_values
from webapp.timeline.words import Words, count_text, state_text, step_text

KINDS = {State.HOLDING: 1, State.TASK: 2}


class Sentences(dict[str, int]):
    """Maps each sentence to its index."""

    def place(self, sentence: str) -> int:
        """Return the index of a sentence; add it if it is new."""
        return self.setdefault(sentence, len(self))


def draw_steps(timeline: Timeline, say: Words) -> dict[str, Any]:
    """Return the data for stepping through a run, as a JSON object (see the module)."""
    timeline = fold(timeline)
    events = in_time(timeline.recording.events)
    places = {event.id: at for at, event in enumerate(events)}
    begun = {line.event: at for at, line in reversed([*enumerate(timeline.recording.lines)])}
    sentences = Sentences()
    told: dict[tuple[str, str, str, str, int], int] = {}  # what a step is, and its sentence
    steps = []
    first_ids: dict[Key, int] = {}
    last_ids: dict[Key, int] = {}
    for event in events:
        key = event.key
        first_ids.setdefault(key, event.id)
        last_ids[key] = event.id
        at = timeline.index.get(key, -1)
        worker = event.worker if at >= 0 and timeline.lanes[at].members else ""
        line = event.line if event.kind is Kind.STEPPED else 0
        what = event.kind, event.object, event.text, worker, line
        if what not in told:
            told[what] = sentences.place(_told(say, event, worker))
        steps.append([event.time, at, event.line, begun.get(event.id, -1), told[what]])
    spans = []
    for at, lane in enumerate(timeline.lanes):
        for states, begun_by, ended_by in counts(lane) if lane.members else ():
            sentence = sentences.place(count_text(say, states))
            after = places[ended_by] if ended_by else len(events)
            spans.append([at, 0, sentence, places[begun_by], after])
        for stretch in lane.beside if lane.members else (*lane.stretches, *lane.beside):
            first = places[stretch.first or first_ids[lane.key]]
            last = stretch.last or (0 if lane.ending is End.OPEN else last_ids[lane.key])
            after = places[last] if last else len(events)
            sentence = sentences.place(state_text(say, stretch))
            spans.append([at, KINDS.get(stretch.state, 0), sentence, first, after])
    values = draw_values(timeline, events)
    if lost := _lost(events, places):
        values["lost"] = lost
    return {"steps": steps, "spans": spans, "sentences": [*sentences], **values}


def _lost(events: Sequence[Event], places: Mapping[int, int]) -> list[list[int | str]]:
    """Return the steps of each lost write and of the one over it, and the variable's name."""
    return [
        [places[found.write.event.id], places[found.over.event.id], found.variable[1]]
        for found in find_lost(events)
    ]


def _told(say: Words, event: Event, worker: str) -> str:
    """Return what a step is; in a band of tasks with the name of the task, its `worker`."""
    told = step_text(say, event)
    return f"{worker}: {told}" if worker else told
