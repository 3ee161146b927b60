"""How late a run was: by how much its machine may have held it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Key, Recording

MICROSECONDS = 1_000_000


def lateness(recording: Recording) -> float:
    """The most by which the machine held up a run, in seconds.

    Two measures, and the larger one counts: what the kernel tells of the processors that others
    took (`Recording.held_up`), and the time in which a worker overslept. The second one needs the
    observer; it also sees a machine that stood still.
    """
    if not recording.receipt.observed:
        return recording.held_up
    overslept = sum(end - start for start, end in _joined(_overslept(recording.events)))
    return max(recording.held_up, overslept / MICROSECONDS)


def _overslept(events: Iterable[Event]) -> Iterator[tuple[int, int]]:
    """From when a sleep or a time-out was over to when its worker went on, in microseconds."""
    due: dict[Key, float] = {}
    for event in events:
        if event.kind is Kind.SLEPT:
            due[event.key] = event.time + float(event.text) * MICROSECONDS
        elif event.kind is Kind.WAITS and event.timeout is not None:
            due[event.key] = event.time + event.timeout * MICROSECONDS
        elif event.kind in (Kind.WOKE, Kind.GAVE_UP) and event.key in due:
            over = round(due.pop(event.key))
            if over < event.time:
                yield over, event.time


def _joined(stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of time in order, those that overlap made one."""
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
