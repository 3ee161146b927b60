"""Stands in for threads, locks, sleeps, prints and processes, as a program sees them.

Each stand-in behaves as its original does, with the same results, exceptions and order, and reports
its steps through the `channel`. What the standard library does inside itself is left alone: a
stand-in asks who calls it (`callers`). The recorder is installed before the program in its main
process, inherited by forked children, and installed first thing in spawned ones and in the fork
server.
"""

from __future__ import annotations

import sys
from pathlib import Path

from webapp.engine.recorder import (
    channel,
    conditions,
    ending,
    forks,
    locks,
    memory,
    observation,
    output,
    pools,
    processes,
    queues,
    shared,
    signals,
    threads,
    tracebacks,
)

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
    signals,
)


def arm(*, observe: bool) -> None:
    """Put the stand-ins in place; what they would report before `report_to` is lost.

    It is done once, before programs are forked. Without `observe` only what is printed and who
    lives is reported.
    """
    tracebacks.install()
    signals.install()
    threads.install()
    processes.install()
    forks.install()
    if observe:
        observation.begin(OBSERVERS)
    _hide()


def report_to(events: str, *, observe: bool) -> None:
    """Report to the FIFO at the path `events`, in a folder of which no other run's has the name.

    This process must be armed. Without `observe` what stood in for its observation is taken back.
    """
    if not observe:
        observation.end()
    channel.open_fifo(events)
    memory.install(Path(events).parent.name)
    processes.take_along(events, observe=observe)
    output.take_streams()


def install(events: str, *, observe: bool) -> None:
    """Do both, in an interpreter that was started for a child of a program."""
    ending.clear_at_exit()
    channel.set_child()
    arm(observe=observe)
    report_to(events, observe=observe)


def begin(program: str) -> None:
    """Report what the program at the path `program` does."""
    channel.set_program(program)


def _hide() -> None:
    """Leave the names of our packages to the program: it may bring a `webapp` of its own."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "webapp":
            del sys.modules[name]
