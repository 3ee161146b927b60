"""Finds who waits for what after some events, and who could end each wait.

A wait ends in one of three ways: the holder of a lock releases it, the joined worker ends, or some
other worker puts, notifies or sets what is waited for. In the last case it is not known which.

A task of asyncio is a worker. While none of a thread's tasks can go on, the thread waits in its
event loop: for one of them, or for another worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from webapp.engine.events import PASSING, TASK_BITS, Event, How, Key, Kind, thread_of
from webapp.engine.executor_tasks import OF_TASKS, Tasks
from webapp.engine.recording import Link, Wait

NOBODY: Key = (0, 0)

Place = tuple[int, str]
"""An object: the pid of the process that uses it, and its name."""

DEAD_ENDS = frozenset({Link.ENDED, Link.COPIED, Link.DIED, Link.LOST, Link.UNDONE})
"""Links of a wait that no live worker could end."""

CERTAIN = frozenset({Link.HELD, Link.JOINED, Link.RUNS, Link.QUEUED, Link.KEPT})
"""Links of a wait that only one worker can end, or only workers that wait for each other."""

Held = tuple[tuple[int, int], ...]
"""Who holds the other ends of pipes: pairs of a wait's id and a pid."""

Path = tuple[Wait, ...]
"""Waits, where the giver of each is the worker of the next. In a ring, the giver of the last is the
worker of the first."""


