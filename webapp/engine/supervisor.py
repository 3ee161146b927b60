"""The supervisor of a slot: carries out one run after another.

It forks each run's main process, ahead of the run if there is time, keeps the run's limits and ends
every process of it before the next run. It adopts the run's orphans, so the run's tree is its own
descendants, whatever sessions they start. It ends the run on SIGTERM, which the launcher sends to
stop the run, and the kernel when the launcher has ended.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from webapp.engine import tree, wire
from webapp.engine.bare_fork import bare_fork
from webapp.engine.bottom import Unwinding
from webapp.engine.inherited import Inherited
from webapp.engine.main_process import (
    Flags,
    Limit,
    close,
    prepare,
    prepare_slot,
    run_program,
)
from webapp.engine.pressure import UNTOLD, Pressure, read_pressure
from webapp.engine.request import Request
from webapp.engine.run_folder import remove_shared
from webapp.engine.told import TOLD

LINGER = 0.5
"""Seconds that processes may outlive their run's main process before they are ended: a fork server
and a resource tracker end by themselves when they see that it has ended."""

COUNT_EVERY, COUNT_SELDOM = 0.5, 2.0
"""Seconds between two counts of a run's processes and threads: at first, and at most."""

FEW = 0.25
"""Share of the limit up to which the time between two counts doubles."""

COST = 20
"""Wait COST × the duration of the last count before counting again: many processes take long."""

SIGNALS = {signal.SIGCHLD, signal.SIGTERM}


def supervise(
    prepared: wire.Prepare, launcher: int, inherited: Inherited, endings: socket.socket
) -> NoReturn:
    """Carry out the runs of a slot until it is given up; this process must be a fresh fork.

    Sends an `Over` for each on the socket `endings`. SIGNALS must be blocked, so that none is lost
    before sigwait(). Raises Unwinding in each main process.
    """
    log = _duplicate_errors()
    try:
        _serve(prepared, launcher, inherited, endings, log)
    except Unwinding:
        raise
    except BaseException:
        sys.stderr = open(log, "w")  # noqa: PTH123, SIM115  (the launcher reports the error)
        raise


def _duplicate_errors() -> int:
    """Return a duplicate of the descriptor of standard error, which becomes the run's."""
    try:
        return os.dup(2)
    except OSError:  # it is closed
        return os.open(os.devnull, os.O_WRONLY)


def _serve(
    prepared: wire.Prepare,
    launcher: int,
    inherited: Inherited,
    endings: socket.socket,
    log: int,
) -> NoReturn:
    slot = prepared.slot
    tree.adopt_orphans()
    tree.die_with_parent(launcher, signal.SIGTERM)
    terms_fifo, requests = (wire.open_lines(f"{slot}/{name}") for name in wire.INPUTS)
    cpu = prepare_slot(prepared)
    flags, before, main = Flags(), _state(slot), 0
    while line := wire.wait_for_line(terms_fifo):
        main = main or bare_fork()
        if main == 0:
            # A program must not inherit them.
            endings.close()
            close(terms_fifo)
            close(log)
            _become_main(cpu, inherited, requests)
        if not line.strip(wire.READY):
            continue
        terms = wire.load_line(line, wire.Terms)
        run = _Run(main, terms, prepared.resources.get("RLIMIT_CPU"))
        main = 0
        over = _finish(run, slot, lambda: _is_intact(slot, before, terms_fifo, requests))
        flags.restore()
        try:  # noqa: SIM105  (each run pays for this)
            endings.send(wire.dump_over(over))
        except OSError:
            pass  # the web process has ended: wait_for_line() sees the end of the FIFO next
        if not over.intact:
            break
    if main:
        os.kill(main, signal.SIGKILL)
    os._exit(0)


def _finish(run: _Run, slot: str, is_intact: Callable[[], bool]) -> wire.Over:
    """Wait for a run, end its tree, remove its files, and return how it ended."""
    by, swept = run.wait_for_main(), run.empty_tree()
    remove_files(slot)
    remove_shared(slot.rpartition("/")[2])
    return wire.Over(
        slot=slot,
        intact=is_intact(),
        time=run.ended,
        code=run.code or 0,
        by=by,
        swept=swept,
        cpu=run.cpu,
        pressure=run.pressure,
    )


def remove_files(slot: str) -> None:
    """Remove the files of a run from its folder: the server may not remove another user's.

    The folder may be gone already, and a run may have made it unreadable.
    """
    with contextlib.suppress(FileNotFoundError, PermissionError):
        for entry in os.scandir(f"{slot}/work"):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry, ignore_errors=True)
            else:
                os.unlink(entry)  # noqa: PTH108  (each run pays for this)


def _become_main(cpu: Limit | None, inherited: Inherited, requests: int) -> NoReturn:
    try:
        prepare(cpu)
        line = wire.wait_for_line(requests)
        close(requests)
        inherited.restore()
        if line:
            run_program(wire.load_line(line, Request))
    except Unwinding:
        raise
    except BaseException:
        sys.excepthook(*sys.exc_info())
    os._exit(1)


