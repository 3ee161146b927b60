"""The shared variables of a run in slow motion, and what each step reads and writes of them.

    {"variables": [[name, process, shared], …],
     "touched": [[step, [[variable, value], …], [[variable, before, after], …]], …],
     "unwatched": the first step from which lines of a process are not recorded, -1: none}

A variable is a process's own, and `process` is the lane of its main thread; -1 if it is in memory
that processes share. It is `shared` (1) if more than one worker touches it. Variables are indices
into "variables", steps into the walk's. A value is text; null if the variable had none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from webapp.engine.events import Event, Key, Kind
from webapp.engine.touches import NOTHING, Touched
from webapp.timeline.lanes import Timeline

BETWEEN = 0
"""In place of the pid of a variable that is in memory which processes share."""

Variable = tuple[int, str]
"""The pid and the name of a variable."""


def touched_by(event: Event) -> Touched:
    """Return what a step touches; nothing if it was not recorded in slow motion."""
    if event.kind is not Kind.STEPPED:
        return NOTHING
    try:
        return Touched.load(event.text)
    except ValueError:
        return NOTHING  # a program may write events itself


def variable_of(event: Event, found: Touched, name: str) -> Variable:
    """Return the variable that a step names."""
    return BETWEEN if name in found.between else event.pid, name


def draw_values(timeline: Timeline) -> dict[str, Any]:
    """Return the data (see the module) of a walk through a run; empty without slow motion."""
    recording = timeline.recording
    if not recording.of(Kind.STEPPED) and not recording.of(Kind.UNWATCHED):
        return {}
    places: dict[Variable, int] = {}
    workers: defaultdict[Variable, set[Key]] = defaultdict(set)
    touched = []
    for step, event in enumerate(recording.in_time):
        found = touched_by(event)
        if not found.reads and not found.writes:
            continue

        def place(name: str, event: Event = event, found: Touched = found) -> int:
            variable = variable_of(event, found, name)
            workers[variable].add(event.key)
            return places.setdefault(variable, len(places))

        reads = [[place(name), value] for name, value in found.reads]
        writes = [[place(name), before, after] for name, before, after in found.writes]
        touched.append([step, reads, writes])
    variables = [
        [name, timeline.index.get((pid, pid), -1), int(len(workers[pid, name]) > 1)]
        for pid, name in places
    ]
    ends = (at for at, event in enumerate(recording.in_time) if event.kind is Kind.UNWATCHED)
    return {"variables": variables, "touched": touched, "unwatched": next(ends, -1)}
