"""Forks children that end at once; prints the milliseconds of processor time that each takes.

With the argument `warm` this process has loaded what the fork server of a search has, and otherwise
next to nothing.
"""

import gc
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
    """Load what the fork server of a search has, and return how it forks a child."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from webapp.engine.bare_fork import bare_fork  # noqa: PLC0415  (only here)
    from webapp.engine.directed import server_process  # noqa: F401, PLC0415  (likewise)

    return bare_fork


def _used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


main()
