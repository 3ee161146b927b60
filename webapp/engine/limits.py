"""What the engine allows its runs, and how many of them; loads on any system, for the settings."""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass, field

MB = 1_000_000
"""Bytes."""

RUNS_PER_CORE = 128
"""Runs that go on at once, by default: most demos sleep or wait."""

RUN_MEMORY = 8 << 20
"""Bytes: what one more run of ten threads takes (PSS)."""

RESERVED = 1 << 30 if sysconfig.get_config_var("Py_GIL_DISABLED") else 0
"""Bytes of address space that the interpreter takes and does not use: a free-threaded one's
allocator (mimalloc) asks for a gigabyte at a time."""


def default_capacity(cores: int | None = None, memory: int | None = None) -> int:
    """How many runs may go on at once: by the processors, and in half of the machine's memory.

    A run of ten threads is twelve tasks to the kernel: 256 of them are 3,100 of the 32,768 that
    kernel.pid_max lets even a small machine have.
    """
    cores = cores or os.cpu_count() or 1
    memory = memory or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(RUNS_PER_CORE * cores, memory // 2 // RUN_MEMORY))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the engine allows. Times are seconds, sizes bytes; None is no limit.

    `capacity` runs go on at once and `in_line` more wait. A run is asked to end at `soft_deadline`
    and killed `grace` later; one that nobody has followed for `unfollowed` is cancelled, one that
    has been silent for `quiet` is looked at for a deadlock. `events` of one run are kept, and
    `kept` events of at most `finished` finished runs together.

    A run that has more than `processes` and threads together is killed, one that has printed more
    than `output` is ended. The kernel holds each of its processes to `cpu` of processor time,
    `memory` of address space (beside what is RESERVED), `open_files` at once and a `file_size` (see
    setrlimit(2)); of those that began with 500 are the recorder's.
    """

    capacity: int = field(default_factory=default_capacity)
    in_line: int = 1000
    soft_deadline: float | None = 30.0
    grace: float = 1.0
    unfollowed: float | None = 2.5
    quiet: float = 0.3
    events: int = 100_000
    kept: int = 500_000
    finished: int = 1000
    cpu: int | None = 20
    memory: int | None = 2000 * MB
    processes: int | None = 200
    open_files: int | None = 1024
    file_size: int | None = 50 * MB
    output: int | None = 5 * MB

    def resources(self) -> dict[str, int]:
        """The kernel's share of it, by the names of the module `resource`."""
        limits = {
            "RLIMIT_CPU": self.cpu,
            "RLIMIT_AS": None if self.memory is None else self.memory + RESERVED,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_FSIZE": self.file_size,
            # A core would be as large as the process, and is of use to nobody.
            "RLIMIT_CORE": 0 if self.memory is not None else None,
        }
        return {name: limit for name, limit in limits.items() if limit is not None}


UNLIMITED = Limits(
    soft_deadline=None,
    unfollowed=None,
    cpu=None,
    memory=None,
    processes=None,
    open_files=None,
    file_size=None,
    output=None,
)
"""For programs of one's own: only what is kept of them is limited."""
