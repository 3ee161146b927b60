"""Where programs run: what a machine has, and what a program may need of one."""

from __future__ import annotations

import multiprocessing
import os
import platform
import sys
import sysconfig
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Needs:
    """What a program needs, beyond any machine that the engine runs on.

    `python` is the oldest version that will do, such as "3.13" (empty: any). A program that needs a
    `free_threaded` interpreter cannot show its point under the global interpreter lock.
    """

    cores: int = 1
    python: str = ""
    free_threaded: bool = False
    start_method: str = ""


ANYWHERE = Needs()
"""What most programs need: nothing that not every machine has."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a machine has. Its `name` is what its owner calls it, and may be empty; `system` says
    what it is, such as "Linux x86_64"."""

    name: str
    cores: int
    python: str
    implementation: str
    gil: bool
    start_methods: tuple[str, ...]
    system: str = ""

    def meets(self, needs: Needs) -> bool:
        """Tell whether a program with these needs can run on it."""
        return (
            self.cores >= needs.cores
            and _numbers(self.python) >= _numbers(needs.python)
            and not (needs.free_threaded and self.gil)
            and (not needs.start_method or needs.start_method in self.start_methods)
        )


def this_machine(name: str = "") -> Machine:
    """Look at the machine that this process runs on, and at the Python that runs programs."""
    return Machine(
        name=name,
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        gil=has_gil(),
        start_methods=tuple(multiprocessing.get_all_start_methods()),
        system=f"{platform.system()} {platform.machine()}",
    )


def has_gil() -> bool:
    """Whether threads of this interpreter run Python code one at a time."""
    # A free-threaded build may have switched it on again: see PYTHON_GIL.
    enabled = getattr(sys, "_is_gil_enabled", None)
    return bool(enabled()) if enabled else not sysconfig.get_config_var("Py_GIL_DISABLED")


def _numbers(version: str) -> tuple[int, ...]:
    """The parts of a version that are numbers: (3, 14, 0) of "3.14.0rc1+"."""
    leading = ("".join(filter(str.isdigit, part[:2])) for part in version.split("."))
    return tuple(int(part) for part in leading if part)
