"""Lanes: one for each thread and process, with what it was at from moment to moment.

Times are microseconds since the run began. A worker that is neither asleep nor waiting for anything
that the recorder sees is called running; whether it had a processor, or the GIL, no record tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from statistics import median

from webapp.engine.events import Event, How, Kind
from webapp.engine.recording import Key, Outcome, Recording

MICROSECONDS = 1_000_000
QUIET_NOISE = 100
"""Microseconds that nothing can be told below, where a run shows no lateness of its own."""

BY_ITSELF = (Outcome.FINISHED, Outcome.FAILED)

NOBODY: Key = (0, 0)
"""What was written past `print`: who did it is not known."""


class State(StrEnum):
    """What a worker is at."""

    RUNNING = "running"
    SLEEPING = "sleeping"
    ACQUIRING = "acquiring"
    AT_BARRIER = "barrier"
    JOINING = "joining"
    PUTTING = "putting"
    GETTING = "getting"
    SIGNAL = "signal"  # waits for an event, a condition, a queue's tasks
    RESULT = "result"  # waits for the result of a pool's task
    IDLE = "idle"  # a pool's worker without a task
    # Beside one of the others:
    HOLDING = "holding"
    TASK = "task"  # works on a task of a pool


WAITING: Mapping[How, State] = {
    How.ACQUIRE: State.ACQUIRING,
    How.BARRIER: State.AT_BARRIER,
    How.JOIN: State.JOINING,
    How.PUT: State.PUTTING,
    How.GET: State.GETTING,
    How.SIGNAL: State.SIGNAL,
    How.RESULT: State.RESULT,
}
WAITS = frozenset(WAITING.values())
ENDS_OF_WAITS = {Kind.GOT, Kind.GAVE_UP, Kind.JOINED, Kind.PASSED, Kind.PUT, Kind.TOOK}


class End(StrEnum):
    """How a lane ends."""

    ENDED = "ended"
    KILLED = "killed"  # its process was, by a signal
    CUT = "cut"  # its process left without waiting for it
    OPEN = "open"  # the record has no end of it


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a worker was at from `start` to `end`, for the program's `line`.

    It began with the event `first` and ended with the event `last` (0: the record has no end of
    it). `note` is a barrier's "k of n", or a lock's depth.
    """

    state: State
    start: int
    end: int
    first: int
    last: int
    object: str = ""
    line: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A worker's life. `number` is its colour's, `depth` 1 for the threads of a process.

    `stretches` follow each other without a gap from `start` to `end`; what it holds and its tasks
    lie `beside` them.
    `exit_code` is its process's, where somebody saw it.
    """

    key: Key
    name: str
    number: int
    depth: int
    start: int
    end: int
    ending: End
    exit_code: int | None
    stretches: tuple[Stretch, ...] = ()
    beside: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """All lanes of a run, which lasted until `end`; `noise` is how late its workers came."""

    recording: Recording
    lanes: tuple[Lane, ...]
    end: int
    noise: int

    @cached_property
    def index(self) -> dict[Key, int]:
        """Which lane a worker's is."""
        return {lane.key: at for at, lane in enumerate(self.lanes)}


def draw(recording: Recording) -> Timeline:
    """Find the lanes of a run, however it ended and whatever is missing of it."""
    events = in_time(recording.events)
    last = max([1, round(recording.wall * MICROSECONDS), *(event.time for event in events)])
    ends = _Ends(last, by_itself=recording.outcome in BY_ITSELF)
    lives = _lives(events, _numbers(recording), ends)
    workers = {key: _Worker(life) for key, life in lives.items()}
    for event in events:
        if event.key in workers:
            workers[event.key].take(event)
    held = _holdings(events)
    lanes = (worker.lane(held[key]) for key, worker in workers.items())
    return Timeline(recording, tuple(lanes), last, _noise(events))


