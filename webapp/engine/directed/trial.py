"""Carries out trials: runs of a program under a schedule, each in a child of the fork server.

What the child reports goes to a file in memory instead of the run's FIFO, and so does its result.
"""

from __future__ import annotations

import marshal
import mmap
import os
import select
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.engine import tree
from webapp.engine.directed.footprints import Access
from webapp.engine.directed.fork_server import NUMBER
from webapp.engine.directed.reduction import Step
from webapp.engine.directed.server_process import Files, Job, start
from webapp.engine.directed.turns import LOOK_EVERY, Patience

SHARED = 1 << 20
"""Bytes of the memory that is shared with the fork server. A choice of a schedule takes five, and a
run has at most MOST_STEPS of them."""

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

    def __init__(self, job: Job) -> None:
        """Start the fork server."""
        names = ("job", "events", "result", "shared")
        told, self._events, self._result, shared = map(os.memfd_create, names)
        self._known: dict[Step, Step] = {}
        os.ftruncate(shared, SHARED)
        self._shared = mmap.mmap(shared, SHARED)
        asked, self._ask = os.pipe()
        self._answer, answer = os.pipe()
        own = Files(told, self._events, self._result, shared, asked, answer)
        self._server = start(job, own)
        for file in (told, shared, asked, answer):
            os.close(file)
        self._told = select.poll()
        self._told.register(self._answer, select.POLLIN)

    def close(self) -> None:
        """End the fork server."""
        os.close(self._ask)
        os.close(self._answer)
        os.waitpid(self._server, 0)

    def carry_out(self, schedule: Sequence[int]) -> Result:
        """Run the program under a schedule. Raises ChildProcessError if the server has ended."""
        for file in (self._events, self._result):
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
        told = marshal.dumps(tuple(schedule))
        self._shared[NUMBER.size : NUMBER.size + len(told)] = told
        code, slow = self._served()
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

    def _served(self) -> tuple[int, bool]:
        """Return the exit code of one child, and whether a worker did not end its turn."""
        try:
            os.write(self._ask, b"+")
        except BrokenPipeError:
            raise ChildProcessError("the fork server has ended") from None
        slow = self._wait()
        told = os.read(self._answer, NUMBER.size)
        if not told:
            raise ChildProcessError("the fork server has ended")
        return os.waitstatus_to_exitcode(*NUMBER.unpack(told)), slow

    def _wait(self) -> bool:
        """Wait for a child; kill it, and return True, if a worker does not end its turn."""
        patience = None
        while not self._told.poll(LOOK_EVERY * 1000):
            for child in tree.children(self._server):
                patience = patience or Patience(child, self._turns)
                if patience.is_over():
                    tree.signal_all([child], signal.SIGKILL)
                    return True
        return False

    def _turns(self) -> int:
        return int(NUMBER.unpack_from(self._shared)[0])

    def _once(self, who: int, able: int, touched: Sequence[Access]) -> Step:
        """Return a step as the same object each time: a search keeps the steps of all its runs."""
        step = who, able, tuple(touched)
        return self._known.setdefault(step, step)
