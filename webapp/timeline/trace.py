"""Writes a run in Chrome's trace format, which https://ui.perfetto.dev opens.

The format: "Trace Event Format", https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from webapp.engine.events import TASK_BITS, Event, Key, Kind, is_task
from webapp.timeline.arrows import Arrow, find_arrows
from webapp.timeline.lanes import Lane, State, Stretch, Timeline

TASKS = 10_000_000
"""The track of a task is its number above this, and so above all native thread ids of Linux."""

BESIDE = {State.HOLDING: "holds", State.TASK: "task"}


def draw_trace(timeline: Timeline) -> dict[str, Any]:
    """Return the run as the trace's JSON object; times are microseconds."""
    recording = timeline.recording
    return {
        "traceEvents": [
            *(part for lane in timeline.lanes for part in _lane(lane)),
            *(
                part
                for at, arrow in enumerate(find_arrows(timeline))
                for part in _arrow(at, arrow, timeline)
            ),
            *map(_printed, recording.of(Kind.PRINTED)),
        ],
        "displayTimeUnit": "ms",
        "otherData": {"outcome": recording.outcome, **asdict(recording.receipt)},
    }


def _lane(lane: Lane) -> Iterator[dict[str, Any]]:
    pid, tid = lane.key[0], _tid(lane.key)
    if not lane.depth:
        yield {
            "ph": "M",
            "name": "process_name",
            "pid": pid,
            "tid": tid,
            "args": {"name": lane.name},
        }
    yield {"ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": {"name": lane.name}}
    for stretch in lane.stretches:
        yield _complete(lane, stretch, f"{stretch.state} {stretch.object}".rstrip())
    for stretch in lane.beside:
        # Slices of one track must nest, and holdings need not: each gets a track of its own.
        yield from _async(lane, stretch)


def _tid(key: Key) -> int:
    return TASKS + (key[1] >> TASK_BITS) if is_task(key) else key[1]


def _complete(lane: Lane, stretch: Stretch, name: str) -> dict[str, Any]:
    return {
        "ph": "X",
        "name": name,
        "cat": stretch.state,
        "pid": lane.key[0],
        "tid": _tid(lane.key),
        "ts": stretch.start,
        "dur": stretch.end - stretch.start,
        "args": {"line": stretch.line},
    }


def _async(lane: Lane, stretch: Stretch) -> Iterator[dict[str, Any]]:
    common = {
        "name": f"{BESIDE[stretch.state]} {stretch.object}",
        "cat": stretch.state,
        "id": f"{_tid(lane.key)}.{stretch.first}",
        "pid": lane.key[0],
        "tid": _tid(lane.key),
    }
    yield {"ph": "b", "ts": stretch.start, **common, "args": {"line": stretch.line}}
    yield {"ph": "e", "ts": stretch.end, **common}


def _arrow(number: int, arrow: Arrow, timeline: Timeline) -> Iterator[dict[str, Any]]:
    ends = (
        (arrow.giver, arrow.start, {"ph": "s"}),
        (arrow.taker, arrow.end, {"ph": "f", "bp": "e"}),
    )
    for lane, time, phase in ends:
        pid, tid = timeline.lanes[lane].key[0], _tid(timeline.lanes[lane].key)
        yield {
            **phase,
            "name": arrow.cause,
            "cat": "arrow",
            "id": number,
            "pid": pid,
            "tid": tid,
            "ts": time,
        }


def _printed(event: Event) -> dict[str, Any]:
    return {
        "ph": "i",
        "s": "t",
        "name": event.text.rstrip("\n"),
        "cat": "printed",
        "pid": event.pid,
        "tid": _tid(event.key),
        "ts": event.time,
        "args": {"line": event.line},
    }
