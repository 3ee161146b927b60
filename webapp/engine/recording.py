"""The recording of a finished run, and what is derived from it: lines, lifetimes, waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from webapp.engine.events import ENDS_OF_WAITS, Event, Key, Kind, is_task
from webapp.engine.transcript import Line, Transcript


class Outcome(StrEnum):
    """How a run ended."""

    FINISHED = "finished"  # the program ended by itself with exit code 0
    FAILED = "failed"  # it ended with another exit code, could not start or exceeded a limit
    DEADLOCKED = "deadlocked"  # its workers wait for each other, for ever
    TIMED_OUT = "timed out"  # a deadline passed
    CANCELLED = "cancelled"  # it was stopped on request, or had no followers any more
    LOST = "lost"  # the engine lost it; the events recorded so far are kept


class Span(NamedTuple):
    """An interval of one worker, from `start` to `end` in microseconds.

    `end` is None if no event ended it.
    """

    key: Key
    worker: str
    start: int
    end: int | None
    object: str = ""


class Link(StrEnum):
    """How the giver of a wait could end it."""

    HELD = "held"  # the giver holds the lock
    JOINED = "joined"  # the giver is the worker that is joined
    ENDED = "ended"  # the giver acquired the lock last, and ended without releasing it
    COPIED = "copied"  # the lock was held when a fork copied it: no worker can release it
    RUNS = "runs"  # the giver works on the task whose result is waited for
    QUEUED = "queued"  # no worker has begun the task; the giver is one of the executor's
    TAKEN = "taken"  # the giver took an item, and must still call task_done()
    UNDONE = "undone"  # the giver took an item, and ended without task_done()
    KEPT = "kept"  # only the giver could send or receive at the other end of the pipe
    LOST = "lost"  # the giver was a pool's worker, and ended in the middle of a task
    DIED = "died"  # the giver was a pool's own thread, and an exception ended it
    ANY = "any"  # any other worker can: by a put, a set, a notification …


@dataclass(frozen=True, slots=True)
class Wait:
    """`worker` waits at `line` for `object`; `giver` could end the wait ("": no worker is left)."""

    worker: str
    object: str
    line: int
    giver: str
    link: Link = Link.HELD


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where, when and by which Python a run was made."""

    run: str
    started_at: str  # UTC, ISO 8601
    pid: int
    python: str
    implementation: str
    machine: str
    cores: int
    start_methods: tuple[str, ...]
    source_sha256: str
    observed: bool
    host: str = ""  # the machine's name, if there are several
    free_threaded: bool = False  # no global interpreter lock
    schedule: str | None = None  # of a directed run (see `schedules`)
    slow_motion: bool = False  # each line is recorded (see `slow_motion`)

    @property
    def interpreter(self) -> str:
        """The Python, such as "CPython 3.14.0, free-threaded"."""
        name = f"{self.implementation} {self.python}"
        return f"{name}, free-threaded" if self.free_threaded else name


