"""What comes from a run's processes, from bytes to events. It belongs to the engine's thread."""

from __future__ import annotations

import codecs
import time
from collections import defaultdict
from functools import partial

from webapp.engine import wire
from webapp.engine.events import Event, Joiner, Kind, decode


class Reports:
    """Reads the outputs of one run, in whatever pieces they come."""

    def __init__(self) -> None:
        self.began: wire.Began | None = None
        self._joiner = Joiner()
        # One for each output: a letter may come in two reads.
        self._decoders: defaultdict[str, codecs.IncrementalDecoder] = defaultdict(
            partial(codecs.getincrementaldecoder("utf-8"), "replace")
        )

    def read(self, data: bytes, next_id: int) -> list[Event]:
        """Read the events that were reported, from `next_id` on."""
        events: list[Event] = []
        for line in self._joiner.feed(data):
            try:
                if self.began is None:
                    self.began = wire.load_began(line)
                else:
                    events.append(decode(line, id=next_id + len(events), began=self.began.time))
            except ValueError:
                continue  # a program may write to the FIFO itself
        return events

    def read_output(self, stream: str, data: bytes, id: int) -> list[Event]:
        """Read what the program wrote past `print`; who wrote it is not known."""
        text = self._decoders[stream].decode(data)
        if not text:
            return []  # the beginning of a letter
        began = self.began.time if self.began else time.monotonic_ns()
        since = max(0, time.monotonic_ns() - began) // 1000
        return [Event(id, since, 0, 0, worker="", kind=Kind.PRINTED, object=stream, text=text)]

    @property
    def held(self) -> int:
        """The bytes of lines that are not whole yet."""
        return self._joiner.held

    def forget(self) -> None:
        """Drop these."""
        self._joiner.forget()
