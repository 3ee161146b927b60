"""The keys in Redis that web servers and workers share.

    run:ID            hash     what the run is, where it stands, who runs it
    run:ID:events     stream   what it reported: an entry a batch, at last its ending
    run:ID:followed   string   there as long as somebody follows it
    waiting:QUEUE     sorted   runs in line: by round (visitors take turns), then by order of asking
    rounds:QUEUE      hash     how many runs each visitor has in that line
    worker:NAME       string   what a worker announces; gone when it has not done so for a while
    workers           set      the names of all that ever did, and are not known to be gone
    orders:NAME       stream   runs that a worker is to end
    ended             hash     how many runs have ended, by outcome
    notice:TEXT       string   what one server has to tell the others
    reader:NAME       stream   wakes the one thread of a server that reads for all its followers

The id of an entry of events is that of the last event in it, so a reader who has seen events up to

The id of an entry of events is that of the last event in it, so a reader who has seen events up to
some id reads on from that very place. Every key of a run expires.
"""

from __future__ import annotations

WORKERS, ENDED = "workers", "ended"


def run(id: str) -> str:
    """What a run is, where it stands, who runs it."""
    return f"run:{id}"


def events(id: str) -> str:
    """What a run reported."""
    return f"run:{id}:events"


def run_of(events: str) -> str:
    """The id of the run whose events a key has."""
    return events.split(":")[1]


def followed(id: str) -> str:
    """Whether somebody follows a run."""
    return f"run:{id}:followed"


def line(queue: str) -> tuple[str, str]:
    """The runs that wait in a queue, and how many each visitor has there."""
    return f"waiting:{queue}", f"rounds:{queue}"


def worker(name: str) -> str:
    """What a worker announces."""
    return f"worker:{name}"


def orders(worker: str) -> str:
    """The runs that a worker is to end."""
    return f"orders:{worker}"


def notice(text: str) -> str:
    """Whether a notice is up."""
    return f"notice:{text}"


def reader(name: str) -> str:
    """What wakes a server's reader."""
    return f"reader:{name}"
