"""Data for stepping through a run: each event, and the state of every worker at that time.

    {"steps": [[time, lane, source line, transcript line, sentence], …],   in the order of time
     "spans": [[lane, kind, sentence, first step, first step after it], …],
     "sentences": […]}

Sentences are indices into "sentences", since most are repeated. Lanes are indices into the
timeline, -1 if the worker is unknown; transcript lines are indices into the transcript, -1 if the
step began none. The kind of a span is 0 for a state, 1 for a holding, 2 for a task. Times are
microseconds.
"""

from __future__ import annotations

from typing import Any

from webapp.timeline.lanes import End, State, Timeline, in_time
from webapp.timeline.words import Words, state_text, step_text

KINDS = {State.HOLDING: 1, State.TASK: 2}


class Sentences(dict[str, int]):
    """Maps each sentence to its index."""

    def place(self, sentence: str) -> int:
        """Return the index of a sentence; add it if it is new."""
        return self.setdefault(sentence, len(self))


def draw_steps(timeline: Timeline, say: Words) -> dict[str, Any]:
    """Return the data for stepping through a run, as a JSON object (see the module)."""
    events = in_time(timeline.recording.events)
    places = {event.id: at for at, event in enumerate(events)}
    begun = {line.event: at for at, line in reversed([*enumerate(timeline.recording.lines)])}
    sentences = Sentences()
    told: dict[tuple[str, str, str], int] = {}  # what an event is, and its sentence
    steps = []
    for event in events:
        what = event.kind, event.object, event.text
        if what not in told:
            told[what] = sentences.place(step_text(say, event))
        at = timeline.index.get(event.key, -1)
        steps.append([event.time, at, event.line, begun.get(event.id, -1), told[what]])
    first_ids = {event.key: event.id for event in reversed(events)}
    last_ids = {event.key: event.id for event in events}
    spans = []
    for at, lane in enumerate(timeline.lanes):
        for stretch in (*lane.stretches, *lane.beside):
            first = places[stretch.first or first_ids[lane.key]]
            last = stretch.last or (0 if lane.ending is End.OPEN else last_ids[lane.key])
            after = places[last] if last else len(events)
            sentence = sentences.place(state_text(say, stretch))
            spans.append([at, KINDS.get(stretch.state, 0), sentence, first, after])
    return {"steps": steps, "spans": spans, "sentences": [*sentences]}
