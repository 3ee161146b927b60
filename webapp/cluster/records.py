"""What stands in Redis under its `keys`: orders, entries, announcements; and how it is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from webapp.engine.events import Event
from webapp.engine.machines import Machine
from webapp.engine.packing import unpack, unpack_events
from webapp.engine.recording import Recording
from webapp.engine.runner import Phase


@dataclass(frozen=True, slots=True)
class Order:
    """A run as it is asked for. `path` is relative to the folder that all machines have."""

    id: str
    path: str
    sha256: str
    parameters: Mapping[str, Any]
    arguments: Sequence[str]
    observe: bool
    visitor: str
    queue: str
    about: str
    asked_at: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands; `place` in line counts from 1 (0: not in line)."""

    phase: Phase
    order: Order
    place: int
    worker: str
    machine: Machine | None


@dataclass(frozen=True, slots=True)
class Glance:
    """A run as a follower looks at it again and again. `phase` is None where it is not there."""

    phase: Phase | None
    worker: str
    announced: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a worker says of itself, some times a second."""

    machine: Machine
    queues: tuple[str, ...]
    running: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry of a run's stream holds: events, or at last the ending, without events."""

    id: str
    events: Sequence[Event] = ()
    ending: Recording | None = None


def recorded(entries: Iterable[Entry]) -> Recording | None:
    """Put a run's record together from its stream; None where it has no ending yet."""
    events: list[Event] = []
    for entry in entries:
        if entry.ending is not None:
            return replace(entry.ending, events=tuple(events))
        events += entry.events
    return None


def order_fields(order: Mapping[str, Any]) -> dict[str, str]:
    """An order as the fields of a hash: what is no text as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in order.items()
    }


def read_order(found: Mapping[str, str]) -> Order:
    """An order of the fields of a hash."""
    told: dict[str, Any] = {name: found[name] for name in Order.__dataclass_fields__}
    for name in ("parameters", "arguments", "observe"):
        told[name] = json.loads(found[name])
    return Order(**told)


def read_entry(id: bytes, told: Mapping[bytes, bytes]) -> Entry:
    """An entry of a run's stream, of its id and fields."""
    if b"ending" in told:
        return Entry(id.decode(), ending=unpack(told[b"ending"]))
    return Entry(id.decode(), unpack_events(told[b"events"]))


def read_glance(phase: bytes | None, worker: bytes | None, known: str, there: set[str]) -> Glance:
    """A glance of what stands in Redis, the worker that was `known`, and those that are `there`."""
    now = worker.decode() if worker else ""
    # Who has just taken it is there.
    return Glance(Phase(phase.decode()) if phase else None, now, now != known or now in there)


def read_machine(told: Mapping[str, Any]) -> Machine:
    """A machine of its JSON."""
    return Machine(**{**told, "start_methods": tuple(told["start_methods"])})


def read_announcement(told: Mapping[str, Any]) -> Announcement:
    """A worker's announcement of its JSON."""
    machine, queues = read_machine(told["machine"]), tuple(told["queues"])
    return Announcement(**{**told, "machine": machine, "queues": queues})
