"""A walk through a run's events: what happened at each, and what every worker was at then.

    {"steps": [[time, lane, source line, transcript line, sentence], …],   in the order of time
     "spans": [[lane, kind, sentence, first step, first step after it], …],
     "sentences": […]}

A sentence is given by its place in the list, for most come often. A lane is its place in the
timeline, -1 where it is not known who did it; a transcript line is its place in the transcript, -1
where the step began none. The kind of a span is 0 for what a worker was at, 1 for what it held, 2
for a task that it worked on. Times are microseconds.
"""

from __future__ import annotations

from typing import Any

from webapp.timeline.lanes import End, State, Timeline, in_time
from webapp.timeline.words import Words, state_text, step_text

KINDS = {State.HOLDING: 1, State.TASK: 2}


class Sentences(dict[str, int]):
    """Sentences by their place in the list."""

    def place(self, sentence: str) -> int:
        """Give the place of a sentence, putting it in if it is new."""
        return self.setdefault(sentence, len(self))


def draw_steps(timeline: Timeline, say: Words) -> dict[str, Any]:
    """Everything that a page needs to walk through a run; ready to be JSON."""
    events = in_time(timeline.recording.events)
    places = {event.id: at for at, event in enumerate(events)}
    begun = {line.event: at for at, line in reversed([*enumerate(timeline.recording.lines)])}
    sentences = Sentences()
    steps = [
        [
            event.time,
            timeline.index.get(event.key, -1),
            event.line,
            begun.get(event.id, -1),
            sentences.place(step_text(say, event)),
        ]
        for event in events
    ]
    born = {event.key: event.id for event in reversed(events)}
    gone = {event.key: event.id for event in events}
    spans = []
    for at, lane in enumerate(timeline.lanes):
        for stretch in (*lane.stretches, *lane.beside):
            first = places[stretch.first or born[lane.key]]
            last = stretch.last or (0 if lane.ending is End.OPEN else gone[lane.key])
            after = places[last] if last else len(events)
            sentence = sentences.place(state_text(say, stretch))
            spans.append([at, KINDS.get(stretch.state, 0), sentence, first, after])
    return {"steps": steps, "spans": spans, "sentences": [*sentences]}
