"""Installs the part of the recorder that a search of schedules needs, in an interpreter of its own.

It reports what threads print and raise, and gives the program the locks, conditions and queues that
are directed. A search reads no other event, so that nothing else is wrapped, and not even loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from webapp.engine.events import Kind
from webapp.engine.recorder import (
    channel,
    conditions,
    descriptors,
    hide,
    locks,
    names,
    observation,
    others,
    output,
    queues,
    signals,
    tracebacks,
)

OBSERVERS = (output, locks, conditions, queues)

REPORTED = frozenset({Kind.PRINTED, Kind.RAISED})


def install(
    events: int,
    program: str,
    terminals: Mapping[str, output.Size],
    outlets: Sequence[str] | None,
) -> None:
    """Report to the open file `events`, which is never full; the rest is that of `installation`."""
    tracebacks.install()
    signals.install()
    output.install()
    descriptors.install()
    names.read_nothing()
    others.ignore()
    observation.begin(OBSERVERS)
    hide()
    channel.redirect(events, REPORTED)
    channel.set_program(program)
    output.take_streams()
    output.set_terminals(terminals)
    if outlets is not None:
        output.pass_on(outlets)