class State:
    """The state after some events: live workers, waits without a time-out, held locks.

    `other_ends` says more about some of the waits.
    """

    def __init__(self, events: Iterable[Event] = (), other_ends: Held = ()) -> None:
        self.other_ends = other_ends
        self.live: dict[Key, str] = {}
        self.waits: dict[Key, Event] = {}
        self.main = 0  # the main process
        self.handled: set[str] = set()  # the signals that the program has set handlers for
        # The signals whose handlers a worker runs, each with the wait that it interrupted.
        self.handling: dict[Key, list[tuple[str, Event | None]]] = {}
        self._tasks = Tasks()
        self._names: dict[Key, str] = {}  # those of ended workers, too
        self._died: dict[int, Event] = {}  # threads of the standard library's own, by process
        self._held: dict[Place, dict[Key, int]] = {}  # acquisitions less releases, by holder
        self._permits: set[Place] = set()  # any worker may release them
        self._named: dict[Place, Key] = {}
        self._starting: dict[str, list[Key]] = {}  # keys in `live` until the ids are known, by name
        self._pids: dict[int, None] = {}  # those of all workers so far
        for event in events:
            # What a directed run's scheduler does is not the worker's that had the turn.
            if event.kind not in (Kind.HALTED, Kind.CHOSEN):
                self.take(event)

    def take(self, event: Event) -> None:
        """Take the next event."""
        key = event.key
        if self._tasks.idle or event.kind in OF_TASKS:
            self._tasks.take(event)
        match event.kind:  # the most frequent first
            case Kind.GOT:
                self._get(event, key)
                self.waits.pop(key, None)
                return
            case Kind.RELEASED:
                self._release(event, key)
                return  # a wait for a condition releases its lock first
            case Kind.STARTS:
                # It lives from now on. Its ids are known when it begins.
                self.live[event.pid, -event.id] = event.object
                self._starting.setdefault(event.object, []).append((event.pid, -event.id))
            case Kind.STARTED:
                self._begin(event)
            case Kind.ENDED:
                self.live.pop(key, None)
            case Kind.EXITED:
                pid, _ = event.exit
                self.live = {other: name for other, name in self.live.items() if other[0] != pid}
                # A worker that was killed while it waited has not reported the end of its wait.
                self.waits = {other: wait for other, wait in self.waits.items() if other[0] != pid}
            case Kind.RAISED if key not in self._names:
                self._died[event.pid] = event
                self._names[key] = event.worker
            case Kind.HANDLES:
                self.handled.add(event.object)
            case Kind.CAUGHT:
                self.handling.setdefault(key, []).append((event.object, self.waits.get(key)))
        self._keep_wait(event, key)

    def _keep_wait(self, event: Event, key: Key) -> None:
        """Note whether the worker waits after the event."""
        if event.kind is Kind.HANDLED:
            self._go_on_after(key)
        elif event.kind is Kind.WAITS and event.timeout is None and event.how not in PASSING:
            self.waits[key] = event
        else:
            self.waits.pop(key, None)

    @property
    def all_wait(self) -> bool:
        """Return whether workers wait without a time-out, and the others have no task."""
        waiting = self.live.keys() & self.waits.keys()
        return bool(waiting) and self.live.keys() <= waiting | self._tasks.idle

    @property
    def standing(self) -> list[tuple[Event, Wait]]:
        """Return the waits of all live workers, each with the event that began it."""
        return [(wait, self._wait(key)) for key, wait in self.waits.items() if key in self.live]

    def at_other_end(self, wait: Event) -> list[int]:
        """Return the pids that hold the other end of the pipe that is waited at, if known."""
        return [pid for id, pid in self.other_ends if id == wait.id]

    def name_of(self, pid: int) -> str:
        """Return the name of a process, that of its main thread; "" if it is not recorded."""
        return self.live.get((pid, pid), "")

    def rings(self) -> list[Path]:
        """Return the rings of workers: each waits for what only the next one can give or do."""
        seen: set[Key] = set()
        return [ring for key in self.live if (ring := self._ring(key, seen))]

    def path(self) -> Path:
        """Follow the waits from any worker to a worker that was on the path, or to a dead end.

        Empty if a wait leads to a worker that is about to end, or if there is no other worker.
        """
        path: list[Key] = []
        # An event loop only waits for what its tasks wait for.
        waiting = [key for key in self.live if key in self.waits]
        tasks = (key for key in waiting if self.waits[key].how is not How.LOOP)
        here = next(tasks, waiting[0])
        while here not in path and here in self.waits:
            path.append(here)
            here, link = self._giver(self.waits[here])
            if link in DEAD_ENDS and len(self.live) > 1:
                return tuple(map(self._wait, path))
            if here not in self.live:
                return ()
        # An executor's worker without a task is the end of a path.
        return tuple(map(self._wait, path[path.index(here) if here in path else 0 :]))

    def _ring(self, here: Key, seen: set[Key]) -> Path:
        """Return the ring that the waits lead to from a worker, if none of it was `seen` before."""
        path: list[Key] = []
        while here in self.waits and here in self.live and here not in seen:
            seen.add(here)
            path.append(here)
            wait = self.waits[here]
            here, link = self._giver(wait)
            if link not in CERTAIN or self._is_permit(wait):
                break
            if here in path:
                return tuple(map(self._wait, path[path.index(here) :]))
        return ()

    def _go_on_after(self, key: Key) -> None:
        """Restore the wait that a signal handler had interrupted."""
        _, wait = self.handling[key].pop() if self.handling.get(key) else ("", None)
        self.waits.pop(key, None)
        if wait is not None:
            self.waits[key] = wait

    def _begin(self, event: Event) -> None:
        self.main = self.main or event.pid
        self._pids[event.pid] = None
        starts = self._starting.get(event.worker)
        if starts:
            self.live.pop(starts.pop(0), None)
        self.live[event.key] = self._names[event.key] = event.worker
        parent = int(event.text.split(".")[0]) if event.text else event.pid
        self._named[parent, event.worker] = event.key

    def _get(self, event: Event, key: Key) -> None:
        place = event.pid, event.object
        if (holders := self._held.get(place)) is None:
            holders = self._held[place] = {}
        holders[key] = holders.pop(key, 0) + 1  # the last holder comes last
        if event.text == "0":  # a semaphore without permits; a held lock never has 0
            self._permits.add(place)

    def _release(self, event: Event, own: Key) -> None:
        holders = self._held.get((event.pid, event.object))
        if not holders:
            return
        # If another worker releases it, that is the oldest holder's.
        key = own if own in holders else next(iter(holders))
        holders[key] -= 1
        if not holders[key] or event.text == "0":
            del holders[key]

    def _giver(self, wait: Event) -> tuple[Key, Link]:
        """Return who could end a wait, and how."""
        if wait.how is How.COPIED:
            return NOBODY, Link.COPIED
        if found := self._known_giver(wait):
            return found
        others = [*self._others(wait)]
        waiting = (key for key in others if key in self.waits)
        return next(waiting, next(iter(others), NOBODY)), Link.ANY

    def _known_giver(self, wait: Event) -> tuple[Key, Link] | None:
        """Return the only worker that could end a wait; None if any other one could."""
        match wait.how:
            case How.ACQUIRE:
                return self._holder(wait)
            case How.JOIN:
                return self._joined(wait)
            case How.SIGNAL:
                return self._tasks.of_queue(wait.object, self.live)
            case How.GET | How.PUT:
                return self._at_other_end(wait)
            case How.RESULT:
                dead = self._died.get(wait.pid)
                return (dead.key, Link.DIED) if dead else self._tasks.of_future(wait, self.live)
        return None

    def _joined(self, wait: Event) -> tuple[Key, Link] | None:
        named = (self._named[place] for place in self._places(wait) if place in self._named)
        # After ENDED it may still be finalizing.
        return next(((key, Link.JOINED) for key in chain(named, self._group(wait))), None)

    def _at_other_end(self, wait: Event) -> tuple[Key, Link] | None:
        """Return who could send, or receive, at the other end; None if one of several might."""
        users = self._users(wait)
        if not users or (len(users) > 1 and not self._are_stuck(users)):
            return None
        return users[0], Link.KEPT

    def _users(self, wait: Event) -> list[Key]:
        """Return the workers that could use the other end of a pipe; none if that is unknown."""
        pids = self.at_other_end(wait)
        if not pids or not all(map(self.name_of, pids)):
            return []
        # While it waits, it can do nothing there itself.
        return [key for key in self._others(wait) if key[0] in pids] or [wait.key]

    def _are_stuck(self, keys: Iterable[Key]) -> bool:
        """Return whether all wait for what only workers could give that are stuck, too."""
        waits = {key: wait for key, wait in self.waits.items() if key in self.live}
        stuck = {key: givers for key, wait in waits.items() if (givers := self._givers(wait))}
        while loose := [key for key, givers in stuck.items() if not givers <= stuck.keys()]:
            for key in loose:
                del stuck[key]
        return stuck.keys() >= set(keys)

    def _givers(self, wait: Event) -> set[Key]:
        """Return all workers that could end a wait; none if any could."""
        if wait.how in (How.GET, How.PUT):
            return set(self._users(wait))
        giver, link = self._known_giver(wait) or (NOBODY, Link.ANY)
        return {giver} if link in CERTAIN and not self._is_permit(wait) else set()

    def _holder(self, wait: Event) -> tuple[Key, Link] | None:
        holders = [key for place in self._places(wait) for key in self._held.get(place, ())]
        for key in holders:
            if key in self.live:
                return key, Link.HELD
        return (holders[-1], Link.ENDED) if holders else None

    def _group(self, wait: Event) -> Iterator[Key]:
        """Yield the living tasks of the group that a task waits for. It waits for all of them."""
        pid, thread = thread_of(wait.key)
        keys = ((pid, thread | task << TASK_BITS) for tasks in wait.group for task in tasks)
        return (key for key in keys if key in self.live)

    def _others(self, wait: Event) -> Iterator[Key]:
        """Yield the live workers that may put, notify or set: not a task's own event loop."""
        if wait.how is How.LOOP:
            yield from (key for key in self.live if key != wait.key and thread_of(key) == wait.key)
        own = {wait.key, thread_of(wait.key)}
        yield from (key for key in self.live if key not in own)

    def _is_permit(self, wait: Event) -> bool:
        return any(place in self._permits for place in self._places(wait))

    def _places(self, wait: Event) -> list[Place]:
        """Return the places where the object may be used, the worker's own process first."""
        pids = dict.fromkeys((wait.pid, *self._pids))
        return [(pid, wait.object) for pid in pids]

    def _wait(self, key: Key) -> Wait:
        wait = self.waits[key]
        giver, link = self._giver(wait)
        name = self.live.get(giver) or self._names.get(giver, "")
        return Wait(self.live[key], wait.object, wait.line, name, link)
