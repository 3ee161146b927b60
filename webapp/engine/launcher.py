"""The launcher: a warm interpreter that forks a supervisor for each seat, and reaps it.

It is a program of its own, exec'ed (`command`) and never forked from a server with threads. It has
imported what programs use and is armed with the recorder, so that a run costs one fork and no start
of an interpreter; and the fork is done ahead, when its seat is prepared. It ends with its socket:
when the web process is gone, so are all of its runs.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from typing import NoReturn

from webapp.engine import recorder, tree
from webapp.engine.inherited import Inherited, take_away
from webapp.engine.run_folder import remove_shared
from webapp.engine.supervisor import SIGNALS, remove_files, supervise
from webapp.engine.wire import MESSAGE_SIZE, Kill, Ping, Pong, Prepare, Reaped, Stop, dump, load

WARM = (
    "asyncio",
    "concurrent.futures.process",
    "concurrent.futures.thread",
    "logging",
    "multiprocessing.forkserver",
    "multiprocessing.managers",
    "multiprocessing.pool",
    "multiprocessing.popen_fork",
    "multiprocessing.popen_forkserver",
    "multiprocessing.popen_spawn_posix",
    "multiprocessing.queues",
    "multiprocessing.shared_memory",
    "multiprocessing.synchronize",
    "queue",
    "random",
    "tempfile",
    "traceback",
)
"""What demos import. A module that is warm is not loaded again for each run."""


PATIENCE = 10
"""Seconds that all runs have to end when the server is gone, before all are killed."""

fork = os.fork
"""The original: programs get a stand-in for it, which reports."""

ROOT = str(Path(__file__).resolve().parent.parent.parent)


class Launcher:
    """The launcher's state: its socket, that of the supervisors, and those of them that live."""

    def __init__(
        self, control: socket.socket, endings: socket.socket, inherited: Inherited
    ) -> None:
        self.control = control
        self.endings = endings
        self.inherited = inherited  # by all programs
        self.woken, self.waker = _note_children()
        self.seats: dict[int, str] = {}  # of each supervisor, by its pid

    def serve(self) -> None:
        """Take messages until the other end of the socket is gone, then end all runs."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(self.woken, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            if self.woken.fileno() in ready:
                self.woken.recv(4096)
                self.reap()
            if self.control.fileno() in ready:
                data = self._hear()
                if not data:
                    break
                self.obey(data)
        self.end_all()

    def obey(self, data: bytes) -> None:
        """Carry out one message."""
        message = load(data)
        if isinstance(message, Prepare):
            self.prepare(message)
        elif isinstance(message, Stop):
            tree.signal_all(self._supervisors(message.seat), signal.SIGTERM)
        elif isinstance(message, Kill):
            for pid in self._supervisors(message.seat):
                # Both at once: what of the tree comes to us as an orphan is killed by reap().
                tree.signal_all([pid, *tree.descendants(pid)], signal.SIGKILL)
        elif isinstance(message, Ping):
            self._tell(Pong())

    def _supervisors(self, seat: str) -> list[int]:
        return [pid for pid, its_seat in self.seats.items() if its_seat == seat]

    def prepare(self, message: Prepare) -> None:
        """Fork a supervisor that waits in the seat."""
        launcher = os.getpid()
        # Blocked across the fork: the supervisor takes them when it is ready to.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = fork()
        if pid == 0:
            self._become_supervisor(message, launcher)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        self.seats[pid] = message.seat

    def reap(self) -> None:
        """Report the supervisors that have ended, and kill what a killed one left behind."""
        unswept: list[str] = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if seat := self.seats.pop(pid, None):
                remove_files(Path(seat))  # where the supervisor did not come to it
                self._tell(Reaped(seat))
                if status:
                    unswept.append(seat)
        # Only supervisors are our own children: any other was adopted from one that is gone.
        orphans = [pid for pid in tree.children(os.getpid()) if pid not in self.seats]
        for orphan in orphans:
            tree.signal_all([*tree.descendants(orphan), orphan], signal.SIGKILL)
        for seat in unswept:
            remove_shared(Path(seat).name)

    def end_all(self) -> None:
        """End every run and wait for it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        tree.signal_all(list(self.seats), signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while tree.children(os.getpid()):
            signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            self.reap()
            if time.monotonic() > until:
                tree.signal_all(tree.descendants(os.getpid()), signal.SIGKILL)

    def _hear(self) -> bytes:
        try:
            return self.control.recv(MESSAGE_SIZE)
        except ConnectionResetError:
            return b""  # closed with our words unread: the end as well

    def _tell(self, message: Reaped | Pong) -> None:
        # Where nobody listens any more, serve() sees the end of the socket next.
        with contextlib.suppress(OSError):
            self.control.send(dump(message))

    def _become_supervisor(self, message: Prepare, launcher: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            # A run must not have them.
            for own in (self.control, self.woken, self.waker):
                own.close()
            supervise(message, launcher, self.inherited, self.endings)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)


def _note_children() -> tuple[socket.socket, socket.socket]:
    """Have the end of a child wake a poll of the first: the handler itself does nothing."""
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    return woken, waker


def command(control: int, endings: int, folder: Path, *, inherits: bool) -> list[str]:
    """How the launcher is started: with its end of both sockets, the folder of all seats, and
    whether programs inherit what the launcher does.
    """
    # Not -m: our folder must not stand on the path of the programs, nor be the folder that we start
    # in, which Python puts first where its path is not to be safe.
    code = (
        f"import sys; sys.path[: not sys.flags.safe_path] = [{ROOT!r}]; "
        "from webapp.engine.launcher import main; "
        f"del sys.path[0]; main({control}, {endings}, {str(folder)!r}, inherits={inherits})"
    )
    return [sys.executable, "-c", code]


def main(control: int, endings: int, folder: str, *, inherits: bool) -> None:
    """Warm up, serve the socket, and clean up behind a server that could not."""
    inherited = take_away()
    for module in WARM:
        importlib.import_module(module)
    recorder.arm(observe=True)
    tree.adopt_orphans()
    tree.forgo_privileges()
    # Ctrl-C in a terminal is for the server, whose end ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # pages that the collector never touches stay shared with the runs
    Launcher(
        socket.socket(fileno=control),
        socket.socket(fileno=endings),
        inherited if inherits else Inherited(),
    ).serve()
    shutil.rmtree(folder, ignore_errors=True)
