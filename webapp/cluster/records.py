"""The values in Redis, jobs, stream entries and announcements, and their formats."""

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
class Job:
    """A request for a run. `path` is relative to the folder of programs on all machines."""

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
    directed: Mapping[str, Any] | None = None  # what `schedules.as_request` returned
    slow_motion: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a run; `place` in line counts from 1 (0: not in line)."""

    phase: Phase
    job: Job
    place: int
    worker: str
    machine: Machine | None


@dataclass(frozen=True, slots=True)
class Glance:
    """What a server polls of a run that it follows. `phase` is None if Redis has no such run.

    `announced` is false if its worker's announcement has expired.
    """

    phase: Phase | None
    worker: str
    announced: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a worker announces about itself, several times a second."""

    machine: Machine
    queues: tuple[str, ...]
    running: int
    capacity: int


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """An entry of a run's stream: events, or as the last one the ending, without events."""

    id: str
    events: Sequence[Event] = ()
    ending: Recording | None = None


def recorded(entries: Iterable[StreamEntry]) -> Recording | None:
    """Return the recording that a run's stream holds; None if it has no ending yet."""
    events: list[Event] = []
    for entry in entries:
        if entry.ending is not None:
            return replace(entry.ending, events=tuple(events))
        events += entry.events
    return None


def job_fields(job: Mapping[str, Any]) -> dict[str, str]:
    """Return a job as the fields of a hash; values that are no strings as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in job.items()
    }


def read_job(found: Mapping[str, str]) -> Job:
    """Parse a job from the fields of a hash."""
    # A server of an older version sends fewer fields.
    fields: dict[str, Any] = {
        name: found[name] for name in Job.__dataclass_fields__ if name in found
    }
    for name in ("parameters", "arguments", "observe", "directed", "slow_motion"):
        if name in found:
            fields[name] = json.loads(found[name])
    return Job(**fields)


def read_entry(id: bytes, fields: Mapping[bytes, bytes]) -> StreamEntry:
    """Parse an entry of a run's stream."""
    if b"ending" in fields:
        return StreamEntry(id.decode(), ending=unpack(fields[b"ending"]))
    return StreamEntry(id.decode(), unpack_events(fields[b"events"]))


def read_glance(phase: bytes | None, worker: bytes | None, known: str, there: set[str]) -> Glance:
    """Parse a glance. `known`: the worker at the last glance; `there`: the announced workers."""
    now = worker.decode() if worker else ""
    # A worker that has claimed the run since the last glance counts as announced.
    return Glance(Phase(phase.decode()) if phase else None, now, now != known or now in there)


def read_machine(fields: Mapping[str, Any]) -> Machine:
    """Parse a machine from its JSON object."""
    return Machine(**{**fields, "start_methods": tuple(fields["start_methods"])})


def read_announcement(fields: Mapping[str, Any]) -> Announcement:
    """Parse an announcement from its JSON object."""
    machine, queues = read_machine(fields["machine"]), tuple(fields["queues"])
    return Announcement(**{**fields, "machine": machine, "queues": queues})
