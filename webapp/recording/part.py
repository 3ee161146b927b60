"""Records a part of a program from inside of it, and makes the recording of it.

`Part` knows nothing of files to write: `block`, `notebook` and `plugin` use it.
"""

from __future__ import annotations

import hashlib
import linecache
import os
import platform
import secrets
import tempfile
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from webapp.engine import wire
from webapp.engine.gil import has_gil
from webapp.engine.limits import UNLIMITED
from webapp.engine.live_run import LiveRun
from webapp.engine.machines import this_machine
from webapp.engine.pressure import read_pressure
from webapp.engine.program import Program
from webapp.engine.recorder import (
    conditions,
    executors,
    locks,
    output,
    part,
    queues,
    signals,
    tasks,
    threads,
    tracebacks,
    unasked,
)
from webapp.engine.recorder.installation import OBSERVERS
from webapp.engine.recording import Outcome, Recording, Wait
from webapp.engine.reports import Reports
from webapp.engine.waits import State

OBSERVED = tuple(observer for observer in OBSERVERS if observer is not signals)

OBSERVED_IN_THREADS = (output, threads, locks, conditions, queues, executors, unasked, tasks)
"""What is recorded where children are not: nothing that a child could end."""


HOSTS = {"IPython", "execnet", "ipykernel", "pytest_timeout", "tornado", "xdist", "zmq"}
"""The packages whose threads are not the program's."""


class Recorded(Exception):
    """This process is recorded already, so a part of it cannot be recorded on its own."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a part ended; `cycle` are the waits of a deadlock."""

    outcome: Outcome
    detail: str = ""
    cycle: tuple[Wait, ...] = ()


class Part:
    """The recording of what this process does from `begin` to `end`; `path` is the program's file.

    Threads that are `left_out` have no lane. Without `children` only this process is recorded.
    """

    def __init__(
        self, path: str, left_out: Collection[threading.Thread] = (), *, children: bool = True
    ) -> None:
        self.path = path
        self._children = children
        self.source = "".join(linecache.getlines(path))
        self._left_out = left_out

    def begin(self) -> None:
        """Record from now on. Raises Recorded, and OSError if there is no room for the events."""
        if part.is_armed():
            raise Recorded("this process is being recorded already")
        descriptor, events = tempfile.mkstemp(prefix="movazi-", suffix=".events")
        os.close(descriptor)
        self._events = Path(events)
        self._asked_at, self._cpu = datetime.now(UTC), _cpu()
        observed = OBSERVED if self._children else OBSERVED_IN_THREADS
        part.begin(events, self.path, observed, self._left_out, children=self._children)
        self._began = self._begun()

    @property
    def size(self) -> int:
        """The bytes of all events so far. Any thread may ask."""
        return self._events.stat().st_size

    def discard(self) -> None:
        """Take the recorder back, and forget what it recorded."""
        part.end()
        self._events.unlink()

    def look(self) -> State:
        """Return who waits for what at this moment. Any thread may call it."""
        return State(self._reports().read(self._events.read_bytes(), 1))

    def end(self, ended: Ended | None = None, error: BaseException | None = None) -> Recording:
        """Take the recorder back, and return what it recorded; `error` ended the part."""
        if error is not None:
            tracebacks.report(error)
        over = self._over()
        part.end()
        run = LiveRun(
            id=secrets.token_urlsafe(12),
            program=Program(Path(self.path)),
            observe=True,
            about="",
            asked_at=self._asked_at,
            limits=UNLIMITED,
            show=None,
            reports=self._reports(),
        )
        run.keep(run.reports.read(self._events.read_bytes(), 1))
        self._events.unlink()
        ended = ended or _ended_by(error)
        run.cycle = ended.cycle
        run.end(ended.outcome, ended.detail, this_machine(), over)
        assert run.recording is not None
        return replace(run.recording, exit_code=None)

    def _reports(self) -> Reports:
        reports = Reports()
        reports.began = self._began
        return reports

    def _begun(self) -> wire.Began:
        return wire.Began(
            time=time.monotonic_ns(),
            pid=os.getpid(),
            sha256=hashlib.sha256(self.source.encode("utf-8", "replace")).hexdigest(),
            python=platform.python_version(),
            implementation=platform.python_implementation(),
            free_threaded=not has_gil(),
            pressure=read_pressure(),
        )

    def _over(self) -> wire.Over:
        return wire.Over(
            slot="",
            intact=True,
            time=time.monotonic_ns(),
            code=0,
            by="itself",
            swept=0,
            cpu=_cpu() - self._cpu,
            pressure=read_pressure(),
        )


def host_threads() -> list[threading.Thread]:
    """Return the threads of the notebook's kernel or of pytest's plugins, which have no lane."""
    return [thread for thread in threading.enumerate() if _owners(thread) & HOSTS]


def _owners(thread: threading.Thread) -> set[str]:
    """Return the packages of a thread's class and of its function."""
    target = getattr(thread, "_target", None)
    modules = (type(thread).__module__, getattr(target, "__module__", None) or "")
    return {module.partition(".")[0] for module in modules}


def _ended_by(error: BaseException | None) -> Ended:
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return Ended(Outcome.FINISHED)
    outcome = Outcome.CANCELLED if isinstance(error, KeyboardInterrupt) else Outcome.FAILED
    return Ended(outcome, type(error).__name__)


def _cpu() -> float:
    """Return the processor time of this process and of its children that have ended, in seconds."""
    try:
        import resource  # noqa: PLC0415  (Windows does not have it)
    except ImportError:
        return time.process_time()
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
