"""The launcher: a warm interpreter that forks a supervisor for each slot, and reaps it.

It is exec'ed (`command`), never forked from a server with threads. It has imported the modules that
programs use and has installed the recorder, so that a run costs one fork, made ahead, and no start
of an interpreter. It ends with its socket: when the web process ends, so do all runs.
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

from webapp.engine import interpreter, tree
from webapp.engine.bottom import Unwinding
from webapp.engine.inherited import Inherited, take_away
from webapp.engine.main_process import load_directed, load_slow_motion
from webapp.engine.recorder import installation
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
"""Modules that demos import. They are loaded once here, and not again for each run."""

PATIENCE = 10
"""Seconds for all runs to end after the server has ended; then they are killed."""

fork = os.fork
"""The original: the recorder replaces it in programs."""


class Launcher:
    """The launcher: its socket, the supervisors' socket, and the living supervisors."""

    def __init__(
        self, control: socket.socket, endings: socket.socket, inherited: Inherited
    ) -> None:
        self.control = control
        self.endings = endings
        self.inherited = inherited  # by all programs
        self.woken, self.waker = _note_children()
        self.slots: dict[int, str] = {}  # by the supervisor's pid

    def serve(self) -> None:
        """Carry out messages until the other end of the socket is closed, then end all runs."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(self.woken, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            if self.woken.fileno() in ready:
                self.woken.recv(4096)
                self.reap()
            if self.control.fileno() in ready:
                data = self._receive()
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
            tree.signal_all(self._supervisors(message.slot), signal.SIGTERM)
        elif isinstance(message, Kill):
            for pid in self._supervisors(message.slot):
                # Orphans of the killed supervisor come to us, and reap() kills them.
                tree.signal_all([pid, *tree.descendants(pid)], signal.SIGKILL)
        elif isinstance(message, Ping):
            self._send(Pong())

    def _supervisors(self, slot: str) -> list[int]:
        return [pid for pid, its_slot in self.slots.items() if its_slot == slot]

    def prepare(self, message: Prepare) -> None:
        """Fork a supervisor that waits in the slot."""
        launcher = os.getpid()
        # Blocked across the fork; the supervisor waits for them with sigwait().
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = fork()
        if pid == 0:
            self._become_supervisor(message, launcher)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        self.slots[pid] = message.slot

    def reap(self) -> None:
        """Report supervisors that have ended, and kill the processes that a killed one left."""
        unswept: list[str] = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if slot := self.slots.pop(pid, None):
                remove_files(slot)  # if the supervisor was killed before it did
                self._send(Reaped(slot))
                if status:
                    unswept.append(slot)
        # We fork only supervisors: any other child was adopted from one that has ended.
        orphans = [pid for pid in tree.children(os.getpid()) if pid not in self.slots]
        for orphan in orphans:
            tree.signal_all([*tree.descendants(orphan), orphan], signal.SIGKILL)
        for slot in unswept:
            remove_shared(Path(slot).name)

    def end_all(self) -> None:
        """End every run and wait for it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        tree.signal_all(list(self.slots), signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while tree.children(os.getpid()):
            signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            self.reap()
            if time.monotonic() > until:
                tree.signal_all(tree.descendants(os.getpid()), signal.SIGKILL)

    def _receive(self) -> bytes:
        try:
            return self.control.recv(MESSAGE_SIZE)
        except ConnectionResetError:
            return b""  # closed before the peer read our messages

    def _send(self, message: Reaped | Pong) -> None:
        # If the peer has ended, serve() sees the end of the socket next.
        with contextlib.suppress(OSError):
            self.control.send(dump(message))

    def _become_supervisor(self, message: Prepare, launcher: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            # A run must not inherit these sockets.
            for own in (self.control, self.woken, self.waker):
                own.close()
            supervise(message, launcher, self.inherited, self.endings)
        except Unwinding:
            raise  # this is a main process by now
        except BlockingIOError:
            print("a run needs one more process (see `ulimit -u`)", file=sys.stderr)
        except BaseException as error:
            # The server may give a slot up, and remove it, before its supervisor has begun.
            if isinstance(error, FileNotFoundError) and not Path(message.slot).exists():
                os._exit(0)
            sys.excepthook(*sys.exc_info())
        os._exit(1)


def _note_children() -> tuple[socket.socket, socket.socket]:
    """Return a socket that becomes readable when a child ends, and the one that signals write to.

    The signal handler itself does nothing.
    """
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    return woken, waker


def command(
    control: int, endings: int, folder: Path, *, inherits: bool, hides_seed: bool
) -> list[str]:
    """Return the command that starts a launcher.

    `control` and `endings` are the descriptors of its sockets, `folder` holds all slots; with
    `inherits`, programs inherit the launcher's signals and umask (see `inherited`).
    """
    call = f"main({control}, {endings}, {str(folder)!r}, {inherits=}, {hides_seed=})"
    return interpreter.command(__name__, call, interpreter.flags() if inherits else [])


def main(
    control: int,
    endings: int,
    folder: str,
    *,
    inherits: bool,
    hides_seed: bool = False,
    directs: bool = True,
    slow_motion: bool = True,
) -> None:
    """Warm up, serve the socket, then remove `folder`, in case the server was killed.

    With `hides_seed` programs have no PYTHONHASHSEED. Without `directs` no program can be directed,
    without `slow_motion` none can be run in it.
    """
    if hides_seed:
        interpreter.hide_seed()
    inherited = take_away()
    if directs:
        load_directed()
    if slow_motion:
        load_slow_motion()
    # One program alone imports for itself what it needs.
    for module in () if inherits else WARM:
        importlib.import_module(module)
    installation.arm(observe=True)
    tree.adopt_orphans()
    tree.forgo_privileges()
    # Ctrl-C must reach only the server; we end when it does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not inherits:
        gc.collect()
    gc.freeze()  # pages that the collector does not write to stay shared with the runs
    Launcher(
        socket.socket(fileno=control),
        socket.socket(fileno=endings),
        inherited if inherits else Inherited(),
    ).serve()
    shutil.rmtree(folder, ignore_errors=True)
