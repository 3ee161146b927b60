"""The messages between runner, launcher, supervisor and program, in JSON but for Began and Over.

    runner -> launcher      Prepare, Stop,  the launcher's socket
                            Kill, Ping
    launcher -> runner      Reaped, Pong    the launcher's socket
    supervisor -> runner    Over            the supervisors' socket
    runner -> supervisor    Terms, READY    a line of the slot's FIFO `terms`
    runner -> program       Request         a line of the slot's FIFO `request`
    program -> runner       Began           the first line of the FIFO `events`, after `!`

A slot is a supervisor and a folder with its FIFOs. When it is ready, the main process of its next
run is already forked. Programs can write to the FIFOs, but not to the sockets.
"""

from __future__ import annotations

import json
import os
from dataclasses import field
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, cast

from webapp.engine.pressure import Pressure
from webapp.engine.request import Request

STREAMS = ("stdout", "stderr")
OUTPUTS = ("events", *STREAMS)
INPUTS = ("terms", "request")
FIFOS = (*OUTPUTS, *INPUTS)
"""The FIFOs of a slot: the runner reads OUTPUTS and writes INPUTS."""

MESSAGE_SIZE = 1 << 16
"""Bytes of the longest message: the default capacity of a FIFO."""

READY = b"\n"
"""The line that makes a supervisor fork the next main process before there is a run for it."""

MARK = b"!"
"""First byte of a line of the event FIFO that is not an event."""


class Prepare(NamedTuple):
    """Fork a supervisor for the slot, the path of a folder; its runs use the observer or not.

    `resources` are the limits of each process of a run, by their names in the module `resource`.
    Programs run in the folder `work`. None is the slot's own, for their temporary files, too.
    """

    slot: str
    observe: bool = True
    resources: dict[str, int] = field(default_factory=dict)
    work: str | None = None


class Stop(NamedTuple):
    """End the tree of the slot's run: SIGTERM, wait for its grace, SIGKILL."""

    slot: str


class Kill(NamedTuple):
    """Kill the tree of the slot's run, and its supervisor, which failed to end it."""

    slot: str


class Ping(NamedTuple):
    """Answer with Pong."""


class Pong(NamedTuple):
    """The answer to Ping."""


class Terms(NamedTuple):
    """When a run is ended: SIGTERM at the deadline, SIGKILL `grace` later (seconds).

    It is killed at once when it has more than `processes` processes and threads together.
    """

    soft_deadline: float | None
    grace: float
    processes: int | None


class Reaped(NamedTuple):
    """A slot's supervisor has ended. Without an `Over` before, its run is lost."""

    slot: str


class Began(NamedTuple):
    """The program is about to take its first step, at `time` (CLOCK_MONOTONIC, nanoseconds).

    `pressure` holds the machine's counters at that time.
    """

    time: int
    pid: int
    sha256: str
    python: str
    implementation: str
    free_threaded: bool
    pressure: Pressure


By = Literal["itself", "request", "deadline", "processes", "processor"]
"""What ended a run: "processes" is the limit of Terms, "processor" RLIMIT_CPU of its main
process."""


class Over(NamedTuple):
    """The tree of the slot's run is empty.

    `intact`: the slot is as it was before the run. `time`: when the main process ended
    (CLOCK_MONOTONIC, nanoseconds), `code`: its exit code (negative: the signal that ended it).
    `by`: what ended the run. `swept`: the number of processes that outlived the main process.
    `cpu`: processor time of the tree in seconds. `pressure`: the machine's counters at `time`.
    """

    slot: str
    intact: bool
    time: int
    code: int
    by: By
    swept: int
    cpu: float
    pressure: Pressure


Message = Prepare | Stop | Kill | Ping | Pong | Reaped
MESSAGES: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (Prepare, Stop, Kill, Ping, Pong, Reaped)
}
_decoder = json.JSONDecoder()
Line = TypeVar("Line", Terms, Request)


def dump(message: Message) -> bytes:
    """Serialise a message for the launcher's socket."""
    return json.dumps([type(message).__name__, *message]).encode()


def load(data: bytes) -> Message:
    """Deserialise a message from the launcher's socket."""
    name, *values = json.loads(data)
    return MESSAGES[name](*values)


def dump_line(message: Terms | Request) -> bytes:
    """Serialise a message as a line of its FIFO."""
    return json.dumps(message).encode() + b"\n"


def open_lines(path: str | Path) -> int:
    """Open a FIFO for `wait_for_line`; return its descriptor."""
    # Without O_NONBLOCK, open() waits for a writer, for ever if that has ended.
    fifo = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.set_blocking(fifo, True)
    return fifo


def wait_for_line(fifo: int) -> bytes:
    """Wait for the next line of a FIFO; b"" if there is no writer any more.

    READY may precede it, any number of times.
    """
    data = b""
    while not data.endswith(b"\n"):
        more = os.read(fifo, MESSAGE_SIZE)
        if not more:
            return b""
        data += more
    return data


def load_line(line: bytes, kind: type[Line]) -> Line:
    """Deserialise a line of a FIFO."""
    values, _ = _decoder.raw_decode(line.strip(READY).decode())
    return kind(*values)


def dump_began(message: Began) -> bytes:
    """Serialise it as a line of the event FIFO."""
    return MARK + _joined(message) + b"\n"


def load_began(line: bytes) -> Began:
    """Deserialise a line of the event FIFO that begins with MARK. Raises ValueError."""
    if not line.startswith(MARK):
        raise ValueError(f"no such line: {line[:40]!r}")
    time, pid, sha256, python, implementation, free_threaded, *pressure = _split(line[1:])
    return Began(
        int(time),
        int(pid),
        sha256,
        python,
        implementation,
        free_threaded == "True",
        _pressure(*pressure),
    )


def dump_over(message: Over) -> bytes:
    """Serialise it for the supervisors' socket."""
    return _joined(message)


def load_over(data: bytes) -> Over:
    """Deserialise it."""
    slot, intact, time, code, by, swept, cpu, *pressure = _split(data)
    return Over(
        slot,
        intact == "True",
        int(time),
        int(code),
        cast(By, by),
        int(swept),
        float(cpu),
        _pressure(*pressure),
    )


def _joined(message: Began | Over) -> bytes:
    """Return the fields of a message, and of its pressure, in one line without an end."""
    # Not JSON, which makes an encoder for each message: each run pays for this.
    *values, pressure = message
    return "\t".join(map(str, (*values, *pressure))).encode()


def _split(line: bytes) -> list[str]:
    return line.decode().split("\t")


def _pressure(used: str, wanted: str) -> Pressure:
    return Pressure(*(None if told == "None" else float(told) for told in (used, wanted)))
