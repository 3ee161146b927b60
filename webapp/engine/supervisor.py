"""One run after another: starts its program, keeps its deadline, and empties its tree.

The supervisor is forked from the launcher, and each run's main process from the supervisor, ahead
of the run where there is time. It adopts the run's orphans, so the run's tree is just what is below
it, whatever sessions its processes made; it takes no other run before that is empty. It ends the
run on a SIGTERM: the launcher sends one to stop it, the kernel when the launcher is gone.
"""

from __future__ import annotations

import contextlib
import math
import os
import resource
import select
import shutil
import signal
import socket
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
from webapp.engine.run_folder import remove_shared

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


def supervise(
    prepared: wire.Prepare, launcher: int, inherited: Inherited, endings: socket.socket
) -> NoReturn:
    """Wait in the seat for runs and see each to its end; this process must be a fresh fork.

    It tells of each on the socket `endings`, and ends when the seat is given up. SIGNALS must be
    blocked, so that none is missed before this waits for them.
    """
    seat = Path(prepared.seat)
    tree.adopt_orphans()
    tree.die_with_parent(launcher, signal.SIGTERM)
    terms_fifo, requests = (wire.open_lines(seat / name) for name in wire.INPUTS)
    before, main = _state(seat), 0
    while line := wire.wait_for_line(terms_fifo):
        main = main or fork()
        if main == 0:
            endings.close()  # a program must not have it, nor the other
            os.close(terms_fifo)
            _become_main(prepared, inherited, requests)
        if not line.strip(wire.READY):
            continue
        terms = wire.load_line(line, wire.Terms)
        run = _Run(main, terms, prepared.resources.get("RLIMIT_CPU"))
        main = 0
        over = _see_to_the_end(run, seat, lambda: _is_intact(seat, before, terms_fifo, requests))
        # Nobody reads any more where the web process is gone: then the seat is given up, too.
        with contextlib.suppress(OSError):
            endings.send(wire.dump(over))
        if not over.intact:
            break
    if main:
        os.kill(main, signal.SIGKILL)
    os._exit(0)


def _see_to_the_end(run: _Run, seat: Path, is_intact: Callable[[], bool]) -> wire.Over:
    """Wait for a run, leave nothing of it, and say how it ended."""
    used = _used()
    by, swept = run.wait_for_main(), run.empty_tree()
    remove_files(seat)
    remove_shared(seat.name)
    return wire.Over(
        seat=str(seat),
        intact=is_intact(),
        time=run.ended,
        code=run.code or 0,
        by=by,
        swept=swept,
        cpu=_used() - used,
        pressure=run.pressure,
    )


def remove_files(seat: Path) -> None:
    """Remove what a run has left in its folder: the server may not, where it is another user.

    It may be doing so already, and a run may have closed its folder.
    """
    with contextlib.suppress(FileNotFoundError, PermissionError):
        for entry in os.scandir(seat / "work"):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry, ignore_errors=True)
            else:
                os.unlink(entry)  # noqa: PTH108  (each run pays for this)


def _become_main(prepared: wire.Prepare, inherited: Inherited, requests: int) -> NoReturn:
    code = 1
    try:
        prepare(prepared)
        line = wire.wait_for_line(requests)
        os.close(requests)
        inherited.restore()
        if line:
            code = run_program(wire.load_line(line, wire.Request))
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


def _used() -> float:
    """The processor time of all runs so far, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _is_intact(seat: Path, before: list[object], *lines: int) -> bool:
    """Whether a seat is as it was; a line that waits there would be taken for the next run's."""
    return _state(seat) == before and not select.select(lines, [], [], 0)[0]


def _state(seat: Path) -> list[object]:
    """What a run finds in its seat: which files these are, who may use them, and that the folder
    it works in is empty. A run may have changed any of it.
    """
    work = seat / "work"
    try:
        found = [os.lstat(path) for path in (work, *(seat / name for name in wire.FIFOS))]
        content: object = os.listdir(work)  # noqa: PTH208  (each run pays for this)
    except OSError as error:
        return [error.errno]
    return [content, *((one.st_ino, one.st_mode, one.st_uid, one.st_gid) for one in found)]
