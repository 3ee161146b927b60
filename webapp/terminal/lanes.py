"""Lanes in text: one row a worker, over the time of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from webapp.engine.recording import Key, Recording, Span

MICROSECONDS = 1_000_000
LONGEST_NAME = 24
NARROWEST, WIDEST = 20, 100


class State(Enum):
    """What a worker was at, and the sign for it. A later one hides an earlier one."""

    RUNNING = "▓"
    SLEEPING = "░"
    HOLDING = "█"
    WAITING = "·"


@dataclass(frozen=True, slots=True)
class Lane:
    """One worker's row: `name` is padded, `cells` are as wide in all lanes of a run."""

    number: int
    name: str
    cells: str


def draw_lanes(recording: Recording, columns: int) -> list[Lane]:
    """Draw every worker, the main thread included, into so many columns."""
    spans = recording.lifetimes
    names = _names(spans)
    room = max((len(name) for name in names), default=0)
    width = min(WIDEST, max(NARROWEST, columns - room - 4))
    end = max(1, round(recording.wall * MICROSECONDS))
    return [
        Lane(number, f"{name:<{room}}", _cells(recording, span, end, width))
        for number, (span, name) in enumerate(zip(spans, names, strict=True))
    ]


def _names(spans: Iterable[Span]) -> list[str]:
    """Name the workers; those that share a name are told apart by their thread's id."""
    spans = list(spans)
    often = Counter(span.worker for span in spans)
    return [
        f"{span.worker[:LONGEST_NAME]}{f' {span.key[1]}' if often[span.worker] > 1 else ''}"
        for span in spans
    ]


def _cells(recording: Recording, life: Span, end: int, width: int) -> str:
    """Give each stretch of time the sign of what filled most of it."""
    layers = list(_layers(recording, life))
    signs = []
    for cell in range(width):
        start, stop = end * cell // width, end * (cell + 1) // width
        filled = {
            state: sum(_shared(span, start, stop, end) for span in spans) for state, spans in layers
        }
        signs.append(_sign(filled))
    return "".join(signs)


def _layers(recording: Recording, life: Span) -> Iterator[tuple[State, list[Span]]]:
    yield State.RUNNING, [life]
    yield State.SLEEPING, _of(recording.sleeps, life.key)
    yield State.HOLDING, _of(recording.holdings, life.key)
    yield State.WAITING, _of(recording.waits, life.key)


def _of(spans: Iterable[Span], key: Key) -> list[Span]:
    return [span for span in spans if span.key == key]


def _sign(filled: dict[State, int]) -> str:
    """Choose the last state that fills half of the time in which the worker lived."""
    lived = filled[State.RUNNING]
    if not lived:
        return " "
    return [state for state, time in filled.items() if 2 * time >= lived][-1].value


def _shared(span: Span, start: int, stop: int, end: int) -> int:
    until = end if span.end is None else span.end
    return max(0, min(until, stop) - max(span.start, start))
