"""The events of a run: one for each step of each of its threads and processes.

On the wire an event is one line, its fields separated by tabs:

    time  pid  tid  kind  line  worker  object  text

`time` is CLOCK_MONOTONIC in nanoseconds. Tabs and newlines are escaped. Writes longer than
PIPE_BUF are not atomic, so a longer line is written in pieces, `>key chunk` … `<key chunk`,
which the reader joins (`Joiner`). `recorder.channel` is the writer.

A step of an asyncio task has the task's number in the upper bits of `tid`, above TASK_BITS.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

FIELDS = 8

TASK = "task"
"""In place of a size: the item is a task of an executor, by its future's name."""

TASK_BITS = 32
"""The number of low bits that hold the native thread id, where a task's number is above it."""

THREAD_MASK = (1 << TASK_BITS) - 1

Key = tuple[int, int]
"""Identifies a worker: (pid, native thread id); a task's number is above TASK_BITS."""


def thread_of(key: Key) -> Key:
    """Return the key of a task's thread; of any other worker its own."""
    return key[0], key[1] & THREAD_MASK


def is_task(key: Key) -> bool:
    """Return whether a worker is a task of asyncio."""
    return key[1] > THREAD_MASK


class Kind(StrEnum):
    """What a worker did. The meaning of an event's `object` and `text` depends on it."""

    STARTS = "starts"  # calls start(): object the new worker, text a process's start method
    STARTED = "started"  # begins to run: object "thread" or "process", text the starting worker;
    #                      or object "task": it is created, and begins to run with RESUMED
    ENDED = "ended"  # its function has ended
    EXITED = "exited"  # learnt that a process has ended: object its name, text "pid exit-code"
    PRINTED = "printed"  # object "stdout" or "stderr", text as written, newlines included
    SLEPT = "slept"  # begins to sleep: text seconds, object ASLEEP if its thread goes on
    WOKE = "woke"  # ends its sleep
    WAITS = "waits"  # begins to wait for object: text a How, and the time-out in seconds if any;
    #                  after two blanks the tasks of a group, or the other end of a pipe
    GAVE_UP = "gave up"  # a wait failed: time-out, broken barrier
    GOT = "got"  # acquired: text an RLock's depth, or a semaphore's value afterwards
    RELEASED = "released"  # released: text likewise
    ARRIVED = "arrived"  # is at a barrier: text "k of n"
    PASSED = "passed"  # a wait for a barrier (text its index), an event or a condition succeeded
    SIGNALLED = "signalled"  # set an event, notified a condition (text how many waiters), called
    #                          task_done() (text how many tasks are left), or sent a signal to a
    #                          process (object its name, text the signal)
    PUT = "put"  # text "size: item"; size is the number of items afterwards (? if unknown)
    TOOK = (
        "took"  # likewise; a task that an executor is given, and that begins: text "TASK: future"
    )
    JOINED = "joined"  # joined a worker: object its name, text its pid and tid
    ASKED = "asked"  # called a manager's object: text the method
    BEGAN = "began"  # a worker of a pool begins a task: object the function, text its arguments
    DONE = "done"  # it has finished the task
    RAISED = "raised"  # an uncaught exception: object its type, text its message
    THREW = (
        "threw"  # a future or a result of a pool has got an exception, for those who ask: object
    )
    #                  its name, text the exception; PASSED says that the program has asked for it
    HANDLES = "handles"  # sets a signal handler: object the signal, text the handler's name
    CAUGHT = "caught"  # begins to run a signal handler: object the signal
    HANDLED = "handled"  # the handler has ended, and the interrupted code goes on
    RESUMED = "resumed"  # a task begins, or goes on after an await; or its thread's event loop does
    CANCELS = "cancels"  # asks a task to end by CancelledError: object its name
    CANCELLED = "cancelled"  # a task was ended by CancelledError
    STEPPED = "stepped"  # slow motion: has run the line, of the function `object`: text a `Touched`
    UNWATCHED = "unwatched"  # no more lines of its process are recorded: object "limit" (text how
    #                          many were), or "trace": the program has a trace function of its own
    CHOSEN = "chosen"  # the choice of a played run's schedule: object the worker that goes on
    HALTED = "halted"  # the scheduler of a directed run ends it: object the reason (`schedules`)
    TRIED = "tried"  # a search has tried a schedule: text a `schedules.Tried`
    SEARCHED = "searched"  # it is over: text a `schedules.Searched`


ASLEEP = "asyncio.sleep"
"""The object of the sleep of a task that leaves the thread to other tasks."""

ENDS_OF_WAITS = frozenset(
    {Kind.GOT, Kind.GAVE_UP, Kind.JOINED, Kind.PASSED, Kind.PUT, Kind.TOOK, Kind.RESUMED}
)
"""The kinds of events that may end a wait."""


