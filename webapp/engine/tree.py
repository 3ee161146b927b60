"""Process trees on Linux: list, count, signal and adopt the descendants of a process."""

from __future__ import annotations

import contextlib
import os
import signal

from webapp.engine.foreign import ctypes

# <linux/prctl.h>
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38

ENDED = (FileNotFoundError, ProcessLookupError)
"""Errors of the kernel for a process that has ended: on opening its files, and on reading them."""


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (see prctl(2), subreaper)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def forgo_privileges() -> None:
    """Let no set-user-id program give privileges to this process or its descendants."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Receive the signal when the process `parent` ends, or at once if it has ended."""
    _prctl(_PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def children(pid: int) -> list[int]:
    """Return the children of a process, of all its threads, unreaped ones included."""
    return _threads_and_children(pid)[1]


def descendants(pid: int) -> list[int]:
    """Return all descendants of a process, parents first."""
    found = children(pid)
    for child in found:
        found += children(child)  # the list grows during the iteration, level by level
    return found


def count_threads(pid: int, most: int) -> int:
    """Count the threads of all descendants of a process, main threads included.

    Stops counting once there are more than `most`: a fork bomb may grow faster than the count.
    """
    found, total = children(pid), 0
    for child in found:
        threads_of_child, its_children = _threads_and_children(child)
        total += threads_of_child
        if total > most:
            break
        found += its_children
    return total


def kill(pid: int) -> None:
    """Kill all descendants of a process; may miss one forked meanwhile in another process group."""
    found, own = children(pid), os.getpgid(pid)
    for child in found:
        with contextlib.suppress(ProcessLookupError):
            # A group is killed at once, so that no member can fork a survivor; a parent is killed
            # before its children, so that it forks no more.
            group = os.getpgid(child)
            os.kill(child if group == own else -group, signal.SIGKILL)
        found += children(child)


def signal_all(pids: list[int], number: signal.Signals) -> None:
    """Send a signal to each process that has not ended."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def terminate(pids: list[int]) -> None:
    """Send SIGTERM to all these processes before any of them can notice another one's end.

    Else a child might read the end of a pipe that only its parent's end has closed, and print so.
    """
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGCONT):
        signal_all(pids, number)


def threads(pid: int) -> list[int]:
    """Return the native ids of a process's threads; none if it has ended."""
    try:
        return list(map(int, os.listdir(f"/proc/{pid}/task")))  # noqa: PTH208
    except ENDED:
        return []


def read(pid: int, name: str) -> str:
    """Read a file of /proc/PID, such as `stat` (see proc(5)); "" if the process has ended."""
    # Supervisors call this often, and pathlib takes twice as long.
    try:
        with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:  # noqa: PTH123
            return file.readall().decode("utf-8", "surrogateescape")
    except ENDED:
        return ""


def parent(pid: int) -> int:
    """Return the parent of a process; 0 if the process has ended."""
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def is_alive(pid: int) -> bool:
    """Return whether a process lives (a zombie does not)."""
    return _stat(pid)[:1] not in ([], ["Z"])


def _stat(pid: int) -> list[str]:
    """Return the fields of `stat` after the process's name, which may contain anything."""
    return read(pid, "stat").rpartition(")")[2].split()


def _threads_and_children(pid: int) -> tuple[int, list[int]]:
    """Return the number of a process's threads, and the pids of their children."""
    found: list[int] = []
    tasks = threads(pid)
    for task in tasks:
        found += map(int, read(pid, f"task/{task}/children").split())
    return len(tasks), found


def _prctl(option: int, value: int) -> None:
    # Found when it is called: other systems, which import this module too, do not have it.
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
