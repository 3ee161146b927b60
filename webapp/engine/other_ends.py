"""Finds which processes hold the other ends of pipes that workers of a run wait at.

A forked child has a copy of every end that its parent had, so who could send, or close the last
copy, is known only to the kernel: see /proc/PID/fd in proc(5).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence

from webapp.engine import tree
from webapp.engine.events import Event, How
from webapp.engine.waits import Held, State

MODES = {How.GET: (os.O_WRONLY, os.O_RDWR), How.PUT: (os.O_RDONLY, os.O_RDWR)}
"""How the descriptor of an end is open that could end a wait; both ends of a pipe have one name."""


def find_other_ends(state: State) -> Held:
    """Return who holds the other ends now: pairs of a wait's id and a pid.

    Empty if not all of that can be known: a process of the run may belong to another user.
    """
    waits: dict[str, list[Event]] = {}  # by the other end's name
    for key, wait in state.waits.items():
        if key in state.live and wait.other_end:
            waits.setdefault(wait.other_end, []).append(wait)
    if not waits:
        return ()
    found: list[tuple[int, int]] = []
    run = {pid for pid, _ in state.live}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):  # noqa: PTH208
        try:
            found += {(wait, pid) for wait in _held(pid, waits)}
        except tree.ENDED:
            continue  # it has ended
        except PermissionError:
            if pid in run:
                return ()
    return tuple(sorted(found))


def _held(pid: int, waits: Mapping[str, Sequence[Event]]) -> Iterator[int]:
    """Yield the ids of the waits whose other ends a process holds. Raises OSError."""
    folder = f"/proc/{pid}/fd"
    for number in os.listdir(folder):  # noqa: PTH208
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            at_it = waits.get(os.readlink(f"{folder}/{number}"), ())  # noqa: PTH115
            mode = _mode(pid, number) if at_it else 0
            yield from (wait.id for wait in at_it if mode in MODES[wait.how])


def _mode(pid: int, number: str) -> int:
    """Return how a descriptor is open: O_RDONLY, O_WRONLY or O_RDWR."""
    told = tree.read(pid, f"fdinfo/{number}")
    fields = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    return int(fields.get("flags", "0"), 8) & os.O_ACCMODE
