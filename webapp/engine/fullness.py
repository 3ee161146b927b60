"""Tells a run's processes that it has as many events as are kept: they then report only ESSENTIAL
ones. In place of any other they write an empty line, which is counted.

A byte that all of them see stands for it, in a file of the slot. To look at it takes 40 ns, to
report an event that nobody keeps some microseconds.
"""

from __future__ import annotations

from webapp.engine.events import Kind

ESSENTIAL = frozenset(
    {Kind.PRINTED, Kind.STARTED, Kind.ENDED, Kind.EXITED, Kind.RAISED, Kind.HALTED}
)
"""The kinds of events that a page cannot do without."""

UNSENT = b"\n"
"""What is written in place of an event."""

FULL = "full"
"""The name of the file in the folder of a slot."""

NO, YES = b"\0", b"\1"