def in_time(events: Iterable[Event]) -> list[Event]:
    """The events in the order of time: who is held up between its clock and its pipe comes late."""
    return sorted(events, key=lambda event: (event.time, event.id))


# --- lives ---


def _numbers(recording: Recording) -> dict[Key, int]:
    """Workers by the order in which they first said something, as the transcript counts them."""
    numbers: dict[Key, int] = {}
    for event in recording.events:
        numbers.setdefault(event.key, len(numbers))
    return numbers


def _lives(events: list[Event], numbers: Mapping[Key, int], ends: _Ends) -> dict[Key, Lane]:
    """The lanes without what was done in them, each process's threads below it."""
    seen: dict[Key, Event] = {}
    for event in events:
        seen.setdefault(event.key, event)
        ends.take(event)
    seen.pop(NOBODY, None)
    order = {pid: at for at, pid in enumerate(dict.fromkeys(pid for pid, _ in seen))}
    keys = sorted(seen, key=lambda key: (order[key[0]], key[0] != key[1], seen[key].time))
    lives = {}
    for key in keys:
        first = seen[key]
        end, ending = ends.of(key)
        lives[key] = Lane(
            key=key,
            name=first.worker or "?",
            number=numbers[key],
            depth=int(key[0] != key[1]),
            start=first.time,
            end=end,
            ending=ending,
            exit_code=ends.exits[key[0]][1] if key[0] in ends.exits and key[0] == key[1] else None,
        )
    return lives


@dataclass
class _Ends:
    """When workers ended, and how, in a run that lasted until `last`.

    A process that left `by_itself` took with it whoever it did not wait for.
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
        """A worker's end."""
        pid = key[0]
        if key in self.ended:
            return self.ended[key], End.ENDED
        if pid in self.exits:
            time, code = self.exits[pid]
            return time, End.KILLED if code < 0 else End.CUT
        # The end of a process's main thread is not yet its own: it waits for its other threads.
        cut = self.by_itself and (pid, pid) in self.ended
        return self.last, End.CUT if cut else End.OPEN


# --- what a worker is at ---


