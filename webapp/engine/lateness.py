"""Lateness of a run: how long its machine may have delayed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from webapp.engine.events import Event, Key, Kind
from webapp.engine.recording import Recording

MICROSECONDS = 1_000_000

OF_SLEEPS = (Kind.SLEPT, Kind.WAITS, Kind.WOKE, Kind.GAVE_UP, Kind.RESUMED)
"""The kinds of events that begin or end a sleep, or a wait that may have a time-out."""

LINE_SECONDS = 25e-6
"""The most that a line may take longer in slow motion (`bench`)."""


def lateness(recording: Recording) -> float:
    """Return an upper bound of the machine's delay of a run, in seconds.

    The larger of two measures: the kernel's (`Recording.held_up`), and the time in which a worker
    overslept. The second one needs the observer; it also detects a machine that was suspended. What
    slow motion may have taken is added.
    """
    if not recording.receipt.observed:
        return recording.held_up
    overslept = sum(end - start for start, end in _joined(_overslept(recording.of(*OF_SLEEPS))))
    lines = len(recording.of(Kind.STEPPED))
    return max(recording.held_up, overslept / MICROSECONDS) + lines * LINE_SECONDS


def time_asleep(recording: Recording) -> float:
    """Return the seconds in which some worker slept, none of them longer than it had asked to.

    That is what the program takes on any machine. It needs the observer: 0 without it.
    """
    asleep = sum(end - start for start, end in _joined(_asleep(recording)))
    return asleep / MICROSECONDS


def _asleep(recording: Recording) -> Iterator[tuple[int, int]]:
    """Yield the interval of each sleep, to its due end or to an earlier real one, in µs."""
    begun: dict[Key, Event] = {}
    for event in recording.of(Kind.SLEPT, Kind.WOKE):
        if event.kind is Kind.SLEPT:
            begun[event.key] = event
        elif event.key in begun:
            sleep = begun.pop(event.key)
            due = sleep.time + round(float(sleep.text) * MICROSECONDS)
            yield sleep.time, min(due, event.time)


def _overslept(events: Iterable[Event]) -> Iterator[tuple[int, int]]:
    """Yield the intervals from the due end of a sleep or time-out to the real one, in µs.

    A task may be late because others of its thread have their turns: only its event loop counts.
    """
    due: dict[Key, float] = {}
    for event in events:
        if event.task:
            continue
        if event.kind is Kind.SLEPT:
            due[event.key] = event.time + float(event.text) * MICROSECONDS
        elif event.kind is Kind.WAITS and event.timeout is not None:
            due[event.key] = event.time + event.timeout * MICROSECONDS
        elif event.kind is not Kind.WAITS and event.key in due:
            over = round(due.pop(event.key))
            if over < event.time:
                yield over, event.time


def _joined(stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the intervals in order, with overlapping ones merged."""
    last: tuple[int, int] | None = None
    for start, end in sorted(stretches):
        if last is None or start > last[1]:
            if last is not None:
                yield last
            last = start, end
        else:
            last = last[0], max(last[1], end)
    if last is not None:
        yield last
