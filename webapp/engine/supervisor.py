"""One run: starts its program, keeps its deadline, and does not end before its tree is empty.

The supervisor is forked from the launcher, and the run's main process from the supervisor. It
adopts the run's orphans, so the run's tree is just what is below it, whatever sessions its
processes made. It stops on a SIGTERM: the launcher sends one to stop the run, the kernel when the
launcher is gone.
"""

from __future__ import annotations

import contextlib
import math
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from webapp.engine import tree, wire
from webapp.engine.inherited import Inherited
from webapp.engine.main_process import prepare, run_program
from webapp.engine.pressure import UNTOLD, Pressure, read_pressure
from webapp.engine.recorder import memory

LINGER = 0.5
"""Seconds that processes may outlive their run's main process before they are ended: a fork server
and a resource tracker end by themselves as soon as they see it gone."""

LOOK, SELDOM = 0.5, 2.0
"""Seconds between two counts of a run's processes and threads; and where those are FEW."""

FEW = 0.25
"""Of the limit: as long as there are no more, each count comes twice as late as the one before."""

SHARE = 20
"""A count is followed by no other for so many times what it took: one of very many takes long."""

fork = os.fork
"""The original: programs get a stand-in for it, which reports."""

SIGNALS = {signal.SIGCHLD, signal.SIGTERM}


def supervise(prepared: wire.Prepare, launcher: int, inherited: Inherited) -> NoReturn:
    """Wait in the seat for a run and see it to its end; this process must be a fresh fork.

    SIGNALS must be blocked, so that none is missed before this waits for them.
    """
    seat = Path(prepared.seat)
    tree.adopt_orphans()
    tree.die_with_parent(launcher, signal.SIGTERM)
    main = fork()
    if main == 0:
        _become_main(prepared, inherited)
    terms = wire.wait_for_line(seat / "terms", wire.Terms)
    if terms is None:
        os.kill(main, signal.SIGKILL)
        os._exit(0)
    run = _Run(main, terms, prepared.resources.get("RLIMIT_CPU"))
    ended_by = run.wait_for_main()
    swept = run.empty_tree()
    remove_files(seat)
    memory.remove(seat.name)
    _report(seat, run, ended_by, swept)
    os._exit(0)


def remove_files(seat: Path) -> None:
    """Remove what a run has left in its folder: the server may not, where it is another user.

    It may be doing so already.
    """
    with contextlib.suppress(FileNotFoundError):
        for entry in os.scandir(seat / "work"):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry, ignore_errors=True)
            else:
                os.unlink(entry)  # noqa: PTH108  (each run pays for this)


def _become_main(prepared: wire.Prepare, inherited: Inherited) -> NoReturn:
    code = 1
    try:
        prepare(prepared)
        request = wire.wait_for_line(Path(prepared.seat) / "request", wire.Request)
        inherited.restore()
        if request is not None:
            code = run_program(request)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        if code < 0:
            signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
            code = 128 - code  # it is blocked
        os._exit(code)


@dataclass
class _Run:
    """The tree of one run, as its supervisor sees it."""

    main: int
    terms: wire.Terms
    cpu: int | None
    code: int | None = None
    ended: int = 0
    used: float = 0.0  # seconds of processor time, by the main process
    pressure: Pressure = UNTOLD

    def wait_for_main(self) -> wire.By:
        """Wait for the main process; end it on a SIGTERM or at a limit. Say who ended it."""
        now = time.monotonic()
        deadline = _after(now, self.terms.soft_deadline)
        pause = LOOK
        look = _after(now, pause if self.terms.processes is not None else None)
        while self.code is None:
            came = self._wait(min(deadline, look))
            if self.code is not None:
                break
            now = time.monotonic()
            if came == signal.SIGTERM or now >= deadline:
                self._end_tree()
                return "request" if came == signal.SIGTERM else "deadline"
            if now >= look:
                share = self._share_of_threads()
                if share > 1:
                    self._kill_tree()
                    return "processes"
                pause = min(2 * pause, SELDOM) if share <= FEW else LOOK
                look = time.monotonic() + max(pause, SHARE * (time.monotonic() - now))
        return "processor" if self._has_used_up_its_time() else "itself"

    def empty_tree(self) -> int:
        """Wait a little for what outlived the main process, then end it; say how many that were."""
        if self._is_empty():
            return 0
        self._wait_until(self._is_empty, LINGER)
        left = self._left()
        if left:
            self._end_tree()
        return len(left)

    def _end_tree(self) -> None:
        """Ask, wait for the grace, kill; then nothing of the run is left."""
        tree.signal_all(self._left(), signal.SIGTERM)
        self._wait_until(self._is_empty, self.terms.grace)
        self._kill_tree()

    def _kill_tree(self) -> None:
        # A process may fork while the others are killed: until there is none.
        while not self._is_empty():
            tree.kill(os.getpid())
            self._wait_until(self._is_empty, 0.05)

    def _wait_until(self, done: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not done() and time.monotonic() < until:
            self._wait(until)

    def _share_of_threads(self) -> float:
        """How much of its limit the run has of processes and threads."""
        limit = self.terms.processes
        return tree.count_threads(os.getpid(), limit) / limit if limit else 0.0

    def _has_used_up_its_time(self) -> bool:
        """Whether RLIMIT_CPU ended the main process: by SIGXCPU, or SIGKILL where it ignored that.

        The kernel counts a little more than it tells afterwards, but a second later it kills.
        """
        if self.cpu is None:
            return False
        killed = self.code == -signal.SIGKILL and self.used >= self.cpu
        return killed or self.code == -signal.SIGXCPU

    def _wait(self, until: float) -> signal.Signals | None:
        """Wait for a signal, and reap whoever has ended. None: the time is over."""
        if until == math.inf:
            number: int | None = signal.sigwait(SIGNALS)
        else:
            info = signal.sigtimedwait(SIGNALS, max(0.0, until - time.monotonic()))
            number = info.si_signo if info else None
        self._is_empty()
        # CPython gives any number at all where the time was over after an interruption.
        return signal.Signals(number) if number in SIGNALS else None

    def _is_empty(self) -> bool:
        """Reap whoever has ended; say whether nobody is left."""
        # "Any child" is right here: orphans of the run are ours, and we never knew their pids.
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            if pid == self.main:
                self.code = os.waitstatus_to_exitcode(status)
                self.ended = time.monotonic_ns()
                self.pressure = read_pressure()
                self.used = used.ru_utime + used.ru_stime

    def _left(self) -> list[int]:
        return tree.descendants(os.getpid())


def _after(now: float, seconds: float | None) -> float:
    return math.inf if seconds is None else now + seconds


def _report(seat: Path, run: _Run, by: wire.By, swept: int) -> None:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    over = wire.Over(
        time=run.ended,
        code=run.code or 0,
        by=by,
        swept=swept,
        cpu=used.ru_utime + used.ru_stime,
        pressure=run.pressure,
    )
    # Nobody reads any more where the web process is gone.
    try:
        fifo = os.open(seat / "events", os.O_WRONLY | os.O_NONBLOCK)
        os.set_blocking(fifo, True)
        # In a line of its own, whatever the program wrote to the FIFO by itself.
        os.write(fifo, b"\n" + wire.dump_report(over))
    except OSError:
        pass
