"""Runs a program under one schedule in a forked child, which tells what happened and ends.

What the child reports goes to a file in memory instead of the run's FIFO, and so does its result.
"""

from __future__ import annotations

import atexit
import marshal
import mmap
import os
import select
import signal
import struct
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from webapp.engine.directed.footprints import Access
from webapp.engine.directed.install import direct
from webapp.engine.directed.points import Points
from webapp.engine.directed.reduction import Step
from webapp.engine.directed.scheduler import Scheduler
from webapp.engine.directed.turns import LOOK_EVERY, Patience
from webapp.engine.events import Kind
from webapp.engine.foreign import ctypes
from webapp.engine.machines import has_gil
from webapp.engine.recorder import channel

_libc = ctypes.PyDLL(None)
# os.fork() also mends what the threads of the parent may have left half-done, and seeds `random`
# anew. A trial's parent has one thread and seeds nothing; half of a fork's time would go there.
fork = os.fork if not has_gil() else _libc.fork
leave = os._exit
"""The originals: the recorder replaces them in programs."""

M_ARENA_MAX = -8
"""Of mallopt(3): threads that take turns need no memory of their own."""

REPORTED = frozenset({Kind.PRINTED, Kind.RAISED})
"""The events that a trial's outcome needs."""

MOST_REPORTED = 1 << 20
"""Bytes of a trial's events that are read."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a trial did. `halted` is why its scheduler ended it, and a text; ("", "") if it did not.

    `code` is its exit code (negative: the signal that ended it). Up to the place `deviated` its
    `choices` were not the default. `pending` is what each worker that
    has not ended would do next, `events` the lines that it reported.
    """

    code: int
    halted: tuple[str, str]
    choices: Sequence[int]
    steps: Sequence[Step]
    switches: int
    deviated: int
    pending: dict[int, list[Access]]
    events: bytes


class Trials:
    """Carries out trials of one program, one after the other. This process must have one thread."""

    def __init__(self, points: Points, run: Callable[[], int]) -> None:
        """`run` runs the program's main module in the child, and returns its exit code.

        This process is directed from now on: a child has less to do if its parent has done it.
        """
        _libc.mallopt(M_ARENA_MAX, 1)
        self._run = run
        self._events = os.memfd_create("events")
        self._result = os.memfd_create("result")
        self._known: dict[Step, Step] = {}
        self._exits = atexit._ncallbacks()
        self._count = mmap.mmap(-1, mmap.PAGESIZE)
        self._scheduler = _CountedScheduler((), self._halt, announces=False)
        self._scheduler.shared = self._count
        self._begin = direct(self._scheduler, points)

    def carry_out(self, schedule: Sequence[int]) -> Result:
        """Run the program under a schedule."""
        for file in (self._events, self._result):
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
        self._count[:8] = bytes(8)
        pid = fork()
        if pid == 0:
            self._be_child(schedule)
        slow = self._wait(pid)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        events = os.pread(self._events, MOST_REPORTED, 0)
        size = os.fstat(self._result).st_size
        if not size:  # it was killed, or its turn did not end
            return Result(
                code, ("turn", "") if slow else ("", ""), schedule, [], 0, len(schedule), {}, events
            )
        told = marshal.loads(os.pread(self._result, size, 0))
        code, halted, choices, steps, switches, deviated, pending = told
        once = [self._once(who, able, touched) for who, able, touched in steps]
        return Result(code, halted, choices, once, switches, deviated, pending, events)

    def _once(self, who: int, able: int, touched: Sequence[Access]) -> Step:
        """Return a step as the same object each time: a search keeps the steps of all its runs."""
        step = who, able, tuple(touched)
        return self._known.setdefault(step, step)

    def _wait(self, pid: int) -> bool:
        """Wait for a child; kill it, and return True, if a worker does not end its turn."""
        watched = os.pidfd_open(pid)
        try:
            poll = select.poll()
            poll.register(watched, select.POLLIN)
            patience = None
            while not poll.poll(LOOK_EVERY * 1000):
                patience = patience or Patience(pid, self._turns)
                if patience.is_over():
                    os.kill(pid, signal.SIGKILL)
                    return True
        finally:
            os.close(watched)
        return False

    def _turns(self) -> int:
        return int(struct.unpack_from("q", self._count)[0])

    def _be_child(self, schedule: Sequence[int]) -> NoReturn:
        try:
            threading.main_thread()._set_native_id()  # type: ignore[attr-defined]
            channel.redirect(self._events, REPORTED)
            self._scheduler.schedule = schedule
            self._begin()
            code = self._run()
            sys.settrace(None)
            self._scheduler.current.footprint = ()
            threading._shutdown()  # type: ignore[attr-defined]
            if atexit._ncallbacks() != self._exits:  # those of our own have nothing to do here
                atexit._run_exitfuncs()
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            self._tell(code, ("", ""))
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            leave(1)

    def _halt(self, reason: str, text: str) -> NoReturn:
        self._tell(0, (reason, text))

    def _tell(self, code: int, halted: tuple[str, str]) -> NoReturn:
        found = self._scheduler
        pending = {worker.number: list(worker.footprint) for worker in found.live}
        told: Any = (
            code,
            halted,
            found.choices,
            found.steps,
            found.switches,
            found.deviated,
            pending,
        )
        os.write(self._result, marshal.dumps(told))
        leave(0)


class _CountedScheduler(Scheduler):
    """A scheduler whose parent process sees how often the turn was passed on."""

    shared: mmap.mmap

    def _pass_on(self, me: Any) -> None:
        struct.pack_into("q", self.shared, 0, self.count)
        super()._pass_on(me)
