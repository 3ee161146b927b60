"""Turns the bytes that a run's processes write into events. Only the engine's thread uses it."""

from __future__ import annotations

import time

from webapp.engine import wire
from webapp.engine.events import Event, Joiner, Kind, decode
from webapp.engine.raw_bytes import decoded


class Reports:
    """Parses the outputs of one run, in pieces of any size."""

    def __init__(self) -> None:
        self.began: wire.Began | None = None
        self._unsent = 0  # events that processes have not reported (see `told`)
        self._joiner = Joiner()

    def read(self, data: bytes, next_id: int) -> list[Event]:
        """Return the events that `data` completes, with ids from `next_id`."""
        events: list[Event] = []
        for line in self._joiner.feed(data):
            if not line:
                self._unsent += 1
                continue
            try:
                if self.began is None:
                    self.began = wire.load_began(line)
                else:
                    events.append(decode(line, id=next_id + len(events), began=self.began.time))
            except ValueError:
                continue  # a program may write to the FIFO itself
        return events

    def read_output(self, stream: str, data: bytes, id: int) -> list[Event]:
        """Return what was written to the descriptor past `print`, as an event without a worker."""
        text = decoded(data)
        began = self.began.time if self.began else time.monotonic_ns()
        since = max(0, time.monotonic_ns() - began) // 1000
        return [Event(id, since, 0, 0, worker="", kind=Kind.PRINTED, object=stream, text=text)]

    def take_unsent(self) -> int:
        """Return the number of events that were not reported since the last call."""
        unsent, self._unsent = self._unsent, 0
        return unsent

    @property
    def held(self) -> int:
        """The number of bytes of incomplete lines."""
        return self._joiner.held

    def forget(self) -> None:
        """Drop incomplete lines."""
        self._joiner.forget()
