"""Records what a program does: wraps threads, locks, sleeps, output and processes.

Each wrapper has the same results, exceptions and order as its original, and reports events through
the `channel`. Calls that the standard library makes for itself are not reported: a wrapper checks
its caller (`callers`). `installation` installs the recorder in the main process before the program
runs. Forked children inherit it. Spawned children and the fork server install it before anything
else. `threads_only` installs the part of it that a search of schedules needs.

The package itself imports none of its modules: a search loads few of them.
"""

from __future__ import annotations

import sys
from types import ModuleType


def hide() -> dict[str, ModuleType]:
    """Remove our packages from sys.modules: the program may have a `webapp` of its own.

    Returns the modules that are hidden.
    """
    ours = [name for name in sys.modules if name.partition(".")[0] == "webapp"]
    return {name: sys.modules.pop(name) for name in ours}
