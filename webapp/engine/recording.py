"""All that is known of a run that is over, and the questions that are asked of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from webapp.engine.events import Event, Kind

Key = tuple[int, int]
"""A worker: (pid, native thread id)."""


class Outcome(StrEnum):
    """How a run can end; there is no other way."""

    FINISHED = "finished"  # the program ended by itself with exit code 0
    FAILED = "failed"  # it ended by itself with another exit code, or could not start
    DEADLOCKED = "deadlocked"  # its workers wait for each other, for ever
    TIMED_OUT = "timed out"  # a deadline passed
    CANCELLED = "cancelled"  # somebody stopped it, or nobody followed it any more
    LOST = "lost"  # the engine lost it: what was recorded so far is kept


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript: `text` without its newline, as one worker began it.

    `event` is the id of the event that began it; a line that the recorder could not tie to a
    worker (written past `print`, to the descriptor itself) has worker "" and source line 0.
    """

    event: int
    time: int
    pid: int
    tid: int
    worker: str
    stream: str
    text: str
    source_line: int


@dataclass(frozen=True, slots=True)
class Span:
    """What lasted: from `start` to `end` in microseconds, of one worker.

    `end` is None where the record has no end of it.
    """

    key: Key
    worker: str
    start: int
    end: int | None
    object: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """An edge of a deadlock: `worker` waits at `line` for `object`, which `giver` could give."""

    worker: str
    object: str
    line: int
    giver: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves that a run was real."""

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
    host: str = ""  # what the machine is called, where there are several
    free_threaded: bool = False  # no global interpreter lock

    @property
    def interpreter(self) -> str:
        """Which Python it was: "CPython 3.14.0, free-threaded"."""
        name = f"{self.implementation} {self.python}"
        return f"{name}, free-threaded" if self.free_threaded else name


@dataclass(frozen=True)
class Recording:
    """A run that is over.

    `wall` and `cpu` are seconds: from the program's first step to the end of its main process, and
    the processor time of its whole tree. `detail` says more of the outcome (an exit code, a signal,
    the cycle of a deadlock). `exit_code` is its main process's (negative: the signal that ended it;
    None: not known). `dropped` counts events beyond what the engine keeps of one run; where the
    record is `cut`, lines of the transcript or ends of workers are among them. `swept` counts
    processes that the program left behind and the engine ended. `cycle` is who waits for whom, of a
    deadlock. `held_up` is for how many seconds other programs kept the run from a processor, at
    most (see `pressure`); 0 of a run that was stored before that was measured.
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

    @property
    def exit_status(self) -> int:
        """The program's exit code as a shell has it: 128 + a signal, 1 where it is not known."""
        code = self.exit_code
        if code is None:
            return 1
        return 128 - code if code < 0 else code

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The transcript."""
        transcript = Transcript()
        lines = [line for event in self.events for line in transcript.feed(event)]
        return (*lines, *transcript.rest())

    @cached_property
    def lifetimes(self) -> tuple[Span, ...]:
        """Every worker from started to ended, the main thread included, in order of starting."""
        return tuple(_spans(self.events, Kind.STARTED, {Kind.ENDED}, per_object=False))

    @cached_property
    def workers(self) -> tuple[Span, ...]:
        """The lifetimes of the workers that the program itself started: all but its main thread."""
        main = self.receipt.pid
        return tuple(span for span in self.lifetimes if span.key != (main, main))

    @cached_property
    def sleeps(self) -> tuple[Span, ...]:
        """Every sleep."""
        return tuple(_spans(self.events, Kind.SLEPT, {Kind.WOKE}, per_object=False))

    @cached_property
    def holdings(self) -> tuple[Span, ...]:
        """Every time that a worker held something, from got to released."""
        return tuple(_spans(self.events, Kind.GOT, {Kind.RELEASED}))

    @cached_property
    def waits(self) -> tuple[Span, ...]:
        """Every wait, to whatever ended it."""
        ends = {Kind.GOT, Kind.GAVE_UP, Kind.JOINED, Kind.PASSED, Kind.PUT, Kind.TOOK}
        return tuple(_spans(self.events, Kind.WAITS, ends))


class Transcript:
    """Folds what was printed into lines, as a terminal would show them."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Event, list[str]]] = {}

    def feed(self, event: Event) -> Iterator[Line]:
        """Take the next event; give the lines that it completes."""
        if event.kind is not Kind.PRINTED:
            return
        stream = event.object
        *whole, rest = event.text.split("\n")
        for text in whole:
            first, parts = self._open.pop(stream, (event, []))
            yield _line(first, "".join([*parts, text]))
        if rest:
            first, parts = self._open.setdefault(stream, (event, []))
            parts.append(rest)

    def rest(self) -> Iterator[Line]:
        """Give what was printed without a newline at the end."""
        for first, parts in self._open.values():
            yield _line(first, "".join(parts))
        self._open.clear()


def overlaps(spans: Iterable[Span]) -> int:
    """How many of the spans lasted at once, at most. A span without end lasts for ever."""
    steps: list[tuple[float, int]] = []
    for span in spans:
        steps.append((span.start, 1))
        steps.append((float("inf") if span.end is None else span.end, -1))
    # At one and the same microsecond an end comes before a start: (t, -1) sorts first.
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def workers_at_once(spans: Iterable[Span]) -> int:
    """How many different workers' spans lasted at once, at most (one may hold twice over)."""
    alone: dict[Key, list[Span]] = defaultdict(list)
    for span in spans:
        alone[span.key].append(span)
    return overlaps(whole for own in alone.values() for whole in _merged(own))


def _merged(spans: list[Span]) -> Iterator[Span]:
    """One worker's spans, those that overlap made one."""
    rest = sorted(spans, key=lambda span: span.start)
    while rest:
        first = rest.pop(0)
        while rest and (first.end is None or rest[0].start < first.end):
            ends = (first.end, rest.pop(0).end)
            first = _closed(first, None if None in ends else max(filter(None, ends)))
        yield first


def _line(first: Event, text: str) -> Line:
    return Line(
        event=first.id,
        time=first.time,
        pid=first.pid,
        tid=first.tid,
        worker=first.worker,
        stream=first.object,
        text=text,
        source_line=first.line,
    )


def _spans(
    events: Iterable[Event], begin: Kind, ends: set[Kind], *, per_object: bool = True
) -> list[Span]:
    """Pair each of `ends` with the last open `begin` of the same worker (and object).

    The last, for what is held twice over is released twice.
    """
    spans: list[Span] = []
    open_: defaultdict[tuple[Key, str], list[int]] = defaultdict(list)
    for event in sorted(events, key=lambda event: (event.time, event.id)):
        slot = (event.key, event.object if per_object else "")
        if event.kind is begin:
            open_[slot].append(len(spans))
            spans.append(Span(event.key, event.worker, event.time, None, event.object))
        elif event.kind in ends and open_[slot]:
            at = open_[slot].pop()
            spans[at] = _closed(spans[at], event.time)
    return spans


def _closed(span: Span, end: int | None) -> Span:
    return Span(span.key, span.worker, span.start, end, span.object)
