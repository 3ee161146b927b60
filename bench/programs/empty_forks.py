"""Forks children that end at once; prints the milliseconds of processor time that each takes.

With the argument `warm` this process has loaded what the launcher has, and otherwise next to
nothing.
"""

import gc
import importlib
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

TIMES = 200


def main() -> None:
    """Fork, and print what it took."""
    fork = _warm_up() if sys.argv[1:] == ["warm"] else os.fork
    gc.collect()
    gc.freeze()
    before = _used()
    for _ in range(TIMES):
        pid = fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    print((_used() - before) * 1000 / TIMES)


def _warm_up() -> Callable[[], int]:
    """Load what the launcher has, and return how it forks a main process."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from webapp.engine import (  # noqa: PLC0415  (only here)
        bare_fork,
        launcher,
        main_process,
        recorder,
    )

    main_process.load_directed()
    for name in launcher.WARM:
        importlib.import_module(name)
    recorder.arm(observe=True)
    return bare_fork.bare_fork


def _used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


main()
