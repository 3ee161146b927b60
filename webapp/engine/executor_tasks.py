"""Finds who works on which task after some events: tasks of executors, and items of queues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container

from webapp.engine.events import TASK, Event, Key, Kind
from webapp.engine.recording import Link

OF_TASKS = frozenset({Kind.PUT, Kind.TOOK, Kind.BEGAN, Kind.DONE, Kind.SIGNALLED, Kind.EXITED})
"""The kinds of events that begin or end a task."""


class Tasks:
    """The tasks that are waiting or running, and the items that are taken and not done."""

    def __init__(self) -> None:
        self.idle: set[Key] = set()  # workers of pools that have ended a task and begun no other
        self._busy: set[Key] = set()  # workers of pools that have begun a task
        self._lost: dict[int, Key] = {}  # those that ended in the middle of it, by their parent
        self._waiting: dict[str, str] = {}  # the executor of each future's task
        self._running: dict[str, Key] = {}  # who works on it
        self._crews: defaultdict[str, dict[Key, None]] = defaultdict(dict)  # of each executor
        self._taken: defaultdict[str, dict[Key, int]] = defaultdict(dict)  # items, by queue

    def take(self, event: Event) -> None:
        """Take the next event."""
        self.idle.discard(event.key)
        if event.kind not in OF_TASKS:
            return
        match event.kind:
            case Kind.PUT if future := _future(event):
                self._waiting[future] = event.object
            case Kind.TOOK if future := _future(event):
                self._waiting.pop(future, None)
                self._running[future] = event.key
                self._crews[event.object][event.key] = None
            case Kind.TOOK:
                taken = self._taken[event.object]
                taken[event.key] = taken.get(event.key, 0) + 1
            case Kind.BEGAN:
                self._busy.add(event.key)
            case Kind.EXITED if (ended := (event.exit[0],) * 2) in self._busy:
                self._lost[event.pid] = ended
            case Kind.DONE:
                self.idle.add(event.key)
                self._busy.discard(event.key)
                self._running = {
                    future: key for future, key in self._running.items() if key != event.key
                }
            case Kind.SIGNALLED if self._taken.get(event.object):
                self._finish(event)

    def of_future(self, wait: Event, live: Container[Key]) -> tuple[Key, Link] | None:
        """Return who could give the result that is waited for; None if that is unknown."""
        if (key := self._running.get(wait.object)) and key in live:
            return key, Link.RUNS
        if executor := self._waiting.get(wait.object):
            crew = [key for key in self._crews[executor] if key in live]
            # Workers that wait for tasks which only one of them could begin form a ring.
            after = crew.index(wait.key) + 1 if wait.key in crew else 0
            if crew:
                return crew[after % len(crew)], Link.QUEUED
        lost = self._lost.get(wait.pid)
        return (lost, Link.LOST) if lost else None

    def of_queue(self, queue: str, live: Container[Key]) -> tuple[Key, Link] | None:
        """Return who must still call task_done(); None if that is unknown."""
        owing = self._taken.get(queue, {})
        for key in owing:
            if key in live:
                return key, Link.TAKEN
        return next(((key, Link.UNDONE) for key in owing), None)

    def _finish(self, event: Event) -> None:
        """Note a call of task_done(): for an item of the caller, or else of the first one."""
        taken = self._taken[event.object]
        key = event.key if event.key in taken else next(iter(taken))
        taken[key] -= 1
        if not taken[key]:
            del taken[key]


def _future(event: Event) -> str:
    """Return the name of the future whose task was put or taken; "" of another item."""
    size, _, item = event.text.partition(": ")
    return item if size == TASK else ""
