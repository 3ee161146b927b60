"""The messages between runner, launcher, supervisor and program, each one JSON object.

    runner -> launcher      Prepare, Stop,  the launcher's socket
                            Kill, Ping
    launcher -> runner      Reaped, Pong    the launcher's socket
    supervisor -> runner    Over            the supervisors' socket
    runner -> supervisor    Terms, READY    a line of the slot's FIFO `terms`
    runner -> program       Request         a line of the slot's FIFO `request`
    program -> runner       Began           the first line of the FIFO `events`, `!{…}`

A slot is a supervisor and a folder with its FIFOs. When it is ready, the main process of its next
run is already forked. Programs can write to the FIFOs, but not to the sockets.
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
"""The FIFOs of a slot: the runner reads OUTPUTS and writes INPUTS."""

MESSAGE_SIZE = 1 << 16
"""Bytes of the longest message: the default capacity of a FIFO."""

READY = b"\n"
"""The line that makes a supervisor fork the next main process before there is a run for it."""

MARK = b"!"
"""First byte of a line of the event FIFO that is not an event."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Fork a supervisor for the slot, the path of a folder; its runs use the observer or not.

    `resources` are the limits of each process of a run, by their names in the module `resource`.
    """

    slot: str
    observe: bool = True
    resources: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """End the tree of the slot's run: SIGTERM, wait for its grace, SIGKILL."""

    slot: str


@dataclass(frozen=True, slots=True)
class Kill:
    """Kill the tree of the slot's run, and its supervisor, which failed to end it."""

    slot: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer with Pong."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to Ping."""


@dataclass(frozen=True, slots=True)
class Terms:
    """When a run is ended: SIGTERM at the deadline, SIGKILL `grace` later (seconds).

    It is killed at once when it has more than `processes` processes and threads together.
    """

    soft_deadline: float | None
    grace: float
    processes: int | None


@dataclass(frozen=True, slots=True)
class Request:
    """Run the program at `path` in the folder `work`. `name` becomes its `sys.argv[0]`.

    `temporary` is its folder for temporary files; None is the machine's default. `module` and
    `code` are those of Program. `terminals` are the columns and lines of those that its streams
    come out on, by the streams' names.
    `directed` is what `schedules.as_request` returned, `slow_motion` is Program's.
    """

    path: str
    name: str
    work: str
    parameters: dict[str, Any] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    temporary: str | None = None
    module: str = ""
    code: str | None = None
    terminals: dict[str, tuple[int, int]] = field(default_factory=dict)
    directed: dict[str, Any] | None = None
    slow_motion: bool = False


@dataclass(frozen=True, slots=True)
class Reaped:
    """A slot's supervisor has ended. Without an `Over` before, its run is lost."""

    slot: str


@dataclass(frozen=True, slots=True)
class Began:
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


@dataclass(frozen=True, slots=True)
class Over:
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


Message = Prepare | Stop | Kill | Ping | Pong | Reaped | Over
MESSAGES: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (Prepare, Stop, Kill, Ping, Pong, Reaped, Over)
}
Line = TypeVar("Line", Terms, Request)


def dump(message: Message) -> bytes:
    """Serialise a message for a socket."""
    return json.dumps({type(message).__name__: asdict(message)}).encode()


def load(data: bytes) -> Message:
    """Deserialise a message from a socket."""
    [(name, fields)] = json.loads(data).items()
    if name == "Over":
        fields["pressure"] = Pressure(*fields["pressure"])
    return MESSAGES[name](**fields)


def dump_line(message: Terms | Request) -> bytes:
    """Serialise a message as a line of its FIFO."""
    return json.dumps(asdict(message)).encode() + b"\n"


def open_lines(path: Path) -> int:
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
    return kind(**json.loads(line))


def dump_began(message: Began) -> bytes:
    """Serialise it as a line of the event FIFO."""
    return MARK + json.dumps(asdict(message)).encode() + b"\n"


def load_began(line: bytes) -> Began:
    """Deserialise a line of the event FIFO that begins with MARK. Raises ValueError."""
    try:
        fields = json.loads(line.removeprefix(MARK))
        return Began(**{**fields, "pressure": Pressure(*fields["pressure"])})
    except (TypeError, LookupError) as error:
        raise ValueError(f"no such line: {line[:40]!r}") from error
