"""What a run reports: one event a step, from every thread and process of it.

The wire format is one line an event, fields separated by tabs:

    time  pid  tid  kind  line  worker  object  text

`time` is CLOCK_MONOTONIC in nanoseconds. Text is escaped, so an event never holds a bare
tab or newline. A line that is longer than PIPE_BUF could be torn by another writer; it
travels in pieces that are each short enough, `>key chunk` and at last `<key chunk`, and
is joined again by the reader (`Joiner`). The writing side is `recorder.channel`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

FIELDS = 8


class Kind(StrEnum):
    """What a worker did. `object` and `text` of the event depend on it."""

    STARTS = "starts"  # calls start(): object the new worker, text the start method if a process
    STARTED = "started"  # begins to run: object "thread" or "process", text who started it
    ENDED = "ended"  # its function is over
    EXITED = "exited"  # learnt that a process is over: object its name, text "pid exit-code"
    PRINTED = "printed"  # object "stdout" or "stderr", text as written, newlines included
    SLEPT = "slept"  # begins to sleep: text seconds
    WOKE = "woke"  # ends to sleep
    WAITS = "waits"  # begins to wait: object for what, text how, and the time-out in seconds if any
    GAVE_UP = "gave up"  # a wait ended without what it was for: time-out, broken barrier
    GOT = "got"  # holds: text an RLock's depth, a semaphore's value afterwards
    RELEASED = "released"  # holds no more, or less: text likewise
    ARRIVED = "arrived"  # is at a barrier: text "k of n"
    PASSED = "passed"  # may go on: a barrier (text its place in line), an event, a condition
    SIGNALLED = "signalled"  # let others go on: set an event, notified a condition (text how many),
    #                          sent a signal to a process (object its name, text the signal)
    PUT = "put"  # text "size: item", size being what waits in it afterwards (? if not known)
    TOOK = "took"  # likewise
    JOINED = "joined"  # saw the end of a worker: object its name, text its pid and tid
    ASKED = "asked"  # called a manager's object: object its type, text the method
    BEGAN = "began"  # a worker of a pool begins a task: object the function, text its arguments
    DONE = "done"  # it is done with it
    RAISED = "raised"  # an exception that nobody caught: object its type, text its message


class How(StrEnum):
    """How a worker waits: what would end its wait."""

    ACQUIRE = "acquire"  # a lock or semaphore is released
    JOIN = "join"  # a worker ends
    BARRIER = "barrier"  # the last one arrives
    SIGNAL = "signal"  # an event is set, a condition notified, a queue's tasks are done
    PUT = "put"  # there is room in a queue
    GET = "get"  # there is an item in a queue or pipe
    RESULT = "result"  # a task of a pool is done


_KINDS = {str(kind): kind for kind in Kind}  # a dict is asked ten times faster than Kind()


PICTURES = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
"""Control characters, and the symbols that show them; for `str.translate`."""


class Event(NamedTuple):
    """One step of one worker (a thread; of a process, its main thread).

    `id` counts the run's events from 1 in the order in which they arrived, `time` is in
    microseconds since the run began, on one clock for all its processes. `worker` is the
    thread's name, or the process's name for the main thread of a child. Workers are told apart by
    `key`, for names may repeat. `line` is the line of the program's own file (0: none).

    The names of a worker and of an object hold no control characters: a page cannot hold them, and
    a terminal obeys them. `text` holds what was printed.
    """

    id: int
    time: int
    pid: int
    tid: int
    worker: str
    kind: Kind
    object: str = ""
    text: str = ""
    line: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """(pid, native thread id): the worker, for certain."""
        return self.pid, self.tid

    @property
    def how(self) -> How:
        """How it waits, of an event WAITS."""
        return How(self.text.partition(" ")[0])

    @property
    def timeout(self) -> float | None:
        """The most that it waits, in seconds, of an event WAITS; None: for ever."""
        seconds = self.text.partition(" ")[2]
        return float(seconds) if seconds else None

    @property
    def exit(self) -> tuple[int, int]:
        """The process that is over and its exit code, of an event EXITED."""
        pid, code = self.text.split()
        return int(pid), int(code)


def decode(line: bytes, *, id: int, began: int) -> Event:
    """Read one line of the wire, `began` being the run's zero in nanoseconds.

    Raises ValueError for anything that is not an event.
    """
    fields = line.decode("utf-8", "replace").split("\t")
    if len(fields) != FIELDS:
        raise ValueError(f"an event has {FIELDS} fields, this one {len(fields)}")
    time, pid, tid, kind, number, worker, object_, text = fields
    if b"\\" in line:
        worker, object_, text = unescape(worker), unescape(object_), unescape(text)
    if not worker.isprintable():
        worker = worker.translate(PICTURES)
    if not object_.isprintable():
        object_ = object_.translate(PICTURES)
    if kind not in _KINDS:
        raise ValueError(f"no kind of event: {kind}")
    since = max(0, int(time) - began) // 1000
    # A program in a loop reports faster than events are made by keyword.
    return Event(id, since, int(pid), int(tid), worker, _KINDS[kind], object_, text, int(number))


def escape(text: str) -> str:
    """Make `text` safe for one field."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    return text


def unescape(text: str) -> str:
    """Undo `escape`."""
    if "\\" not in text:
        return text
    parts = text.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


class Joiner:
    """Turns what is read from the FIFO, in any pieces, into whole lines of the wire."""

    def __init__(self) -> None:
        self._rest = b""
        self._long: dict[bytes, list[bytes]] = {}
        self._in_pieces = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they were read; give the lines that are whole now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [whole for line in lines if (whole := self._whole(line)) is not None]

    @property
    def held(self) -> int:
        """The bytes of lines that are not whole yet."""
        return len(self._rest) + self._in_pieces

    def forget(self) -> None:
        """Drop these."""
        self._rest, self._in_pieces = b"", 0
        self._long.clear()

    def _whole(self, line: bytes) -> bytes | None:
        mark = line[:1]
        if mark not in (b">", b"<"):
            return line
        key, _, chunk = line[1:].partition(b" ")
        pieces = self._long.setdefault(key, [])
        pieces.append(chunk)
        self._in_pieces += len(chunk)
        if mark == b">":
            return None
        whole = b"".join(self._long.pop(key))
        self._in_pieces -= len(whole)
        return whole
