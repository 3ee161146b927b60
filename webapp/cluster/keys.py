"""The keys in Redis that web servers and workers share.

    run:ID            hash     the job, phase and worker of a run
    run:ID:events     stream   its events, an entry per batch; the last entry is its ending
    run:ID:followed   string   exists while the run has followers
    waiting:QUEUE     sorted   runs in line: by round (visitors take turns), then by arrival
    rounds:QUEUE      hash     number of runs in that line, by visitor
    worker:NAME       string   a worker's announcement; expires
    workers           set      names of announced workers; may include expired ones
    orders:NAME       stream   runs that a worker has to end
    asked             string   counts all runs, for their order of arrival
    ended             hash     number of ended runs, by outcome
    notice:TEXT       string   a notice of one server for the others; expires
    reader:NAME       stream   wakes the reader of a server

The id of an entry of events is the id of its last event, so a follower continues from the last
event that it has. Every key of a run expires.
"""

from __future__ import annotations

WORKERS, ENDED = "workers", "ended"


def run(id: str) -> str:
    """The key of a run."""
    return f"run:{id}"


def events(id: str) -> str:
    """The key of a run's events."""
    return f"run:{id}:events"


def run_of(events: str) -> str:
    """Return the run's id, of the key of its events."""
    return events.split(":")[1]


def followed(id: str) -> str:
    """The key that exists while a run has followers."""
    return f"run:{id}:followed"


def line(queue: str) -> tuple[str, str]:
    """The keys of a queue's line, and of the visitors' numbers of runs in it."""
    return f"waiting:{queue}", f"rounds:{queue}"


def worker(name: str) -> str:
    """The key of a worker's announcement."""
    return f"worker:{name}"


def orders(worker: str) -> str:
    """The key of a worker's orders."""
    return f"orders:{worker}"


def notice(text: str) -> str:
    """The key of a notice."""
    return f"notice:{text}"


def reader(name: str) -> str:
    """The key of the stream that wakes a server's reader."""
    return f"reader:{name}"
