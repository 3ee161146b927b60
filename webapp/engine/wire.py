"""What launcher, supervisor and runner say to each other, each message one JSON object.

runner -> launcher      Request, Stop   a message each on the launcher's socket
launcher -> runner      Reaped          likewise
program -> runner       Began           a line `!began {…}` of the event FIFO, the first
supervisor -> runner    Over            a line `!over {…}`, the last: no writer is left
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

MESSAGE_SIZE = 1 << 16
"""Bytes: the longest message on the launcher's socket."""

MARK = b"!"
"""What a line of the event FIFO begins with if it is no event."""


@dataclass(frozen=True, slots=True)
class Request:
    """Run a program. Deadlines are seconds from its start, None for none.

    `work` is the folder that it runs in; `folder` holds the run's FIFOs; `temporary` is where it
    makes temporary files, where that is not the machine's own place.
    """

    run: str
    path: str
    folder: str
    work: str
    parameters: dict[str, Any] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    observe: bool = True
    temporary: str | None = None
    soft_deadline: float | None = None
    grace: float = 1.0


@dataclass(frozen=True, slots=True)
class Stop:
    """End a run's tree: ask, wait for its grace, kill."""

    run: str


@dataclass(frozen=True, slots=True)
class Reaped:
    """A run's supervisor is gone. Without an `Over` before, the run is lost."""

    run: str


@dataclass(frozen=True, slots=True)
class Began:
    """The program is about to take its first step, at `time` (CLOCK_MONOTONIC, nanoseconds)."""

    time: int
    pid: int
    sha256: str
    python: str
    implementation: str


@dataclass(frozen=True, slots=True)
class Over:
    """The run's tree is empty.

    `time` is when its main process ended, `code` its exit code (negative: the signal that ended
    it). `by` says who ended it, `swept` how many processes it had left behind, `cpu` the seconds
    that all of it used.
    """

    time: int
    code: int
    by: Literal["itself", "request", "deadline"]
    swept: int
    cpu: float


Message = Request | Stop | Reaped


def dump(message: Message) -> bytes:
    """Write a message for the launcher's socket."""
    return json.dumps({type(message).__name__: asdict(message)}).encode()


def load(data: bytes) -> Message:
    """Read a message of the launcher's socket."""
    [(name, fields)] = json.loads(data).items()
    types: dict[str, type[Message]] = {"Request": Request, "Stop": Stop, "Reaped": Reaped}
    return types[name](**fields)


def dump_line(message: Began | Over) -> bytes:
    """Write a message as a line of the event FIFO."""
    name = type(message).__name__.lower()
    return b"!%s %s\n" % (name.encode(), json.dumps(asdict(message)).encode())


def load_line(line: bytes) -> Began | Over:
    """Read a line of the event FIFO that begins with MARK. Raises ValueError."""
    name, _, fields = line[1:].partition(b" ")
    if name == b"began":
        return Began(**json.loads(fields))
    if name == b"over":
        return Over(**json.loads(fields))
    raise ValueError(f"no such line: {line[:40]!r}")
