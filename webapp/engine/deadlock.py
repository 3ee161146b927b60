"""Tells a deadlock from evidence: nothing in the run, and nothing outside of it, can end its waits.

Every live worker of the run waits, without a time-out, for something that only another of them (or
it itself) can give. Nothing is said where a wait may be ended in a way that the record does not
know: by a thread or a process that is not recorded, by a signal's handler, or by Ctrl-C. Nor where
a worker is not asleep, for then it may be about to go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from signal import SIGINT

from webapp.engine import tree
from webapp.engine.events import Event
from webapp.engine.recording import Key, Link
from webapp.engine.waits import DEAD_ENDS, Path, State

HELPERS = ("from multiprocessing.resource_tracker ", "from multiprocessing.forkserver ")
"""How the processes are started that multiprocessing has for itself. They end no wait."""


def find_cycle(events: Iterable[Event], *, interruptible: bool = False) -> Path:
    """The waits that hold all live workers up; empty if there are none for certain.

    A run is `interruptible` where somebody may press Ctrl-C: the exception that this raises in a
    main thread may end its wait, and the program may go on.
    """
    state = State(events)
    if not state.all_wait or not _all_known(state.live) or _has_strays(state):
        return ()
    if not interruptible or not any(_heeds_interrupts(pid) for pid, _ in state.live):
        return next(iter(state.rings()), ()) or state.path()
    # Who waits in a ring for locks was not meant to be freed by Ctrl-C, unless by a handler.
    return () if SIGINT.name in state.handled else next(iter(state.rings()), ())


def describe(path: Path) -> str:
    """Waits in a line: `Thread-1 → b → Thread-2 → a → Thread-1`."""
    steps: list[str] = []
    for wait in path:
        # Who is joined is waited for itself.
        steps += [wait.worker] if wait.object == wait.giver else [wait.worker, wait.object]
    *_, last = path
    if last.link is Link.COPIED:
        return " → ".join([*steps[:-1], f"{steps[-1]} (copied at a fork)"])
    return " → ".join([*steps, f"{last.giver} (ended)" if last.link in DEAD_ENDS else last.giver])


def _all_known(live: dict[Key, str]) -> bool:
    """Whether each living process of the run has just the threads that the record knows, all of
    them asleep, no signal that waits for it and no signal handler of its own.

    On a busy machine a thread that may go on can be without a processor for longer than a run must
    be silent to be looked at: it is not asleep then, or its signal still waits.
    """
    for pid in {pid for pid, _ in live}:
        threads = tree.threads(pid)
        status = [tree.read(pid, f"task/{tid}/status") for tid in threads]
        if not (threads and all(status)):
            return False  # it has ended
        known = {pid, *(tid for _, tid in live)}
        if set(threads) - known or not all(map(_sleeps_for_good, status)):
            return False
    return True


def _has_strays(state: State) -> bool:
    """Whether a process of the run lives that is not recorded, such as another program.

    The end of a pipe may have been handed to it, or a lock.
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
    """Whether Ctrl-C raises an exception in a process, or does what its handler does."""
    return SIGINT in _signals(_fields(tree.read(pid, "status")).get("SigCgt", "0"))


def _sleeps_for_good(status: str) -> bool:
    """Whether a thread is asleep and no signal may wake it: its `/proc/…/status` says so."""
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
    """The signals of a mask; those from 32 on are the C library's own."""
    bits = int(mask, 16)
    return {number for number in range(1, 32) if bits >> (number - 1) & 1}
