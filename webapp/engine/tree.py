"""Process trees on Linux: who is below a process, and how to be told of orphans."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal

# <linux/prctl.h>
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38

_ENDED = (FileNotFoundError, ProcessLookupError)
"""How the kernel refuses a process that is gone: to open its files, and to read an open one."""

_prctl = ctypes.CDLL(None, use_errno=True).prctl


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (see prctl(2), subreaper)."""
    _check(_prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def forgo_privileges() -> None:
    """Gain no privileges by executing a set-user-id program, nor may any descendant."""
    _check(_prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Get the signal when the parent ends, at once if it has ended already."""
    _check(_prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0))
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def children(pid: int) -> list[int]:
    """The living or unreaped children of a process, whichever of its threads they are of."""
    return _look(pid)[1]


def descendants(pid: int) -> list[int]:
    """All below a process, parents first."""
    found = children(pid)
    for child in found:
        found += children(child)  # the list grows while it is walked, level by level
    return found


def count_threads(pid: int, most: int) -> int:
    """How many threads there are below a process, each process's first one included.

    Beyond `most` it counts no further.
    """
    found, total = children(pid), 0
    for child in found:
        own, its_own = _look(child)
        total += own
        if total > most:
            break  # at once, for of very many there would soon be more
        found += its_own
    return total


def kill(pid: int) -> None:
    """Kill all below a process; what is forked meanwhile in another process group may be left."""
    found, own = children(pid), os.getpgid(pid)
    for child in found:
        with contextlib.suppress(ProcessLookupError):
            # A whole group at once, as no member can fork out of that, and a process before its
            # children: from then on it has no more.
            group = os.getpgid(child)
            os.kill(child if group == own else -group, signal.SIGKILL)
        found += children(child)


def signal_all(pids: list[int], number: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def threads(pid: int) -> list[int]:
    """The native ids of a process's threads; none where it has ended."""
    try:
        return list(map(int, os.listdir(f"/proc/{pid}/task")))  # noqa: PTH208
    except _ENDED:
        return []


def read(pid: int, name: str) -> str:
    """Read a file that the kernel keeps of a process, as `stat`: see proc(5).

    It is empty where the process has ended, which it may do while the file is open.
    """
    # By hand, for supervisors look often: pathlib would take twice as long.
    try:
        with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:  # noqa: PTH123
            return file.readall().decode("utf-8", "surrogateescape")
    except _ENDED:
        return ""


def _look(pid: int) -> tuple[int, list[int]]:
    """The number of a process's threads, and all their children."""
    found: list[int] = []
    tasks = threads(pid)
    for task in tasks:
        found += map(int, read(pid, f"task/{task}/children").split())
    return len(tasks), found


def _check(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
