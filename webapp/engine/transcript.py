"""The transcript of a run: the lines that its workers printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from webapp.engine.events import TASK_BITS, Event, Key, Kind


class Line(NamedTuple):
    """One line of the transcript: `text` without its newline.

    `event` is the id of the event that began it, and its worker is the line's. A line written
    directly to the file descriptor, past `print`, has worker "" and source line 0.
    """

    event: int
    time: int
    pid: int
    tid: int
    worker: str
    stream: str
    text: str
    source_line: int
    task: int = 0

    @property
    def key(self) -> Key:
        """Identifies the worker."""
        return self.pid, self.tid | self.task << TASK_BITS


class Transcript:
    """Joins printed text into lines, as a terminal does."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Event, list[str]]] = {}

    def feed(self, event: Event) -> Iterator[Line]:
        """Take the next event; yield the lines that it completes."""
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
        """Yield the last line of each stream if it has no newline."""
        for first, parts in self._open.values():
            yield _line(first, "".join(parts))
        self._open.clear()


def _line(first: Event, text: str) -> Line:
    # Unpacked, and in order: by their names the fields take twice as long.
    id, time, pid, tid, worker, _, stream, _, source_line, task = first
    return Line(id, time, pid, tid, worker, stream, text, source_line, task)
