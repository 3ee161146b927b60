"""The growing lanes of a live run, as server-sent events beside the lines of its transcript.

    events ──> GrowingLanes ──> Frames ──> event: lanes

A frame says what has changed; the browser draws it (static/js/growing.js), and goes on drawing
between two frames. A run that is over before its first frame is due has none: its result comes at
once.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from webapp.engine.events import Event
from webapp.engine.runner import HEARTBEAT_SECONDS
from webapp.timeline.growing import GrowingLanes

FRAME = 0.1
"""The least number of seconds between two frames of a run."""

FIRST = 0.1
"""Seconds from a run's first event to its first frame."""

FRAME_OF_MANY = 0.005
"""The same, times the runs that this process follows: a class must not pay for its pictures."""


class Frames:
    """The frames of one run, in a `with`."""

    _drawn = 0
    _lock = threading.Lock()

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._lanes = GrowingLanes()
        self._clock = clock
        self._events: list[Event] = []  # that are in no frame yet
        self._due: float | None = None  # once there has been an event

    def __enter__(self) -> Self:
        with Frames._lock:
            Frames._drawn += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with Frames._lock:
            Frames._drawn -= 1

    def take(self, events: Iterable[Event]) -> None:
        """Take the next events."""
        self._events += events
        if self._events and self._due is None:
            self._due = self._clock() + FIRST

    def patience(self) -> float:
        """Return the seconds until the next frame has to be sent, at most HEARTBEAT_SECONDS."""
        if not self._events or self._due is None:
            return HEARTBEAT_SECONDS
        return min(max(0.0, self._due - self._clock()), HEARTBEAT_SECONDS)

    def next(self) -> bytes:
        """Return the next frame, or nothing if it is not due or there is no news."""
        if not self._events or self._due is None or (now := self._clock()) < self._due:
            return b""
        self._due = now + max(FRAME, FRAME_OF_MANY * Frames._drawn)
        return self._draw()

    def last(self) -> bytes:
        """Return all news, though no frame may be due: what has ended must not go on growing."""
        return self._draw() if self._lanes.are_told else b""

    def _draw(self) -> bytes:
        self._lanes.take(self._events)
        self._events.clear()
        if not self._lanes.has_news:
            return b""
        content = json.dumps(self._lanes.tell(), ensure_ascii=False, separators=(",", ":"))
        # Without an id: a client that lost the stream continues after the last line that it has.
        return f"event: lanes\ndata: {content}\n\n".encode()
