"""Finds deadlocks: every live worker of a run waits without a time-out, and nothing can end a wait.

A signal handler, Ctrl-C, and threads or processes that are not recorded may end a wait. A worker
that is not asleep may be about to continue. In all these cases the run is not deadlocked.
"""

from __future__ import annotations

from collections.abc import Iterable
from signal import SIGINT

from webapp.engine import tree
from webapp.engine.events import Event, How
from webapp.engine.recording import Link
from webapp.engine.waits import DEAD_ENDS, Path, State

HELPERS = ("from multiprocessing.resource_tracker ", "from multiprocessing.forkserver ")
"""Parts of the command lines of multiprocessing's own processes, which end no wait."""


def find_cycle(state: State, *, interruptible: bool = False) -> Path:
    """Return the waits of a deadlock; empty if there is none for certain.

    A run is `interruptible` if somebody may press Ctrl-C: the exception in a main thread may end
    its wait, and the program may go on.
    """
    if not state.all_wait or not _all_known(state) or _has_strays(state):
        return ()
    if not interruptible or not any(_heeds_interrupts(pid) for pid, _ in state.live):
        return next(iter(state.rings()), ()) or state.path()
    # A program may be written to wait for Ctrl-C, but not in a ring of locks, unless its handler
    # releases one. A task that has not begun can be cancelled.
    rings = (ring for ring in state.rings() if all(wait.link is not Link.QUEUED for wait in ring))
    return () if SIGINT.name in state.handled else next(rings, ())


def waits_of(events: Iterable[Event]) -> Path:
    """Return the waits of a directed run that its scheduler has found deadlocked."""
    state = State(events)
    return next(iter(state.rings()), ()) or (state.path() if state.all_wait else ())


def describe(path: Path) -> str:
    """Return waits as one line: `Thread-1 → b → Thread-2 → a → Thread-1`."""
    steps: list[str] = []
    for wait in path:
        # A joined worker is the object of the wait.
        steps += [wait.worker] if wait.object == wait.giver else [wait.worker, wait.object]
    *_, last = path
    if last.link is Link.COPIED:
        return " → ".join([*steps[:-1], f"{steps[-1]} (copied at a fork)"])
    return " → ".join([*steps, f"{last.giver} (ended)" if last.link in DEAD_ENDS else last.giver])


def _all_known(state: State) -> bool:
    """Return whether every live process has only recorded threads, all of them asleep, no pending
    signal and no signal handler of its own.

    On a busy machine a thread that can go on may get no processor for a long time: then it is not
    asleep, or its signal is pending. A process that waits at its end until all that it has put is
    written has threads that write it: its queues' feeders. If they sleep, a pipe is full.
    """
    writing = {
        pid for (pid, _), wait in state.waits.items() if wait.how is How.PUT and not wait.line
    }
    for pid in {pid for pid, _ in state.live}:
        threads = tree.threads(pid)
        status = [tree.read(pid, f"task/{tid}/status") for tid in threads]
        if not (threads and all(status)):
            return False  # it has ended
        known = {pid, *(tid for _, tid in state.live)}
        unknown = set(threads) - known if pid not in writing else set()
        if unknown or not all(map(_sleeps_for_good, status)):
            return False
    return True


def _has_strays(state: State) -> bool:
    """Return whether a process of the run lives that is not recorded, such as another program.

    It may have a pipe or a lock of the run.
    """
    supervisor = tree.parent(state.main)
    if not supervisor:
        return True  # the main process has ended
    known = {pid for pid, _ in state.live}
    strays = set(tree.descendants(supervisor)) - known
    return any(tree.is_alive(pid) and not _is_helper(pid) for pid in strays)


def _is_helper(pid: int) -> bool:
    command = tree.read(pid, "cmdline")
    return any(helper in command for helper in HELPERS)


def _heeds_interrupts(pid: int) -> bool:
    """Return whether a process has a handler of SIGINT: Python's or its own."""
    return SIGINT in _signals(_fields(tree.read(pid, "status")).get("SigCgt", "0"))


def _sleeps_for_good(status: str) -> bool:
    """Return whether a thread is asleep and no signal can wake it, by its `/proc/…/status`."""
    fields = _fields(status)
    return (
        fields["State"].split()[0] == "S"
        and not _signals(fields["SigPnd"])
        and not _signals(fields["ShdPnd"])
        and not _signals(fields["SigCgt"]) - {SIGINT}
    )


def _fields(status: str) -> dict[str, str]:
    return dict(line.split(":", 1) for line in status.splitlines())


def _signals(mask: str) -> set[int]:
    """Return the signals of a mask; those from 32 on are the C library's."""
    bits = int(mask, 16)
    return {number for number in range(1, 32) if bits >> (number - 1) & 1}
