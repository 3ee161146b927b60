"""What the engine tells all processes of a run at once: bytes that they see in their memory.

They stand in a file of the slot. To look at one takes 40 ns, and no system call.
"""

from __future__ import annotations

from webapp.engine.events import Kind

TOLD = "told"
"""The name of the file in the folder of a slot."""

FULL, STDOUT, STDERR, READING, READS = range(5)
"""The places of the bytes. They are not 0 …

- if the run has as many events as are kept: its processes then report only ESSENTIAL ones;
- if what is printed cannot be passed on: the number of the error, for each stream;
- while the engine reads what is printed, and passes it on.

LEFT stands in place of EPIPE if something was written before the stream's reader went.
READS counts, modulo READS_OF, how often the engine has read what does not pass a stream's buffer.
"""

LEFT = 255

READS_OF = 256

UNTOLD = bytes(5)

OUTLETS = {"stdout": STDOUT, "stderr": STDERR}

ESSENTIAL = frozenset(
    {Kind.PRINTED, Kind.STARTED, Kind.ENDED, Kind.EXITED, Kind.RAISED, Kind.HALTED}
)
"""The kinds of events that a page cannot do without."""

UNSENT = b"\n"
"""What is written in place of any other event, to be counted."""
