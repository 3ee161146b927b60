"""Process trees on Linux: who is below a process, and how to be told of orphans."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

# <linux/prctl.h>
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_prctl = ctypes.CDLL(None, use_errno=True).prctl


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (see prctl(2), subreaper)."""
    _check(_prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Get the signal when the parent ends, at once if it has ended already."""
    _check(_prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0))
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def children(pid: int) -> list[int]:
    """The living or unreaped children of a process, whichever of its threads they are of."""
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        pass  # it ended while we looked
    return found


def descendants(pid: int) -> list[int]:
    """All below a process, parents first."""
    found = children(pid)
    for child in found:
        found += children(child)  # the list grows while it is walked, level by level
    return found


def signal_all(pids: list[int], number: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _check(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
