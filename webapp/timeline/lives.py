"""Finds when each worker began and ended, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

from webapp.engine.events import Event, Key, Kind, is_task, thread_of
from webapp.engine.recording import Outcome, Recording, in_time
from webapp.timeline.lanes import End, Lane

BY_ITSELF = (Outcome.FINISHED, Outcome.FAILED)

UNKNOWN: Key = (0, 0)
"""The key of output that was written past `print`, by an unknown worker."""


def find_lives(recording: Recording, last: int) -> dict[Key, Lane]:
    """Return the empty lanes of a run, each process followed by its threads, a thread by its tasks.

    `last` is the end of the run in microseconds.
    """
    numbers = _numbers(recording)
    ends = _Ends(last, by_itself=recording.outcome in BY_ITSELF)
    seen = {key: own[0] for key, own in recording.by_worker.items()}
    for event in in_time(recording.of(Kind.ENDED, Kind.EXITED)):
        ends.take(event)
    seen.pop(UNKNOWN, None)
    order = {pid: at for at, pid in enumerate(dict.fromkeys(pid for pid, _ in seen))}
    keys = sorted(seen, key=partial(_place, order, seen))
    lives = {}
    for key in keys:
        first = seen[key]
        end, ending = ends.of(key)
        lives[key] = Lane(
            key=key,
            name=first.worker or "?",
            number=numbers[key],
            depth=depth_of(key),
            start=first.time,
            end=end,
            ending=ending,
            exit_code=ends.exits[key[0]][1] if key[0] in ends.exits and key[0] == key[1] else None,
        )
    return lives


def _place(order: Mapping[int, int], seen: Mapping[Key, Event], key: Key) -> tuple[int, ...]:
    """Return where a lane stands: in its process's part, and a task's in its thread's."""
    thread = thread_of(key)
    begun = seen[thread].time if thread in seen else seen[key].time
    return order[key[0]], key[0] != thread[1], begun, *thread, is_task(key), seen[key].time


def depth_of(key: Key) -> int:
    """Return the depth of a worker's lane: see Lane."""
    return int(key[0] != thread_of(key)[1]) + is_task(key)


def _numbers(recording: Recording) -> dict[Key, int]:
    """Number the workers in order of their first events, as the transcript does."""
    keys = dict.fromkeys(map(attrgetter("key"), recording.events))
    return {key: number for number, key in enumerate(keys)}


@dataclass
class _Ends:
    """When and how workers ended, in a run that lasted until `last` (microseconds).

    In a run that ended `by_itself`, the end of the process cut off its daemon threads.
    """

    last: int
    by_itself: bool
    ended: dict[Key, int] = field(default_factory=dict)
    exits: dict[int, tuple[int, int]] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Take the next event."""
        if event.kind is Kind.ENDED:
            self.ended[event.key] = event.time
        elif event.kind is Kind.EXITED:
            pid, code = event.exit
            self.exits[pid] = (event.time, code)

    def of(self, key: Key) -> tuple[int, End]:
        """Return when a worker ended (microseconds), and how."""
        pid = key[0]
        if key in self.ended:
            return self.ended[key], End.ENDED
        if pid in self.exits:
            time, code = self.exits[pid]
            return time, End.KILLED if code < 0 else End.CUT
        # A process may outlive its main thread: it waits for its other threads.
        cut = self.by_itself and (pid, pid) in self.ended
        return self.last, End.CUT if cut else End.OPEN
