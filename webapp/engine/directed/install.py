"""Directs this process: replaces what blocks and what tells the time, and traces the program."""

from __future__ import annotations

import gc
import random
import sys
import threading
from typing import Any

from webapp.engine.directed import clock, locks, threads
from webapp.engine.directed.points import Points
from webapp.engine.directed.scheduler import Scheduler
from webapp.engine.directed.tracing import Begin, Watch, trace
from webapp.engine.recorder import locks as recorded
from webapp.engine.recorder import queues


def direct(scheduler: Scheduler, points: Points, watch: Watch | None = None) -> Begin:
    """Let the scheduler direct this process; return what the main thread calls to begin.

    `watch` is what `trace` takes. The process must have one thread. Cycles are not collected any
    more, and `random` begins with a fixed seed: otherwise the same schedule could give another run.
    """
    gc.disable()
    random.seed(0)
    module: Any = threading
    locks.direct(scheduler, program_tries=points.tries)
    own_locks: Any = recorded
    own_queues: Any = queues
    module._allocate_lock = own_locks.allocate_lock = locks.Lock
    module._CRLock = own_locks.RawRLock = locks.RLock
    own_queues._SimpleQueue = locks.SimpleQueue
    pool: Any = sys.modules.get("concurrent.futures.thread")
    if pool:  # one that is loaded later makes a lock of ours
        pool._global_shutdown_lock = locks.Lock()
    _replace_methods()
    begin = trace(scheduler, points, watch)
    threads.direct(scheduler, begin)
    clock.direct(scheduler)
    return begin


def _replace_methods() -> None:
    own = locks.Recorded
    for kind in (recorded._Recorded, recorded.lock, recorded.rlock):
        for name in ("acquire", "acquire_lock", "__enter__"):
            if name in vars(kind):
                setattr(kind, name, vars(own)["acquire" if "acquire" in name else name])
        for name in ("release", "release_lock", "__exit__"):
            if name in vars(kind):
                setattr(kind, name, vars(own)["release" if "release" in name else name])
        for name in ("locked", "locked_lock"):
            if name in vars(kind):
                setattr(kind, name, own.locked)
