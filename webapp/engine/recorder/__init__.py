"""Records what a program does: wraps threads, locks, sleeps, output and processes.

Each wrapper has the same results, exceptions and order as its original, and reports events through
the `channel`. Calls that the standard library makes for itself are not reported: a wrapper checks
its caller (`callers`). The recorder is installed in the main process before the program runs.
Forked children inherit it. Spawned children and the fork server install it before anything else.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from webapp.engine.recorder import (
    channel,
    conditions,
    descriptors,
    ending,
    executors,
    forks,
    locks,
    memory,
    observation,
    output,
    part,
    pools,
    processes,
    queues,
    shared,
    signals,
    tasks,
    threads,
    tracebacks,
    unasked,
    workers,
)
from webapp.engine.told import TOLD

NO_TERMINALS: Mapping[str, output.Size] = {}

OBSERVERS = (
    output,
    threads,
    locks,
    conditions,
    queues,
    processes,
    forks,
    shared,
    pools,
    executors,
    unasked,
    signals,
    tasks,
)


def arm(*, observe: bool) -> None:
    """Install the wrappers, once, before programs are forked. `report_to` lets them report.

    Without `observe` only output and the lifetimes of workers are reported.
    """
    tracebacks.install()
    signals.install()
    output.install()
    descriptors.install()
    threads.install()
    processes.install()
    forks.install()
    if observe:
        observation.begin(OBSERVERS)
    hide()
    ending.note_loaded()


def report_to(events: str, *, observe: bool) -> None:
    """Report to the FIFO at the path `events`, whose folder has a name that no other run's has.

    `arm` must have been called. Without `observe` the wrappers that observe are removed.
    """
    if not observe:
        observation.end()
    slot = Path(events).parent
    channel.open_fifo(events, str(slot / TOLD))
    memory.install(slot.name)
    processes.take_along(events, observe=observe)
    output.take_streams()


def install(events: str, *, observe: bool, shows: bool = False) -> None:
    """Call `arm` and `report_to`, in an interpreter that was started for a child of a program.

    With `shows` it is the child of a part that is recorded (`part`): `events` is that part's file.
    """
    if shows and not Path(events).exists():
        return  # the part has ended
    ending.clear_at_exit()
    workers.set_child()
    arm(observe=observe)
    if shows:
        part.report_child(events)
    else:
        report_to(events, observe=observe)


def begin(
    program: str,
    terminals: Mapping[str, output.Size] = NO_TERMINALS,
    outlets: Sequence[str] | None = None,
    *,
    slow_motion: bool = False,
) -> None:
    """Report the program at the path `program` from now on.

    `terminals` are the sizes of those that its streams come out on, by the streams' names.
    `outlets` are those that are passed on and are not closed; None: nothing is. With
    `slow_motion` the interpreters of its children record their lines; this one's caller begins it.
    """
    channel.set_program(program)
    output.set_terminals(terminals)
    if outlets is not None:
        output.pass_on(outlets)
    processes.take_along_streams(terminals, outlets)
    processes.take_along_slow_motion(slow_motion)


def hide() -> dict[str, ModuleType]:
    """Remove our packages from sys.modules: the program may have a `webapp` of its own.

    Returns the modules that are hidden.
    """
    ours = [name for name in sys.modules if name.partition(".")[0] == "webapp"]
    return {name: sys.modules.pop(name) for name in ours}