@dataclass
class _Worker:
    """One worker's stretches, as its events come by."""

    life: Lane
    done: list[Stretch] = field(default_factory=list)
    now: tuple[State, Event, str] | None = None
    tasks: list[Stretch] = field(default_factory=list)
    arrived: dict[str, str] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Take the worker's next event."""
        match event.kind:
            case Kind.SLEPT:
                self._begin(State.SLEEPING, event)
            case Kind.WAITS:
                self._begin(WAITING[event.how], event, self.arrived.get(event.object, ""))
            case Kind.ARRIVED:
                self.arrived[event.object] = event.text
            case Kind.BEGAN:
                self._begin_task(event)
            case Kind.DONE:
                self._end_task(event)
            case Kind.WOKE:
                self._go_on(event)
            case _ if self._ends_wait(event):
                self._go_on(event)

    def lane(self, held: Iterable[Stretch]) -> Lane:
        """The worker's lane, with what it held."""
        beside = sorted([*held, *self.tasks], key=lambda stretch: stretch.start)
        return replace(
            self.life, stretches=tuple(self._stretches()), beside=tuple(self._within(beside))
        )

    def _stretches(self) -> Iterator[Stretch]:
        """Everything from the worker's first moment to its last; running where it says nothing."""
        at, first = self.life.start, 0
        open_ = [_stretch(*self.now)] if self.now else []
        for stretch in self._within([*self.done, *open_]):
            if stretch.start > at:
                yield Stretch(State.RUNNING, at, stretch.start, first, stretch.first)
            yield stretch
            at, first = stretch.end, stretch.last
        if self.life.end > at:
            yield Stretch(State.RUNNING, at, self.life.end, first, 0)

    def _within(self, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
        """Cut stretches to the worker's life, which is how long an open one lasts."""
        life = self.life
        for stretch in stretches:
            if stretch.last and life.start <= stretch.start <= stretch.end <= life.end:
                yield stretch
                continue
            start = max(stretch.start, life.start)
            end = min(stretch.end, life.end) if stretch.last else life.end
            yield replace(stretch, start=start, end=max(start, end))

    def _begin(self, state: State, event: Event, note: str = "") -> None:
        self._go_on(event)
        self.now = (state, event, note)

    def _begin_task(self, event: Event) -> None:
        if not self.tasks and not self.done and self.now is None:
            # A pool's worker whose first word this is has waited for it since it began.
            self.done.append(Stretch(State.IDLE, 0, event.time, 0, event.id))
        self._go_on(event)
        self.tasks.append(_stretch(State.TASK, event, event.text))

    def _end_task(self, event: Event) -> None:
        if self.tasks and not self.tasks[-1].last:
            self.tasks[-1] = replace(self.tasks[-1], end=event.time, last=event.id)
        self._begin(State.IDLE, replace(event, object="", line=0))

    def _go_on(self, event: Event) -> None:
        if self.now is not None:
            self.done.append(_stretch(*self.now, until=event))
            self.now = None

    def _ends_wait(self, event: Event) -> bool:
        if self.now is None or event.kind not in ENDS_OF_WAITS:
            return False
        state, began, _ = self.now
        return state in WAITS and event.object == began.object


def _stretch(state: State, event: Event, note: str = "", *, until: Event | None = None) -> Stretch:
    """One that begins with an event, and ends with another if there is one."""
    end, last = (event.time, 0) if until is None else (until.time, until.id)
    return Stretch(state, event.time, end, event.id, last, event.object, event.line, note)


# --- what a worker holds ---

Slot = tuple[Key, str]
"""A worker and the name of what it holds."""


def _holdings(events: list[Event]) -> defaultdict[Key, list[Stretch]]:
    """Each time that a worker held something, from its first GOT to its last RELEASED.

    What is released while nobody holds it only passes a signal on, as a semaphore does that one
    worker acquires and another releases: that is no holding.
    """
    held: dict[Slot, list[Event]] = {}
    found: list[tuple[Key, Stretch]] = []
    signals: set[str] = set()
    for event in events:
        slot = (event.key, event.object)
        if event.kind is Kind.GOT:
            held.setdefault(slot, []).append(event)
        elif event.kind is Kind.RELEASED:
            holder = slot if slot in held else _longest(held, event.object)
            if holder is None:
                signals.add(event.object)
            elif event.text != "0" and len(held[holder]) > 1:
                held[holder].pop()  # held more than once over; "0" lets go of all at once
            else:
                first = held.pop(holder)[0]
                found.append((holder[0], _stretch(State.HOLDING, first, until=event)))
    found += [(key, _stretch(State.HOLDING, got[0])) for (key, _), got in held.items()]
    holdings: defaultdict[Key, list[Stretch]] = defaultdict(list)
    for key, stretch in found:
        if stretch.object not in signals:
            holdings[key].append(stretch)
    return holdings


def _longest(held: Mapping[Slot, object], name: str) -> Slot | None:
    """Who has held it longest: where a lock is released by another than its holder."""
    return next((slot for slot in held if slot[1] == name), None)


# --- how late they came ---


def _noise(events: list[Event]) -> int:
    """How late workers usually came: out of a sleep, or to their first step after start().

    Nothing can be read from differences that are smaller than this.
    """
    late: list[int] = []
    asleep: dict[Key, Event] = {}
    for event in events:
        if event.kind is Kind.SLEPT:
            asleep[event.key] = event
        elif event.kind is Kind.WOKE and event.key in asleep:
            slept = asleep.pop(event.key)
            asked = float(slept.text) * MICROSECONDS
            late.append(max(0, round(event.time - slept.time - asked)))
    return max(QUIET_NOISE, round(median(late))) if late else QUIET_NOISE
