"""Tells a deadlock from evidence: who waits for what, and who alone could end the wait.

Every live worker of the run waits, without time-out, for something that only another of them (or it
itself) can give: the holder of a lock must release it, a joined worker must end, and an event, a
condition, a queue needs any other of them. One worker whose wait is not known to the record may end
all the others', so then nothing is said; nor where one is not asleep or a signal may wake it.
"""

from __future__ import annotations

from collections.abc import Iterable
from signal import SIGINT

from webapp.engine import tree
from webapp.engine.events import Event, Kind
from webapp.engine.recording import Key, Wait


def find_cycle(events: Iterable[Event]) -> tuple[Wait, ...]:
    """The cycle of waits that holds all live workers up; empty if there is none for certain."""
    state = _State()
    for event in events:
        state.take(event)
    if not state.live or set(state.live) != set(state.waits) or not _all_known(state.live):
        return ()
    return state.cycle()


def describe(cycle: Iterable[Wait]) -> str:
    """The cycle in a line: `Thread-1 → b → Thread-2 → a → Thread-1`."""
    steps: list[str] = []
    first = ""
    for wait in cycle:
        first = first or wait.worker
        # Who is joined is waited for itself.
        steps += [wait.worker] if wait.object == wait.giver else [wait.worker, wait.object]
    return " → ".join([*steps, first])


class _State:
    """Who lives, waits and holds, after some events."""

    def __init__(self) -> None:
        self.live: dict[Key, str] = {}
        self.waits: dict[Key, Event] = {}
        self.holders: dict[tuple[int, str], Key] = {}
        self.named: dict[tuple[int, str], Key] = {}

    def take(self, event: Event) -> None:
        """Take one more event."""
        key = event.key
        if event.kind is Kind.STARTS:
            # It lives from now on, though we do not know its ids before it begins.
            self.live[event.pid, -event.id] = event.object
        elif event.kind is Kind.STARTED:
            self._begin(event)
        elif event.kind is Kind.ENDED:
            self.live.pop(key, None)
        elif event.kind is Kind.EXITED:
            pid, _ = event.exit
            self.live = {other: name for other, name in self.live.items() if other[0] != pid}
        elif event.kind is Kind.GOT:
            self.holders[event.pid, event.object] = key
        elif event.kind is Kind.RELEASED:
            self.holders.pop((event.pid, event.object), None)
        if event.kind is Kind.WAITS and event.timeout is None:
            self.waits[key] = event
        elif event.kind is not Kind.RELEASED:  # who waits on a condition lets go of its lock first
            self.waits.pop(key, None)

    def cycle(self) -> tuple[Wait, ...]:
        """Follow the waits from any worker until one comes again."""
        path: list[Key] = []
        here = next(iter(self.live))
        while here not in path:
            path.append(here)
            giver = self._giver(self.waits[here])
            if giver not in self.live:
                return ()
            here = giver
        around = path[path.index(here) :]
        return tuple(self._wait(key) for key in around)

    def _begin(self, event: Event) -> None:
        starts = [key for key, name in self.live.items() if key[1] < 0 and name == event.worker]
        for key in starts[:1]:
            del self.live[key]
        self.live[event.key] = event.worker
        parent = int(event.text.split(".")[0]) if event.text else event.pid
        self.named[parent, event.worker] = event.key

    def _giver(self, wait: Event) -> Key:
        """Who could end the wait: the holder, the worker that is joined, else any other."""
        places = [(wait.pid, wait.object), *((pid, wait.object) for pid, _ in self.live)]
        for place in places:
            if self.holders.get(place) in self.live:
                return self.holders[place]
        for place in places:
            if place in self.named:
                return self.named[place]  # who has ended may take a while to be gone
        nobody = (0, 0)
        return next((key for key in self.live if key != wait.key), nobody)

    def _wait(self, key: Key) -> Wait:
        wait = self.waits[key]
        return Wait(self.live[key], wait.object, wait.line, self.live[self._giver(wait)])


def _all_known(live: dict[Key, str]) -> bool:
    """Whether each living process of the run has just the threads that the record knows, all of
    them asleep, no signal that waits for it and no signal handler of its own.

    On a busy machine a thread that may go on can be without a processor for longer than a run must
    be silent to be looked at: it is not asleep then, or its signal still waits.
    """
    for pid in {pid for pid, _ in live}:
        threads = tree.threads(pid)
        status = [tree.read(pid, f"task/{tid}/status") for tid in threads]
        if not (threads and all(status)):
            return False  # it has ended
        known = {pid, *(tid for _, tid in live)}
        if set(threads) - known or not all(map(_sleeps_for_good, status)):
            return False
    return True


def _sleeps_for_good(status: str) -> bool:
    """Whether a thread is asleep and no signal may wake it: its `/proc/…/status` says so."""
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return (
        fields["State"].split()[0] == "S"
        and not _signals(fields["SigPnd"])
        and not _signals(fields["ShdPnd"])
        and not _signals(fields["SigCgt"]) - {SIGINT}
    )


def _signals(mask: str) -> set[int]:
    """The signals of a mask; those from 32 on are the C library's own."""
    bits = int(mask, 16)
    return {number for number in range(1, 32) if bits >> (number - 1) & 1}
