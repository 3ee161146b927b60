"""Stands in for threads, locks, sleeps, prints and processes, as a program sees them.

Each stand-in behaves as its original does, with the same results, exceptions and order, and reports
its steps through the `channel`. What the standard library does inside itself is left alone: a
stand-in asks who calls it (`callers`). The recorder is installed before the program in its main
process, inherited by forked children, and installed first thing in spawned ones and in the fork
server.
"""

from __future__ import annotations

import sys

from webapp.engine.recorder import (
    channel,
    locks,
    output,
    pools,
    processes,
    queues,
    shared,
    threads,
    tracebacks,
)


def install(events: str) -> None:
    """Put the stand-ins in place and open the run's FIFO, for a program that is not known yet."""
    channel.open_fifo(events)
    tracebacks.install()
    output.install()
    threads.install()
    processes.install()
    _hide()


def begin(events: str, program: str, *, observe: bool) -> None:
    """Have this process, and those that it will start, report what the program does."""
    channel.set_program(program)
    processes.take_along(events, program, observe=observe)
    if observe:
        for part in (output, threads, locks, queues, processes, shared, pools):
            part.observe()


def _hide() -> None:
    """Leave the names of our packages to the program: it may bring a `webapp` of its own."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "webapp":
            del sys.modules[name]