@dataclass
class _Run:
    """The process tree of one run."""

    main: int
    terms: wire.Terms
    limit: int | None  # seconds of processor time of each process
    code: int | None = None
    ended: int = 0
    used: float = 0.0  # seconds of processor time, by the main process
    cpu: float = 0.0  # likewise, by all processes that have ended
    pressure: Pressure = UNTOLD
    empty: bool = False  # no process is left

    def wait_for_main(self) -> wire.By:
        """Wait for the main process; end the run on SIGTERM or at a limit. Return what ended it."""
        now = time.monotonic()
        deadline = _after(now, self.terms.soft_deadline)
        pause = COUNT_EVERY
        count_at = _after(now, pause if self.terms.processes is not None else None)
        while self.code is None:
            received = self._wait(min(deadline, count_at))
            if self.code is not None:
                break
            now = time.monotonic()
            if received == signal.SIGTERM or now >= deadline:
                self._end_tree()
                return "request" if received == signal.SIGTERM else "deadline"
            if now >= count_at:
                share = self._share_of_threads()
                if share > 1:
                    self._kill_tree()
                    return "processes"
                pause = min(2 * pause, COUNT_SELDOM) if share <= FEW else COUNT_EVERY
                count_at = time.monotonic() + max(pause, COST * (time.monotonic() - now))
        return "processor" if self._has_used_up_its_time() else "itself"

    def empty_tree(self) -> int:
        """End the processes that outlive the main process by LINGER; return their number."""
        if self.empty:
            return 0
        self._wait_until(self._is_empty, LINGER)
        left = self._left()
        if left:
            self._end_tree()
        return len(left)

    def _end_tree(self) -> None:
        """Send SIGTERM, wait for the grace, send SIGKILL. Afterwards the tree is empty."""
        tree.terminate(self._left())
        self._wait_until(self._is_empty, self.terms.grace)
        self._kill_tree()

    def _kill_tree(self) -> None:
        # A process may fork while others are killed: repeat until the tree is empty.
        while not self._is_empty():
            tree.kill(os.getpid())
            self._wait_until(self._is_empty, 0.05)

    def _wait_until(self, done: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not done() and time.monotonic() < until:
            self._wait(until)

    def _share_of_threads(self) -> float:
        """Return the run's number of processes and threads, as a share of the limit."""
        limit = self.terms.processes
        return tree.count_threads(os.getpid(), limit) / limit if limit else 0.0

    def _has_used_up_its_time(self) -> bool:
        """Return whether RLIMIT_CPU ended the main process: by SIGXCPU, or by SIGKILL if it
        ignored that.
        """
        # `used` is slightly less than what the kernel counted, but SIGKILL comes 1 s after `limit`.
        if self.limit is None:
            return False
        killed = self.code == -signal.SIGKILL and self.used >= self.limit
        return killed or self.code == -signal.SIGXCPU

    def _wait(self, until: float) -> int | None:
        """Wait for a signal, and reap ended processes. Return the signal; None at `until`."""
        if until == math.inf:
            number: int | None = signal.sigwait(SIGNALS)
        else:
            info = signal.sigtimedwait(SIGNALS, max(0.0, until - time.monotonic()))
            number = info.si_signo if info else None
        self._is_empty()
        # CPython returns an arbitrary number if the time was over after an interruption.
        return number if number in SIGNALS else None

    def _is_empty(self) -> bool:
        """Reap ended processes; return whether the tree is empty."""
        # -1, "any child": we have adopted orphans whose pids we do not know.
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self.empty = True
                return True
            if pid == 0:
                return False
            its = used.ru_utime + used.ru_stime  # with the processes that it has reaped
            self.cpu += its
            if pid == self.main:
                self.code = os.waitstatus_to_exitcode(status)
                self.ended = time.monotonic_ns()
                self.pressure = read_pressure()
                self.used = its

    def _left(self) -> list[int]:
        return tree.descendants(os.getpid())


def _after(now: float, seconds: float | None) -> float:
    return math.inf if seconds is None else now + seconds


def _is_intact(slot: str, before: list[object], *lines: int) -> bool:
    """Return whether a run left the slot as it was, with no line in `lines` for the next run."""
    return _state(slot) == before and not select.select(lines, [], [], 0)[0]


def _state(slot: str) -> list[object]:
    """Return what a run may change in its slot: the inodes, modes and owners of its files, and the
    content of its working folder.
    """
    try:
        found = [os.lstat(f"{slot}/{name}") for name in ("work", TOLD, *wire.FIFOS)]
        content: object = os.listdir(f"{slot}/work")  # noqa: PTH208  (each run pays for this)
    except OSError as error:
        return [error.errno]
    return [content, *((one.st_ino, one.st_mode, one.st_uid, one.st_gid) for one in found)]
