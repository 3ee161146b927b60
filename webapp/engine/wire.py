"""What runner, launcher, supervisor and program say to each other, each message one JSON object.

    runner -> launcher      Prepare, Stop,  a message each on the launcher's socket
                            Kill, Ping
    launcher -> runner      Reaped, Pong    likewise
    supervisor -> runner    Over            a message on the supervisors' socket
    runner -> supervisor    Terms, READY    a line of the seat's FIFO `terms`
    runner -> program       Request         a line of the seat's FIFO `request`
    program -> runner       Began           a line `!{…}` of the FIFO `events`, the first

A seat is a folder with FIFOs and a supervisor that waits in it; one that is ready also has a
process to become a program, so that a run that begins waits for no fork. It takes one run after
another. Programs can write to the FIFOs, but not to the sockets.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from webapp.engine.pressure import Pressure

OUTPUTS = ("events", "stdout", "stderr")
INPUTS = ("terms", "request")
FIFOS = (*OUTPUTS, *INPUTS)
"""The FIFOs of a seat: what the runner reads, and what it writes."""

MESSAGE_SIZE = 1 << 16
"""Bytes: the longest message. A FIFO takes so much at once."""

READY = b"\n"
"""The line that has a supervisor fork the next main process before its run has come."""

MARK = b"!"
"""What a line of the event FIFO begins with if it is no event."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Have a supervisor wait in the seat, a folder with its FIFOs; with `observe` or without.

    `resources` are the limits that the kernel holds each process of a run to, by their names in
    the module `resource`.
    """

    seat: str
    observe: bool = True
    resources: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """End the tree of the seat's run: ask, wait for its grace, kill."""

    seat: str


@dataclass(frozen=True, slots=True)
class Kill:
    """Kill the tree of the seat's run, and its supervisor, which did not end it when it should."""

    seat: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Say that you listen."""


@dataclass(frozen=True, slots=True)
class Pong:
    """I do."""


@dataclass(frozen=True, slots=True)
class Terms:
    """When a run is ended: asked at the deadline, killed `grace` later (seconds).

    It is killed at once when it has more than so many `processes` and threads.
    """

    soft_deadline: float | None
    grace: float
    processes: int | None


@dataclass(frozen=True, slots=True)
class Request:
    """Run the program at `path` in the folder `work`.

    `temporary` is where it makes temporary files, where that is not the machine's own place.
    """

    path: str
    work: str
    parameters: dict[str, Any] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    temporary: str | None = None


@dataclass(frozen=True, slots=True)
class Reaped:
    """A seat's supervisor is gone. Without an `Over` before, a run in it is lost."""

    seat: str


@dataclass(frozen=True, slots=True)
class Began:
    """The program is about to take its first step, at `time` (CLOCK_MONOTONIC, nanoseconds).

    `pressure` is how busy the machine had been until then.
    """

    time: int
    pid: int
    sha256: str
    python: str
    implementation: str
    free_threaded: bool
    pressure: Pressure


By = Literal["itself", "request", "deadline", "processes", "processor"]
"""Who ended a run: "processes" is the limit of Terms, "processor" RLIMIT_CPU of its main
process."""


@dataclass(frozen=True, slots=True)
class Over:
    """The tree of the seat's run is empty.

    `intact` says that the seat is as it was before the run. `time` is when its main process ended,
    `code` its exit code (negative: the signal that ended it). `by` says who ended it, `swept` how
    many processes it had left behind, `cpu` the seconds that all of it used. `pressure` is how busy
    the machine had been when its main process ended.
    """

    seat: str
    intact: bool
    time: int
    code: int
    by: By
    swept: int
    cpu: float
    pressure: Pressure


Message = Prepare | Stop | Kill | Ping | Pong | Reaped | Over
MESSAGES: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (Prepare, Stop, Kill, Ping, Pong, Reaped, Over)
}
Line = TypeVar("Line", Terms, Request)


def dump(message: Message) -> bytes:
    """Write a message for a socket."""
    return json.dumps({type(message).__name__: asdict(message)}).encode()


def load(data: bytes) -> Message:
    """Read a message of a socket."""
    [(name, fields)] = json.loads(data).items()
    if name == "Over":
        fields["pressure"] = Pressure(*fields["pressure"])
    return MESSAGES[name](**fields)


def dump_line(message: Terms | Request) -> bytes:
    """Write a message as a line of its FIFO."""
    return json.dumps(asdict(message)).encode() + b"\n"


def open_lines(path: Path) -> int:
    """Open a FIFO to wait for its lines."""
    # Without O_NONBLOCK, open() itself would wait for a writer, for ever where that is gone.
    fifo = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.set_blocking(fifo, True)
    return fifo


def wait_for_line(fifo: int) -> bytes:
    """Wait for the next line of a FIFO; b"" if there is no writer any more.

    It may begin with one or more times READY.
    """
    data = b""
    while not data.endswith(b"\n"):
        more = os.read(fifo, MESSAGE_SIZE)
        if not more:
            return b""
        data += more
    return data


def load_line(line: bytes, kind: type[Line]) -> Line:
    """Read a message of its FIFO."""
    return kind(**json.loads(line))


def dump_began(message: Began) -> bytes:
    """Write it as a line of the event FIFO."""
    return MARK + json.dumps(asdict(message)).encode() + b"\n"


def load_began(line: bytes) -> Began:
    """Read a line of the event FIFO that begins with MARK. Raises ValueError."""
    try:
        fields = json.loads(line.removeprefix(MARK))
        return Began(**{**fields, "pressure": Pressure(*fields["pressure"])})
    except (TypeError, LookupError) as error:
        raise ValueError(f"no such line: {line[:40]!r}") from error
