"""Count what runs could leave behind in a server and its launcher."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from webapp.engine import tree
from webapp.engine.embedded import EmbeddedRunner

SHARED_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Counts:
    """Counts of this process and its launcher. `processes` are the launcher's descendants."""

    processes: int
    threads: int
    descriptors: int
    descriptors_of_launcher: int
    folders_of_runs: int


def count(runner: EmbeddedRunner) -> Counts:
    """Count now."""
    return Counts(
        processes=len(tree.descendants(runner.launcher_pid)),
        threads=_entries("/proc/self/task"),
        descriptors=_entries("/proc/self/fd"),
        descriptors_of_launcher=_entries(f"/proc/{runner.launcher_pid}/fd"),
        folders_of_runs=_entries(runner.folder),
    )


def shared_memory() -> int:
    """Return how many files there are in this machine's shared memory."""
    return _entries(SHARED_MEMORY)


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _entries(folder: str | Path) -> int:
    return len([*Path(folder).iterdir()])
