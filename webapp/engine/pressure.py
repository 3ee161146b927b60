"""How busy the machine is, by the kernel's own counters: what a run may have waited for.

A run cannot see who else wants a processor. The counters are read when its program begins and when
it has ended; their difference, less what the run used itself, is the most by which other programs
can have held it up.
"""

from __future__ import annotations

import os
from typing import NamedTuple

READ_SIZE = 4096
"""Bytes: of both files only the beginning is wanted."""

TICKS = os.sysconf("SC_CLK_TCK")
"""Of /proc/stat in a second."""

IDLE = {3, 4}
"""The columns `idle` and `iowait` of /proc/stat: no processor is used."""

STOLEN = 7
"""Its column `steal`: a virtual machine wanted the processor, and its host gave it to another."""

COLUMNS = 8
"""Those after them are contained in the first two."""


class Pressure(NamedTuple):
    """Seconds since the machine started; None where the kernel does not tell.

    `used` is the time of all processors in which they were not idle. `wanted` is the time in which
    a task had to wait for a processor, or the whole machine for its host.
    """

    used: float | None
    wanted: float | None


UNTOLD = Pressure(None, None)


def read_pressure() -> Pressure:
    """Read the counters as they are now, in about 20 µs.

    Sources: proc_stat(5), and the kernel's documentation of pressure stall information.
    """
    try:
        ticks = [int(field) for field in _read("/proc/stat").split(None, COLUMNS + 1)[1:-1]]
    except OSError:
        return UNTOLD
    used = sum(ticks) - sum(ticks[column] for column in IDLE)
    try:
        # some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS
        some = _read("/proc/pressure/cpu").partition(b"\n")[0]
    except OSError:  # a kernel without it, or one that has it switched off
        return Pressure(used / TICKS, None)
    waited = int(some.rpartition(b"=")[2]) / 1_000_000
    return Pressure(used / TICKS, waited + ticks[STOLEN] / TICKS)


def held_up(began: Pressure, ended: Pressure, own: float) -> float:
    """How long other programs held up one that used `own` seconds itself, at most, in seconds.

    Each counter is a bound by itself: while a program waits for a processor, another one uses it.
    """
    bounds = []
    if began.used is not None and ended.used is not None:
        bounds.append(ended.used - began.used - own)
    if began.wanted is not None and ended.wanted is not None:
        bounds.append(ended.wanted - began.wanted)
    return max(0.0, min(bounds, default=0.0))


def _read(path: str) -> bytes:
    # By hand, for each run pays for it twice.
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, READ_SIZE)
    finally:
        os.close(file)
