"""Installs the recorder in the launcher, and in an interpreter that is started for a child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from webapp.engine.recorder import (
    channel,
    conditions,
    descriptors,
    ending,
    executors,
    forks,
    hide,
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