class How(StrEnum):
    """How a worker waits: what ends its wait."""

    ACQUIRE = "acquire"  # a lock or semaphore is released
    COPIED = "copied"  # nothing: the lock was held when this process was forked, by one not in it
    JOIN = "join"  # a worker ends
    BARRIER = "barrier"  # the last party arrives
    SIGNAL = "signal"  # an event is set, a condition notified, a queue's tasks are done
    PUT = "put"  # there is room in a queue
    GET = "get"  # there is an item in a queue or pipe
    RESULT = "result"  # a task of a pool is done
    AWAIT = "await"  # a future, a socket, another program … has a result
    TURN = "turn"  # the other tasks of the thread that are ready have had their turns
    LOOP = "loop"  # a thread's event loop: only another worker or a time-out can make a task ready
    POLL = "poll"  # likewise, and a socket, a pipe or a signal can


PASSING = frozenset({How.TURN, How.POLL})
"""Waits that something outside of the run ends, or that end by themselves."""


_KINDS = {str(kind): kind for kind in Kind}  # a look-up is ten times faster than Kind()
_HOWS = {str(how): how for how in How}


PICTURES = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
"""Control characters, and the symbols that show them; for `str.translate`."""


class Event(NamedTuple):
    """One step of one worker, which is a thread, or the main thread of a process.

    `id` counts the run's events from 1, in order of arrival. `time` is in microseconds since the
    run began, on one clock for all processes. `worker` is the name of the thread, or of the process
    for the main thread of a child; names may repeat, so use `key` to tell workers apart. `line` is
    the line of the program's file (0: none).

    The names of a worker and of an object hold no control characters: a page cannot hold them, and
    a terminal obeys them. `text` holds what was printed.

    A task of asyncio is a worker, too: `task` is its number in its process, `tid` its thread's.
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
    task: int = 0

    @property
    def key(self) -> Key:
        """Identifies the worker."""
        # A slice is the fastest way to a pair; this is asked of every event, many times.
        return (self.pid, self.tid | self.task << TASK_BITS) if self.task else self[2:4]

    @property
    def how(self) -> How:
        """How the worker waits; only of WAITS."""
        return _HOWS[self.text.partition(" ")[0]]

    @property
    def timeout(self) -> float | None:
        """The time-out of a wait in seconds, None without one; only of WAITS."""
        seconds = self.text.partition(" ")[2].partition(" ")[0]
        return float(seconds) if seconds else None

    @property
    def group(self) -> list[range]:
        """The numbers of the tasks that a task waits for, all of them; only of WAITS."""
        told = self.text.split(" ")[2:]
        ends = (part.split("-") for part in ",".join(told).split(",") if part)
        return [range(int(first), int(last) + 1) for first, *_, last in ends]

    @property
    def other_end(self) -> str:
        """The name in /proc/PID/fd of the other end of the pipe that is waited at; else "".

        Only of WAITS without a time-out.
        """
        return self.text.partition("  ")[2] if self.how in (How.GET, How.PUT) else ""

    @property
    def exit(self) -> tuple[int, int]:
        """The pid and exit code of the process that has ended; only of EXITED."""
        pid, code = self.text.split()
        return int(pid), int(code)


def decode(line: bytes, *, id: int, began: int) -> Event:
    """Parse one line; `began` is when the run began (CLOCK_MONOTONIC, nanoseconds).

    Raises ValueError if it is not an event.
    """
    fields = line.decode("utf-8", "replace").split("\t")
    if len(fields) != FIELDS:
        raise ValueError(f"an event has {FIELDS} fields, this one {len(fields)}")
    time, pid, tid, kind, number, worker, object_, text = fields
    if b"\\" in line:
        worker, object_ = unescape(worker), unescape(object_)
        text = unescape(_with_bytes(text) if kind == Kind.PRINTED else text)
    if not worker.isprintable():
        worker = worker.translate(PICTURES)
    if not object_.isprintable():
        object_ = object_.translate(PICTURES)
    if kind not in _KINDS:
        raise ValueError(f"no kind of event: {kind}")
    since = max(0, int(time) - began) // 1000
    key = int(tid)
    # Positional arguments: keywords are slower, and a program in a loop reports fast.
    return Event(
        id,
        since,
        int(pid),
        key & THREAD_MASK,
        worker,
        _KINDS[kind],
        object_,
        text,
        int(number),
        key >> TASK_BITS,
    )


def escape(text: str) -> str:
    """Escape `text` for one field: backslashes, newlines and tabs."""
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
    if "\\\\" not in text:
        return text.replace("\\n", "\n").replace("\\t", "\t")
    parts = text.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


def _with_bytes(text: str) -> str:
    """Restore the bytes that are no text: the recorder writes each as `\\udcXX` (`raw_bytes`)."""
    if "\\udc" not in text:
        return text
    return _BYTE.sub(lambda found: found[1] or chr(int(found[2], 16)), text)


_BYTE = re.compile(r"(\\\\)|\\u(dc[89a-f][0-9a-f])")


class Joiner:
    """Turns what is read from the FIFO, in pieces of any size, into complete lines."""

    def __init__(self) -> None:
        self._rest = b""
        self._long: dict[bytes, list[bytes]] = {}
        self._in_pieces = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; return the lines that they complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [whole for line in lines if (whole := self._whole(line)) is not None]

    @property
    def held(self) -> int:
        """The number of bytes of incomplete lines."""
        return len(self._rest) + self._in_pieces

    def forget(self) -> None:
        """Drop incomplete lines."""
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
