"""Measures how long other programs may have delayed a run, by the kernel's counters.

The counters are read when a program begins and when it has ended. Their difference, less the run's
own processor time, is an upper bound of the delay.
"""

from __future__ import annotations

import os
from typing import NamedTuple

READ_SIZE = 4096
"""Bytes; only the first line of each file is needed."""

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0
"""Clock ticks of /proc/stat per second; 0 on a system that is sure to have no such file."""

COLUMNS = 8
"""Columns of /proc/stat that count: the later ones are included in the first two."""


class Pressure(NamedTuple):
    """Seconds since the machine started; None if the kernel does not report it.

    `used` is the busy time of all processors together. `wanted` is the time in which some task
    waited for a processor, or the virtual machine for its host.
    """

    used: float | None
    wanted: float | None


UNTOLD = Pressure(None, None)


def read_pressure() -> Pressure:
    """Read the counters, in about 20 µs.

    Sources: proc_stat(5), and the kernel's documentation of pressure stall information.
    """
    if not TICKS:
        return UNTOLD
    try:
        ticks = _read("/proc/stat").split(None, COLUMNS + 1)[1:-1]
    except OSError:
        return UNTOLD
    # The columns `idle` and `iowait` are left out: no processor is used.
    user, nice, system, _, _, irq, softirq, steal = map(int, ticks)
    used = user + nice + system + irq + softirq + steal
    try:
        # some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS
        some = _read("/proc/pressure/cpu").partition(b"\n")[0]
    except OSError:  # the kernel has no pressure stall information, or it is switched off
        return Pressure(used / TICKS, None)
    waited = int(some.rpartition(b"=")[2]) / 1_000_000
    # `steal`: the host gave the virtual machine's processor to another one.
    return Pressure(used / TICKS, waited + steal / TICKS)


def held_up(began: Pressure, ended: Pressure, own: float) -> float:
    """Return an upper bound of the seconds for which other programs delayed a run.

    `own` is the run's processor time in seconds. Each counter alone is a bound: while a program
    waits for a processor, another one uses it.
    """
    bounds = []
    if began.used is not None and ended.used is not None:
        bounds.append(ended.used - began.used - own)
    if began.wanted is not None and ended.wanted is not None:
        bounds.append(ended.wanted - began.wanted)
    return max(0.0, min(bounds, default=0.0))


def _read(path: str) -> bytes:
    # Each run calls this four times, and pathlib is slower.
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, READ_SIZE)
    finally:
        os.close(file)
