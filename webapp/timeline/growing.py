"""The lanes of a run that is still running, as small messages for the browser, which draws them.

    {"anew": true,                          in the first message: what was drawn before is void
     "time": 12034,                         of the last event
     "workers": [[name, hue, process, depth, start, thread], …],
     "lanes": [[worker, past, now, beside, held, end], …]}

Workers are numbered in the order in which they are told; `thread` is the number of a task's thread,
and of any other worker its own. A lane is told when something has changed in it. `past` are its
states that have ended since the last message, [state, start, end, object], and `now` is the state
that has not, [state, start, object]; where there is none, it is running. `beside` and `held` say
the same of holdings and tasks, of which there may be several. `end` is null while it lives. Times
are microseconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.engine.events import Event, Key, Kind, is_task, thread_of
from webapp.timeline.bands import MANY
from webapp.timeline.holdings import HoldingsFinder
from webapp.timeline.lanes import MIXED, End, Lane, State, Stretch
from webapp.timeline.lives import UNKNOWN, depth_of
from webapp.timeline.rows import HUES
from webapp.timeline.stretches import LaneBuilder

MOST = 100
"""Lanes that grow. Of tasks, the picture draws as many lanes as MANY: more would become bands."""

FEW = 8
"""States of one lane in one message. If there are more, one state stands for all of them."""


@dataclass
class _Told:
    """A worker's lane, and what of it was told: so many of its states, and of its tasks."""

    number: int
    builder: LaneBuilder
    states: int = 0
    tasks: int = 0
    end: int | None = None


class GrowingLanes:
    """Builds the messages about one run from its events."""

    def __init__(self) -> None:
        self._lanes: dict[Key, _Told] = {}
        self._holdings = HoldingsFinder()
        self._new: list[list[object]] = []
        self._changed: dict[Key, None] = {}
        self._time = 0
        self._anew = True

    @property
    def has_news(self) -> bool:
        """Whether anything has changed since the last message."""
        return bool(self._changed)

    @property
    def are_told(self) -> bool:
        """Whether there was a message."""
        return not self._anew

    def take(self, events: Iterable[Event]) -> None:
        """Take the next events, in the order in which they came."""
        for event in events:
            if (key := event.key) == UNKNOWN:
                continue
            lane = self._lanes.get(key)
            if lane is None and not (lane := self._add(event)):
                continue
            lane.builder.take(event)
            self._holdings.take(event)
            self._changed[key] = None
            if event.kind is Kind.ENDED:
                lane.end = event.time
            elif event.kind is Kind.EXITED:
                self._end_process(event)
            self._time = max(self._time, event.time)

    def tell(self) -> dict[str, Any]:
        """Return the message about what has changed since the last one."""
        beside: defaultdict[Key, list[Stretch]] = defaultdict(list)
        for key, stretch in self._holdings.found:
            if stretch.object not in self._holdings.signals:
                beside[key].append(stretch)
        self._holdings.found.clear()
        held: defaultdict[Key, list[tuple[str, int, str]]] = defaultdict(list)
        for (key, name), got in self._holdings.held.items():
            if name not in self._holdings.signals:
                held[key].append((State.HOLDING, got[0].time, name))
        message: dict[str, Any] = {"anew": True} if self._anew else {}
        message |= {"time": self._time, "workers": self._new}
        changed = dict.fromkeys([*self._changed, *beside])
        message["lanes"] = [self._tell(self._lanes[key], beside[key], held[key]) for key in changed]
        self._anew, self._new, self._changed = False, [], {}
        return message

    def _add(self, first: Event) -> _Told | None:
        """Add a worker, unless there are too many; the final picture has the others, too."""
        key, number = first.key, len(self._lanes)
        if number >= (MANY if is_task(key) else MOST):
            return None
        name, depth = first.worker or "?", depth_of(key)
        life = Lane(key, name, number, depth, first.time, first.time, End.OPEN, None)
        thread = self._lanes.get(thread_of(key))
        told = [name, number % HUES, first.pid, depth, first.time]
        self._new.append([*told, thread.number if thread else number])
        self._lanes[key] = lane = _Told(number, LaneBuilder(life))
        return lane

    def _end_process(self, exited: Event) -> None:
        """End the lanes of a process that has ended."""
        pid, _ = exited.exit
        for key, lane in self._lanes.items():
            if key[0] == pid and lane.end is None:
                lane.end = exited.time
                self._changed[key] = None

    def _tell(
        self, lane: _Told, beside: list[Stretch], held: list[tuple[str, int, str]]
    ) -> list[object]:
        builder = lane.builder
        past = _few(builder.done[lane.states :], since=builder.life.start)
        # The builder needs to know only that there were earlier ones.
        del builder.done[:-1]
        lane.states = len(builder.done)
        now = None
        if builder.now is not None:
            state, began, _ = builder.now
            now = [state, began.time, began.object]
        tasks = builder.tasks[lane.tasks :]
        if tasks and not tasks[-1].last:
            open_ = tasks.pop()
            held.append((State.TASK, open_.start, open_.object))
        lane.tasks += len(tasks)
        return [lane.number, past, now, _few(beside) + _few(tasks), held, lane.end]


def _few(stretches: Sequence[Stretch], since: int = 0) -> list[list[object]]:
    """Return stretches for a message; if there are many, those of an object are one.

    They begin at `since` or later.
    """
    if len(stretches) <= FEW:
        return [[one.state, max(one.start, since), one.end, one.object] for one in stretches]
    groups: dict[str, list[Stretch]] = {}
    for stretch in stretches:
        name = stretch.object if stretch.state is State.HOLDING else ""
        groups.setdefault(name, []).append(stretch)
    return [
        [
            group[0].state if len({one.state for one in group}) == 1 else MIXED,
            max(group[0].start, since),
            group[-1].end,
            name,
        ]
        for name, group in groups.items()
    ]
