"""Virtual time: every clock of `time` stands still but for the sleeps that are over.

A sleep ends when nobody else can go on before it. The recorder's clock keeps the real time and
adds what was slept, so that a run's lanes look as they would.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

from webapp.engine.directed.scheduler import YIELD, Scheduler
from webapp.engine.recorder import channel, output

SECOND = 1_000_000_000
"""Nanoseconds."""

STARTS = {"time": 1_000_000_000.0, "monotonic": 1_000.0, "perf_counter": 1_000.0}
"""What each clock shows when the run begins, in seconds."""

_sleep = output._sleep


def direct(scheduler: Scheduler) -> None:
    """Let the program's sleeps, time-outs and clocks follow the scheduler's time."""

    def sleep(seconds: float) -> None:
        if not isinstance(seconds, int | float) or not seconds >= 0:
            _sleep(seconds)  # raises what it must
        if seconds == 0:
            scheduler.point((), YIELD)
        else:
            scheduler.wait((), _never, float(seconds))

    replaced: Any = output
    replaced._sleep = sleep
    for name, start in STARTS.items():
        setattr(time, name, _clock(scheduler, start))
        setattr(time, f"{name}_ns", _clock_ns(scheduler, start))
    modules: Any = threading, queue
    modules[0]._time = modules[1].time = time.monotonic
    channel.set_clock(lambda: monotonic_ns() + int(scheduler.now * SECOND))


def _never() -> bool:
    return False


def _clock(scheduler: Scheduler, start: float) -> Callable[[], float]:
    return lambda: start + scheduler.now


def _clock_ns(scheduler: Scheduler, start: float) -> Callable[[], int]:
    return lambda: int((start + scheduler.now) * SECOND)
