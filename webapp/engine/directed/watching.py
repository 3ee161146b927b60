"""Looks at a run that waits for a choice: where each worker is, and the values that it sees."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Mapping
from threading import Event
from types import FrameType
from typing import Any

from webapp.engine.directed import values
from webapp.engine.directed.points import Points
from webapp.engine.directed.scheduler import Scheduler, Worker

LONGEST = 60
"""Characters of a value's `repr`."""

DATA = (int, float, complex, str, bytes, type(None), list, dict, set, frozenset, tuple, deque)

MOST = 12
"""Values of one frame."""


def look_at(scheduler: Scheduler, points: Points, able: str) -> dict[str, Any]:
    """Return who can go on (numbers, as in `able`), each worker's line, and what it sees."""
    frames = sys._current_frames()
    numbers = {int(number) for number in able.split(",")}
    workers = [
        {
            "number": worker.number,
            "name": worker.name,
            "able": worker.number in numbers,
            "began": bool(worker.ident),
            **_place(points, frames.get(worker.ident)),
        }
        for worker in scheduler.live
    ]
    return {"workers": workers, "shared": _shared(points, frames, scheduler.live)}


def _place(points: Points, frame: FrameType | None) -> dict[str, Any]:
    own = _own(points, frame)
    if own is None:
        return {"line": 0, "values": {}}
    local = {} if own.f_locals is own.f_globals else _told(own.f_locals)
    return {"line": own.f_lineno, "values": local}


def _own(points: Points, frame: FrameType | None) -> FrameType | None:
    while frame is not None and not points.is_own(frame.f_code):
        frame = frame.f_back
    return frame


def _shared(
    points: Points, frames: Mapping[int, FrameType], workers: list[Worker]
) -> dict[str, str]:
    """Return the program's globals that can change, and whether its events are set."""
    found = (_own(points, frames.get(worker.ident)) for worker in workers)
    frame = next((frame for frame in found if frame is not None), None)
    if frame is None:
        return {}
    shared = {
        name: value
        for name, value in frame.f_globals.items()
        if name[:2] != "__" and (points.is_shared(name) or not values.is_plain(value))
    }
    events = {
        f"{name}.is_set()": value.is_set()
        for name, value in frame.f_globals.items()
        if isinstance(value, Event)
    }
    return _told({name: value for name, value in shared.items() if _is_data(value)} | events)


def _is_data(value: object) -> bool:
    """Return whether a value shows something: no function, and no object without data."""
    if type(value).__module__ == "__main__" and not callable(value):
        return bool(_attributes(value))
    return isinstance(value, DATA)


def _attributes(value: object) -> dict[str, object]:
    found = getattr(value, "__dict__", {})
    return {name: each for name, each in found.items() if isinstance(each, DATA)}


def _text(value: object) -> str:
    """Return a value as the program writes it; an object of the program's by its attributes."""
    if type(value).__module__ == "__main__":
        told = ", ".join(f"{name}={each!r}" for name, each in _attributes(value).items())
        return f"{type(value).__name__}({told})"
    return repr(value)


def _told(named: Mapping[str, object]) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in named.items():
        if _is_data(value) and len(told) < MOST:
            try:
                text = _text(value)
            except Exception:
                continue  # its own repr() fails
            if "<" not in text:  # a list of locks says nothing
                told[name] = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return told
