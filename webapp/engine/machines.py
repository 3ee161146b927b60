"""Machines that run programs, and the requirements of programs."""

from __future__ import annotations

import multiprocessing
import os
import platform
from dataclasses import dataclass

from webapp.engine.gil import has_gil


@dataclass(frozen=True, slots=True)
class Needs:
    """Requirements of a program that not every machine meets.

    `python` is the oldest sufficient version, such as "3.13" (empty: any). A `free_threaded`
    interpreter has no global interpreter lock.
    """

    cores: int = 1
    python: str = ""
    free_threaded: bool = False
    start_method: str = ""


ANYWHERE = Needs()
"""The requirements of most programs: every machine meets them."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine. `name` is given by its owner and may be empty; `system` is such as "Linux
    x86_64"."""

    name: str
    cores: int
    python: str
    implementation: str
    gil: bool
    start_methods: tuple[str, ...]
    system: str = ""

    def meets(self, needs: Needs) -> bool:
        """Return whether a program with these needs can run on it."""
        return (
            self.cores >= needs.cores
            and _numbers(self.python) >= _numbers(needs.python)
            and not (needs.free_threaded and self.gil)
            and (not needs.start_method or needs.start_method in self.start_methods)
        )


def this_machine(name: str = "") -> Machine:
    """Describe the machine and the Python of this process."""
    return Machine(
        name=name,
        cores=_cores(),
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        gil=has_gil(),
        start_methods=tuple(multiprocessing.get_all_start_methods()),
        system=f"{platform.system()} {platform.machine()}",
    )


def _cores() -> int:
    """Return how many cores this process may use; those of the machine where that is not told."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: (3, 14, 0) of "3.14.0rc1+"."""
    leading = ("".join(filter(str.isdigit, part[:2])) for part in version.split("."))
    return tuple(int(part) for part in leading if part)
