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

from collections.abc import Iterator
from itertools import chain
from typing import Any

from webapp.engine.events import Event, Kind
from webapp.timeline.bands import counts, fold
from webapp.timeline.lanes import End, State, Stretch, Timeline
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
    walk = _Walk(timeline, say)
    steps, spans = walk.steps(), [*walk.spans()]
    values = draw_values(timeline)
    if lost := walk.lost():
        values["lost"] = lost
    return {"steps": steps, "spans": spans, "sentences": [*walk.sentences], **values}


class _Walk:
    """Makes the steps first, and then the rest, which tells of their places."""

    def __init__(self, timeline: Timeline, say: Words) -> None:
        self.sentences = Sentences()
        self._timeline = timeline
        self._say = say
        self._events = timeline.recording.in_time
        self._places = {event.id: at for at, event in enumerate(self._events)}
        self._own = timeline.recording.by_worker
        self._states: dict[tuple[State, str, str], int] = {}  # the sentence of each

    def steps(self) -> list[list[int]]:
        """Return all steps."""
        lines, index = self._timeline.recording.lines, self._timeline.index
        begun = {line.event: at for at, line in reversed([*enumerate(lines)])}
        bands = {at for at, lane in enumerate(self._timeline.lanes) if lane.members}
        told: dict[tuple[str, str, str, str, int], int] = {}  # what a step is, and its sentence
        steps = []
        for event in self._events:
            # Together: one by one, and by their names, they take twice as long.
            id, time, _, _, name, kind, object_, text, line, _ = event
            at = index.get(event.key, -1)
            worker = name if at in bands else ""
            what = kind, object_, text, worker, line if kind is Kind.STEPPED else 0
            if what not in told:
                told[what] = self.sentences.place(_told(self._say, event, worker))
            steps.append([time, at, line, begun.get(id, -1), told[what]])
        return steps

    def spans(self) -> Iterator[list[int]]:
        """Yield the spans of all lanes."""
        for at, lane in enumerate(self._timeline.lanes):
            for states, begun_by, ended_by in counts(lane) if lane.members else ():
                sentence = self.sentences.place(count_text(self._say, states))
                yield [at, 0, sentence, self._places[begun_by], self._after(ended_by)]
            own = self._own[lane.key]
            begin = self._places[own[0].id]
            end = self._after(0 if lane.ending is End.OPEN else own[-1].id)
            for stretch in lane.beside if lane.members else chain(lane.stretches, lane.beside):
                first = self._places[stretch.first] if stretch.first else begin
                after = self._places[stretch.last] if stretch.last else end
                kind = KINDS.get(stretch.state, 0)
                yield [at, kind, self._sentence(stretch), first, after]

    def lost(self) -> list[list[int | str]]:
        """Return the steps of each lost write and of the one over it, and the variable's name."""
        return [
            [
                self._places[found.write.event.id],
                self._places[found.over.event.id],
                found.variable[1],
            ]
            for found in find_lost(self._timeline.recording)
        ]

    def _after(self, event: int) -> int:
        """Return the place of the event with that id; 0: after all events."""
        return self._places[event] if event else len(self._events)

    def _sentence(self, stretch: Stretch) -> int:
        what = stretch.state, stretch.object, stretch.note
        if what not in self._states:
            self._states[what] = self.sentences.place(state_text(self._say, stretch))
        return self._states[what]


def _told(say: Words, event: Event, worker: str) -> str:
    """Return what a step is; in a band of tasks with the name of the task, its `worker`."""
    told = step_text(say, event)
    return f"{worker}: {told}" if worker else told