@dataclass(frozen=True)
class Recording:
    """A run that is over.

    `wall` is the seconds from the program's first step to the end of its main process, `cpu` the
    seconds of processor time of its process tree. `detail` explains the outcome (an exit code, a
    signal, the cycle of a deadlock). `exit_code` is the main process's (negative: the signal that
    ended it; None: unknown). `dropped` counts events beyond the limit of one run; the recording is
    `cut` if lines of the transcript or ends of workers are among them. `swept` counts processes
    that outlived the main process and were ended by the engine. `cycle` is the wait-for cycle of a
    deadlock. `held_up` is an upper bound of the seconds for which other programs kept the run from
    a processor (see `pressure`); 0 in recordings older than that measure. `other_ends` are pairs of
    the id of a wait at a pipe and the pid of a process that held its other end.
    """

    events: tuple[Event, ...]
    outcome: Outcome
    detail: str
    wall: float
    cpu: float
    dropped: int
    exit_code: int | None
    swept: int
    receipt: Receipt
    cut: bool = False
    cycle: tuple[Wait, ...] = ()
    held_up: float = 0.0
    other_ends: tuple[tuple[int, int], ...] = ()

    @property
    def exit_status(self) -> int:
        """The exit code as a shell reports it: 128 + signal; 1 if it is unknown."""
        code = self.exit_code
        if code is None:
            return 1
        return 128 - code if code < 0 else code

    @cached_property
    def in_time(self) -> list[Event]:
        """The events in the order of time."""
        return in_time(self.events)

    @cached_property
    def by_worker(self) -> dict[Key, list[Event]]:
        """The events of each worker, in the order of time, as are the workers' first ones."""
        found: defaultdict[Key, list[Event]] = defaultdict(list)
        for event in self.in_time:
            found[event.key].append(event)
        return dict(found)

    def of(self, *kinds: Kind) -> list[Event]:
        """Return the events of some kinds, as they came."""
        found = [self._by_kind[kind] for kind in kinds if kind in self._by_kind]
        if len(found) == 1:
            return found[0]
        return sorted(chain.from_iterable(found), key=attrgetter("id"))

    @cached_property
    def _by_kind(self) -> dict[Kind, list[Event]]:
        found: defaultdict[Kind, list[Event]] = defaultdict(list)
        for event in self.events:
            found[event.kind].append(event)
        return dict(found)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The transcript."""
        transcript = Transcript()
        lines = [line for event in self.of(Kind.PRINTED) for line in transcript.feed(event)]
        return (*lines, *transcript.rest())

    @cached_property
    def lifetimes(self) -> tuple[Span, ...]:
        """The lifetime of every worker, the main thread included, in order of starting."""
        return tuple(self._spans(Kind.STARTED, {Kind.ENDED}, per_object=False))

    @cached_property
    def workers(self) -> tuple[Span, ...]:
        """The lifetimes of all threads and processes but the program's main thread."""
        main = self.receipt.pid
        return tuple(
            span for span in self.lifetimes if span.key != (main, main) and not is_task(span.key)
        )

    @cached_property
    def tasks(self) -> tuple[Span, ...]:
        """The lifetimes of all tasks of asyncio, from their creation."""
        return tuple(span for span in self.lifetimes if is_task(span.key))

    @cached_property
    def sleeps(self) -> tuple[Span, ...]:
        """Every sleep."""
        return tuple(self._spans(Kind.SLEPT, {Kind.WOKE}, per_object=False))

    @cached_property
    def holdings(self) -> tuple[Span, ...]:
        """Every interval in which a worker held an object, from got to released."""
        return tuple(self._spans(Kind.GOT, {Kind.RELEASED}))

    @cached_property
    def waits(self) -> tuple[Span, ...]:
        """Every wait, to the event that ended it."""
        return tuple(self._spans(Kind.WAITS, ENDS_OF_WAITS))

    def _spans(self, begin: Kind, ends: Collection[Kind], *, per_object: bool = True) -> list[Span]:
        """Pair each event of `ends` with the last open `begin` of the same worker (and object).

        An RLock acquired twice is released twice: the last one closes first.
        """
        spans: list[Span] = []
        open_: defaultdict[tuple[Key, str], list[int]] = defaultdict(list)
        for event in in_time(self.of(begin, *ends)):
            slot = (event.key, event.object if per_object else "")
            if event.kind is begin:
                open_[slot].append(len(spans))
                spans.append(Span(event.key, event.worker, event.time, None, event.object))
            elif open_[slot]:
                at = open_[slot].pop()
                spans[at] = _closed(spans[at], event.time)
        return spans


def in_time(events: Iterable[Event]) -> list[Event]:
    """Sort events by time: a worker may be delayed between reading its clock and reporting."""
    return sorted(events, key=attrgetter("time", "id"))


def overlaps(spans: Iterable[Span]) -> int:
    """Return the largest number of spans at one time. A span without end lasts for ever."""
    steps: list[tuple[float, int]] = []
    for span in spans:
        steps.append((span.start, 1))
        steps.append((float("inf") if span.end is None else span.end, -1))
    # In the same microsecond an end comes before a start: (t, -1) sorts first.
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def workers_at_once(spans: Iterable[Span]) -> int:
    """Return the largest number of workers with a span at one time."""
    alone: dict[Key, list[Span]] = defaultdict(list)
    for span in spans:
        alone[span.key].append(span)
    return overlaps(whole for own in alone.values() for whole in _merged(own))


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Yield one worker's spans, with overlapping ones merged."""
    rest = sorted(spans, key=lambda span: span.start)
    while rest:
        first = rest.pop(0)
        while rest and (first.end is None or rest[0].start < first.end):
            ends = (first.end, rest.pop(0).end)
            first = _closed(first, None if None in ends else max(filter(None, ends)))
        yield first


def _closed(span: Span, end: int | None) -> Span:
    return Span(span.key, span.worker, span.start, end, span.object)
