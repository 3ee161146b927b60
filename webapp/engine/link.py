"""The link to the launcher: its process, its socket, and the socket of the supervisors.

Only the engine's thread uses it; any thread may read `pid`.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import selectors
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from webapp.engine import interpreter, launcher, wire
from webapp.engine.forked import ForkedLauncher, become_launcher
from webapp.engine.run_user import Identity, RunUser
from webapp.engine.surroundings import Surroundings

PING = 1.0
"""Seconds between two pings of the launcher while runs are running."""

HUNG = 15.0
"""Seconds without an answer after which the launcher and all runs are killed and a new launcher is
started. It may be late while a whole class uses all cores."""

PAUSE = 1.0
"""Seconds before a new launcher is started after one that failed: the next may fail as well."""

log = logging.getLogger(__name__)


class Link:
    """The connection to the current launcher."""

    def __init__(
        self,
        folder: Path,
        user: RunUser | None,
        around: Surroundings,
        selector: selectors.BaseSelector,
        *,
        over: Callable[[wire.Over], None],
        reaped: Callable[[str], None],
        gone: Callable[[], None],
    ) -> None:
        """Start the launcher for the slots in `folder`. Raises OSError.

        `over` is called with a supervisor's report of a run that is over, `reaped` with the name of
        a slot whose supervisor has ended, and `gone` when the launcher and all runs have ended.
        """
        self._folder = folder
        self._user = user
        self._around = around
        self._selector = selector
        self._over = over
        self._reaped = reaped
        self._gone = gone
        self.start()

    def start(self) -> None:
        """Start a launcher, at first and after each `gone`. Raises OSError."""
        # SEQPACKET keeps message boundaries, and each side sees the other's end.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._endings, told = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        alone = self._around.forks and threading.active_count() == 1
        self._process: ForkedLauncher | subprocess.Popen[bytes] = (
            self._fork(ours, theirs, told) if alone else self._spawn(theirs, told)
        )
        theirs.close()
        told.close()
        self._control = ours
        self._pinged = 0.0  # time.monotonic() of the first unanswered ping; 0: none
        self._answered = time.monotonic()
        self._waiting: list[Callable[[], None]] = []
        self._endings.setblocking(False)
        self._selector.register(ours, selectors.EVENT_READ, self._receive)
        self._selector.register(self._endings, selectors.EVENT_READ, self._receive_endings)

    def _spawn(self, theirs: socket.socket, told: socket.socket) -> subprocess.Popen[bytes]:
        descriptors = (theirs.fileno(), told.fileno())
        environment = self._around.environment
        command = launcher.command(
            *descriptors,
            self._folder,
            inherits=self._around.inherits,
            hides_seed=interpreter.SEED not in environment,
        )
        identity: Identity = {}
        if self._user is not None:
            command, identity = self._user.command(command), self._user.identity()
        return subprocess.Popen(
            command,
            pass_fds=descriptors,
            stdin=self._around.stdin,
            stdout=subprocess.DEVNULL,
            env=interpreter.with_seed(environment),
            # Ctrl-C must reach only the server; the launcher ends with its socket.
            start_new_session=True,
            **identity,
        )

    def _fork(
        self, ours: socket.socket, theirs: socket.socket, told: socket.socket
    ) -> ForkedLauncher:
        pid = os.fork()
        if pid:
            return ForkedLauncher(pid)
        for own in (ours, self._endings, self._selector):
            own.close()
        around = self._around
        become_launcher(
            theirs.detach(),
            told.detach(),
            self._folder,
            around.stdin,
            slow_motion=around.slow_motion,
        )

    @property
    def pid(self) -> int:
        """The launcher's process id."""
        return self._process.pid

    def ask(self, answered: Callable[[], None]) -> None:
        """Ping the launcher and call `answered` when it answers."""
        self._waiting.append(answered)
        self._ping()

    def look(self, now: float) -> None:
        """Ping the launcher every PING seconds; kill it if it is HUNG. `now`: time.monotonic()."""
        if self._pinged and now - self._pinged > HUNG:
            log.error("the launcher of runs does not answer, and is replaced")
            self._pinged = 0.0
            with contextlib.suppress(PermissionError):  # another user's process
                self._process.kill()
        elif not self._pinged and now - self._answered > PING:
            self._ping()

    def _ping(self) -> None:
        self._pinged = self._pinged or time.monotonic()
        self.tell(wire.Ping())

    def tell(self, message: wire.Prepare | wire.Stop | wire.Kill | wire.Ping) -> None:
        """Send a message; it is lost if the launcher has ended."""
        try:
            self._control.send(wire.dump(message))
        except OSError as error:
            # _receive() sees the end of the launcher next, and reports it.
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise

    def close(self, within: float) -> None:
        """End the launcher and all runs; kill it after `within` seconds."""
        self._control.close()
        self._endings.close()
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            log.error("the launcher of runs does not end, and is killed")
        with contextlib.suppress(PermissionError):  # another user's process: ends with its socket
            self._process.kill()
        self._process.wait()

    def _receive(self) -> None:
        try:
            data = self._control.recv(wire.MESSAGE_SIZE)
        except ConnectionResetError:
            data = b""
        # A supervisor sends its report before it ends: read reports before the news of its end.
        if not data:
            self._receive_end()
            return
        self._receive_endings()
        message = wire.load(data)
        if isinstance(message, wire.Reaped):
            self._reaped(message.slot)
        elif isinstance(message, wire.Pong):
            self._pinged, self._answered = 0.0, time.monotonic()
            waiting, self._waiting = self._waiting, []
            for answered in waiting:
                answered()

    def _receive_end(self) -> None:
        """Report that the launcher has ended, and all runs with it."""
        code = self._process.wait()
        self._receive_endings()
        for socket_ in (self._control, self._endings):
            self._selector.unregister(socket_)
            socket_.close()
        if code > 0:  # an error, and no signal
            log.error("the launcher of runs failed; a new one starts in %g s", PAUSE)
            time.sleep(PAUSE)  # nothing else can be done without a launcher
        self._gone()

    def _receive_endings(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while data := self._endings.recv(wire.MESSAGE_SIZE):
                self._over(wire.load_over(data))
