"""The fork server of a search: a process that forks a child for each trial, and waits for it.

After a fork, a process copies each page of memory that it writes to, and so does its child. This
one does almost nothing between two forks: the search is in another process, which also ends a child
that does not end. Before the first fork it rehearses: the interpreter then has noted what it notes
when code is run for the first time, which each child would note again.
"""

from __future__ import annotations

import atexit
import gc
import marshal
import mmap
import os
import select
import struct
import sys
import threading
from _thread import get_native_id
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any, NoReturn

from webapp.engine import tree
from webapp.engine.bare_fork import bare_fork
from webapp.engine.directed.install import direct
from webapp.engine.directed.points import Points, compiled
from webapp.engine.directed.scheduler import Scheduler
from webapp.engine.entry import execute
from webapp.engine.foreign import ctypes

leave, read, waitpid, write = os._exit, os.read, os.waitpid, os.write
"""The originals: the recorder replaces some of them in programs."""

M_ARENA_MAX = -8
"""Of mallopt(3): threads that take turns need no memory of their own."""

ONLY_REPORTING = (
    (threading.Condition, ("wait", "notify")),
    (threading.Event, ("__init__", "wait", "set")),
)
"""Methods that every thread calls, and whose wrappers do no more than report other events."""

NUMBER = struct.Struct("q")
"""How a wait status and a count of turns are written."""

REHEARSAL = """
from threading import Thread

count = 0


def add(numbers):
    global count
    for number in numbers:
        count += number


pair = [Thread(target=add, args=([1, 2],), name="rehearsal") for _ in range(2)]
for thread in pair:
    thread.start()
for thread in pair:
    thread.join()
print(count)
"""

REHEARSALS = 10
"""How often it is run. More make a trial no faster."""


def serve(server: ForkServer, asked: int, answer: int) -> NoReturn:
    """Serve in this process, and end it when the other end of the pipe `asked` is closed.

    Each byte in `asked` lets a child run the program. Its wait status is written to `answer`.
    """
    try:
        server.prepare()
        while read(asked, 1):
            write(answer, NUMBER.pack(server.carry_out()))
        leave(0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        leave(1)


class ForkServer:
    """Runs in a process of its own, which must have one thread.

    It has memory that it shares with the search: a count of how often a child has passed the turn
    on, and then the child's schedule. A child reports to the open file `events`, and writes what
    happened to `result`.
    """

    def __init__(
        self, points: Points, run: Callable[[], int], files: tuple[int, int], shared: mmap.mmap
    ) -> None:
        """`run` runs the program's main module in a child, and returns its exit code.

        `files` are `events` and `result`.
        """
        self._points = points
        self._run = run
        self._events, self._result = files
        self._schedule = memoryview(shared)[NUMBER.size :]
        self._threading: Any = threading
        self._main = self._threading.main_thread()
        self._exits = atexit._ncallbacks()
        self._scheduler = _CountedScheduler((), self._halt, announces=False)
        self._scheduler.shared = shared

    def prepare(self) -> None:
        """Direct this process from now on: a child has less to do if its parent has done it."""
        ctypes.PyDLL(None).mallopt(M_ARENA_MAX, 1)
        _unwrap()
        code, parsed = compiled(REHEARSAL, "rehearsal")
        self._points.add(Points(code, parsed))
        direct(self._scheduler, self._points)
        gc.collect()
        self._rehearse(code)

    def _rehearse(self, code: CodeType) -> None:
        """Run a program as a child does. It leaves nothing: not even a number, or a line."""
        for _ in range(REHEARSALS):
            self._perform((), lambda: execute(code, {"__name__": "rehearsal"}))
        self._scheduler.begin(())  # else each child would free what is left
        while len(tree.threads(os.getpid())) > 1:  # they have ended for Python, but not yet here
            select.select((), (), (), 0.0005)
        for file in (self._events, self._result):
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
        gc.freeze()  # pages that the collector does not write to stay shared with the children

    def carry_out(self) -> int:
        """Run the program in a child, wait for it, and return its wait status."""
        pid = bare_fork()
        if pid == 0:
            self._be_child()
        return waitpid(pid, 0)[1]

    def _be_child(self) -> NoReturn:
        try:
            self._main._native_id = get_native_id()
            self._perform(marshal.loads(self._schedule), self._run)
            leave(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            leave(1)

    def _perform(self, schedule: Sequence[int], run: Callable[[], int]) -> None:
        scheduler = self._scheduler
        scheduler.begin(schedule)
        code = run()
        sys.settrace(None)
        scheduler.current.footprint = ()
        if not scheduler.alone or self._threading._threading_atexits:
            self._threading._shutdown()
        if atexit._ncallbacks() != self._exits:  # those of our own have nothing to do here
            atexit._run_exitfuncs()
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        self._tell(code)

    def _halt(self, reason: str, text: str) -> NoReturn:
        self._tell(0, (reason, text))
        leave(0)

    def _tell(self, code: int, halted: tuple[str, str] = ("", "")) -> None:
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


def _unwrap() -> None:
    """Give methods back their originals: an event that nobody reads still takes time and memory."""
    for kind, names in ONLY_REPORTING:
        for name in names:
            setattr(kind, name, vars(kind)[name].__wrapped__)


class _CountedScheduler(Scheduler):
    """A scheduler of which the search sees how often the turn was passed on."""

    shared: mmap.mmap

    def _pass_on(self, me: Any) -> None:
        NUMBER.pack_into(self.shared, 0, self.count)
        super()._pass_on(me)
