"""Schedules: who goes on at each choice point of a directed run; and what cannot be directed.

A schedule is written as the numbers of the chosen workers: 0 is the main thread, 1 the thread that
was started first. `2*3` is short for `2,2,2`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, NamedTuple

LONGEST = 20_000
"""Choices of a schedule."""

MOST_WORKERS = 200

ONE = re.compile(r"(\d{1,4})(?:\*(\d{1,6}))?")


class ScheduleError(ValueError):
    """What was given is no schedule. `place` counts its parts from 1; `why` is a key: "no number",
    "too long"."""

    def __init__(self, place: int, why: str, given: str = "") -> None:
        super().__init__(f"part {place} of the schedule: {why}{f': {given}' if given else ''}")
        self.place = place
        self.why = why
        self.given = given


def parse(text: str) -> tuple[int, ...]:
    """Read a schedule. An empty one has no choice. Raises ScheduleError."""
    choices: list[int] = []
    if not text.strip():
        return ()
    for place, part in enumerate(text.split(","), 1):
        found = ONE.fullmatch(part.strip())
        if not found or int(found[1]) >= MOST_WORKERS:
            raise ScheduleError(place, "no number", part.strip()[:20])
        times = int(found[2] or 1)
        if len(choices) + times > LONGEST:
            raise ScheduleError(place, "too long")
        choices += [int(found[1])] * times
    return tuple(choices)


def write(choices: Sequence[int]) -> str:
    """Write a schedule as shortly as `parse` can read it."""
    runs = ((number, len(list(run))) for number, run in groupby(choices))
    return ",".join(f"{number}*{count}" if count > 1 else str(number) for number, count in runs)


@dataclass(frozen=True, slots=True)
class Search:
    """How far to search: at most so many switches, schedules (`number`) and `seconds`.

    With `reduce` off, steps that touch nothing in common are tried in both orders, too.
    """

    switches: int = 2
    number: int = 2000
    seconds: float = 10.0
    reduce: bool = True


class Refusal(NamedTuple):
    """Why a program cannot be directed: `why` is a key, `name` what the program uses at `line`."""

    why: str
    name: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.name}: {REASONS[self.why]}"


REASONS = {
    "processes": "processes cannot be directed, only threads",
    "tasks": "tasks of asyncio cannot be directed yet, only threads",
    "signals": "signals come at any time, so the same schedule could give another run",
    "blocks": "it waits in C code, which a schedule cannot direct",
    "bare": "threads of _thread cannot be directed, only those of threading",
}

MODULES = {
    "multiprocessing": "processes",
    "subprocess": "processes",
    "asyncio": "tasks",
    "signal": "signals",
    "socket": "blocks",
    "socketserver": "blocks",
    "select": "blocks",
    "selectors": "blocks",
    "http": "blocks",
    "urllib.request": "blocks",
    "_thread": "bare",
}

NAMES = {
    "ProcessPoolExecutor": "processes",
    "fork": "processes",
    "forkpty": "processes",
    "posix_spawn": "processes",
    "popen": "processes",
    "input": "blocks",
}


def refusal(source: str) -> Refusal | None:
    """Return why a program cannot be directed, or None. Raises SyntaxError."""
    return next(_refusals(ast.parse(source)), None)


def _refusals(tree: ast.AST) -> Iterator[Refusal]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in _imported(node):
                if why := _why(name):
                    yield Refusal(why, name, node.lineno)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if why := NAMES.get(name, ""):
                yield Refusal(why, name, node.lineno)


def imported(tree: ast.AST) -> list[str]:
    """Return the names of what a program imports: modules, and what may be modules in them."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return [name for node in nodes for name in _imported(node)]


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]


def _why(module: str) -> str:
    parts = module.split(".")
    if parts[-1] in NAMES and len(parts) > 1:
        return NAMES[parts[-1]]
    heads = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return next((MODULES[head] for head in heads if head in MODULES), "")


class Said(NamedTuple):
    """A line that a schedule's run printed, with its worker, stream and source line."""

    worker: str
    stream: str
    text: str
    line: int


class Tried(NamedTuple):
    """A schedule that was tried: the text of a `Kind.TRIED`.

    `schedule` leaves out the choices at its end that are the default. `outcome` is "finished",
    "failed" (an exception, or an exit code), "deadlocked", or "halted": `detail` says by what.
    `lines` is what it printed, `cut` if not all of it.
    """

    schedule: str
    switches: int
    outcome: str
    detail: str
    lines: Sequence[Said]
    cut: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """How large it is: fewer switches are smaller, and then fewer choices."""
        return self.switches, len(parse(self.schedule))

    def dump(self) -> str:
        """Serialise it."""
        return json.dumps(self._asdict(), separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Tried:
        """Deserialise it. Raises ValueError."""
        try:
            told = json.loads(text)
            return cls(**{**told, "lines": [Said(*line) for line in told["lines"]]})
        except (TypeError, LookupError) as error:
            raise ValueError(f"this is no schedule that was tried: {error}") from error


class Searched(NamedTuple):
    """The end of a search: the text of a `Kind.SEARCHED`.

    `why` it ended: "all" were tried, "number" or "time" was used up. All schedules with at most
    `complete` switches were tried (-1: not even those without one), `number` of them in `seconds`.
    """

    why: str
    complete: int
    number: int
    seconds: float

    def dump(self) -> str:
        """Serialise it."""
        return json.dumps(self._asdict())

    @classmethod
    def load(cls, text: str) -> Searched:
        """Deserialise it. Raises ValueError."""
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(f"this is no end of a search: {error}") from error


@dataclass(frozen=True, slots=True)
class Direction:
    """Run a program by a schedule; with `pauses` only to the first choice that it leaves open."""

    schedule: str
    pauses: bool = False


def as_request(directed: Direction | Search | None) -> dict[str, Any] | None:
    """Return what a request says of it."""
    if directed is None:
        return None
    told = asdict(directed)
    return {"search": told} if isinstance(directed, Search) else told


def from_request(told: Mapping[str, Any] | None) -> Direction | Search | None:
    """Return what `as_request` was given."""
    if told is None:
        return None
    return Search(**told["search"]) if "search" in told else Direction(**told)


def describe_halt(reason: str, text: str, worker: str) -> str:
    """Return why a scheduler ended a run, for its detail."""
    place, _, number = text.partition(" ")
    if reason == "not there":
        return f"choice {place} of the schedule: there is no thread {number}"
    if reason == "cannot go on":
        return f"choice {place} of the schedule: thread {number} cannot go on"
    if reason == "steps":
        return f"it did not end within {text} steps"
    if reason == "turn":
        return f"{worker} did not end its turn within a second: it waits in C code, or computes on"
    return reason
