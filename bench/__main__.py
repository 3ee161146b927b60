"""Print all measurements and the machine that they were taken on: `make bench [ARGS=name …]`."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from bench import (
    attack,
    classroom,
    costs,
    forks,
    growing,
    lanes,
    memory,
    pages,
    record,
    recorder,
    repeats,
    room,
    runs,
    schedules,
    slow_motion,
    starting,
    storing,
    stream,
    walk,
    where,
)
from bench.cluster import measured as cluster
from bench.table import Row

MEASUREMENTS: dict[str, Callable[[], list[Row]]] = {
    "runs": runs.measure,
    "stream": stream.measure,
    "memory": memory.measure,
    "pages": pages.measure,
    "storing": storing.measure,
    "lanes": lanes.measure,
    "recorder": recorder.measure,
    "repeats": repeats.measure,
    "schedules": schedules.measure,
    "slow-motion": slow_motion.measure,
}

OWN_TABLES: dict[str, Callable[[], int]] = {
    "attack": attack.main,
    "class": classroom.main,
    "cluster": cluster.main,
    "costs": costs.main,
    "forks": forks.main,
    "record": record.main,
    "room": room.main,
    "growing": growing.main,
    "starting": starting.main,
    "walk": walk.main,
    "where": where.main,
}
"""Measurements that take minutes and print their own tables: run one at a time, by name."""


def main(names: list[str]) -> int:
    """Run the named measurements, or all of `MEASUREMENTS`; return the exit code."""
    if len(names) == 1 and names[0] in OWN_TABLES:
        print(f"{machine()}\n")
        with own_database():
            return OWN_TABLES[names[0]]()
    if unknown := set(names) - set(MEASUREMENTS):
        known = ", ".join([*MEASUREMENTS, *OWN_TABLES])
        print(f"no such measurement: {', '.join(unknown)}; there are {known}")
        return 2
    print(f"{machine()}\n")
    print("| what | Movazi | compared with | | ratio |")
    print("|---|--:|---|--:|--:|")
    with own_database():
        for name in names or MEASUREMENTS:
            for row in MEASUREMENTS[name]():
                print(row, flush=True)
    return 0


@contextmanager
def own_database() -> Iterator[None]:
    """Store the measured runs in a temporary database, not in the site's own."""
    with TemporaryDirectory(prefix="movazi-bench-") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/runs.sqlite"
        yield


def machine() -> str:
    """Return the system, processor, cores, Python and load of this machine."""
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.python_implementation()} {platform.python_version()}, load {load:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
