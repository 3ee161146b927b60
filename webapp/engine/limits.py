"""Limits of runs and of the engine. Importable on any system, since the settings use it."""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass, field

MB = 1_000_000
"""Bytes."""

RUNS_PER_CORE = 128
"""Default number of concurrent runs per core: most demos sleep or wait."""

RUN_MEMORY = 8 << 20
"""Bytes that one more run of ten threads takes (PSS)."""

_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
RESERVED = 1 << 30 if _FREE_THREADED else 0
RESERVED_BY_THREAD = 32 << 20 if _FREE_THREADED else 0
"""Bytes of address space that the interpreter reserves and does not use: the allocator of a
free-threaded one (mimalloc) reserves a gigabyte at a time, and a segment for each thread."""


def default_capacity(cores: int | None = None, memory: int | None = None) -> int:
    """Return how many runs may run at once: RUNS_PER_CORE, in at most half of the memory (bytes).

    A run of ten threads is twelve kernel tasks: 256 runs are 3,100 of the 32,768 that the smallest
    default of kernel.pid_max allows.
    """
    cores = cores or os.cpu_count() or 1
    if not memory:
        if not hasattr(os, "sysconf"):
            return 1  # Windows, where only the recorder of threads works
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(RUNS_PER_CORE * cores, memory // 2 // RUN_MEMORY))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the engine allows. Times are seconds, sizes bytes; None is no limit.

    `capacity` runs run at once and `in_line` more wait. A run gets SIGTERM at `soft_deadline` and
    SIGKILL `grace` later. A run without followers for `unfollowed` is cancelled; a run without
    events for `quiet` is checked for a deadlock. Of one run `events` events are kept, and of at
    most `finished` finished runs `kept` events together.

    A run with more than `processes` processes and threads together is killed; a run that prints
    more than `output` is ended. The kernel limits each process of a run to `cpu` seconds of
    processor time, `memory` of address space (plus what is RESERVED), `open_files` open files and
    `file_size` per file (see setrlimit(2)). The recorder's own descriptors start at 500.
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
        """Return the limits that the kernel enforces, by their names in the module `resource`."""
        limits = {
            "RLIMIT_CPU": self.cpu,
            "RLIMIT_AS": None if self.memory is None else self.memory + self._reserved,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_FSIZE": self.file_size,
            # A core dump would be as large as the process.
            "RLIMIT_CORE": 0 if self.memory is not None else None,
        }
        return {name: limit for name, limit in limits.items() if limit is not None}

    @property
    def _reserved(self) -> int:
        return RESERVED + RESERVED_BY_THREAD * (self.processes or 0)


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
"""For a user's own programs: limits only what is kept of a run."""
