"""The link to the launcher: its process, and the sockets by which it and its supervisors tell.

It is used by the engine's thread alone; any thread may ask for the `pid`.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import selectors
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from webapp.engine import launcher, wire
from webapp.engine.run_user import Identity, RunUser
from webapp.engine.surroundings import Surroundings

PING = 1.0
"""Seconds between two questions whether the launcher listens, while runs go on."""

HUNG = 15.0
"""Seconds after which a launcher that does not answer is killed, and all runs with it, and another
one started: it may be late where a whole class has taken all cores."""

log = logging.getLogger(__name__)


class Link:
    """The launcher of an engine, as it is now."""

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
        """Start the launcher for the seats in `folder`. Raises OSError.

        `over` is called with a supervisor's last word of a run, `reaped` with the name of a seat
        that has no supervisor any more, and `gone` when the launcher has ended, and all runs with
        it.
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
        """Start the launcher, for the first time or after it was `gone`. Raises OSError."""
        # Messages keep their bounds, and the end of either side is seen by the other.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._endings, told = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        descriptors = (theirs.fileno(), told.fileno())
        command = launcher.command(*descriptors, self._folder, inherits=self._around.inherits)
        identity: Identity = {}
        if self._user is not None:
            command, identity = self._user.command(command), self._user.identity()
        self._process = subprocess.Popen(
            command,
            pass_fds=descriptors,
            stdin=self._around.stdin,
            stdout=subprocess.DEVNULL,
            env=dict(self._around.environment),
            # A Ctrl-C in the terminal is for the server; the launcher ends with its socket.
            start_new_session=True,
            **identity,
        )
        theirs.close()
        told.close()
        self._control = ours
        self._pinged = 0.0  # time.monotonic(); of the first question without an answer
        self._answered = time.monotonic()
        self._waiting: list[Callable[[], None]] = []
        self._endings.setblocking(False)
        self._selector.register(ours, selectors.EVENT_READ, self._hear)
        self._selector.register(self._endings, selectors.EVENT_READ, self._hear_endings)

    @property
    def pid(self) -> int:
        """The launcher's process."""
        return self._process.pid

    def ask(self, answered: Callable[[], None]) -> None:
        """Have a function called when the launcher answers next."""
        self._waiting.append(answered)
        self._ping()

    def look(self, now: float) -> None:
        """Ask the launcher now and then whether it listens, and kill it if it does not answer."""
        if self._pinged and now - self._pinged > HUNG:
            log.error("the launcher of runs does not answer, and is replaced")
            self._pinged = 0.0
            with contextlib.suppress(PermissionError):  # of another user's
                self._process.kill()
        elif not self._pinged and now - self._answered > PING:
            self._ping()

    def _ping(self) -> None:
        self._pinged = self._pinged or time.monotonic()
        self.tell(wire.Ping())

    def tell(self, message: wire.Prepare | wire.Stop | wire.Kill | wire.Ping) -> None:
        """Send a message; to a launcher that is gone it is lost."""
        try:
            self._control.send(wire.dump(message))
        except OSError as error:
            # _hear() sees the end of the launcher next, and reports it.
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise

    def close(self, within: float) -> None:
        """End the launcher and all runs: it is killed after so many seconds."""
        self._control.close()
        self._endings.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        with contextlib.suppress(PermissionError):  # another user's ends with its socket, if late
            self._process.kill()
        self._process.wait()

    def _hear(self) -> None:
        try:
            data = self._control.recv(wire.MESSAGE_SIZE)
        except ConnectionResetError:
            data = b""
        # A supervisor has had its last word before it was reaped, or its launcher gone.
        if not data:
            self._process.wait()
            self._hear_endings()
            for socket_ in (self._control, self._endings):
                self._selector.unregister(socket_)
                socket_.close()
            self._gone()
            return
        self._hear_endings()
        message = wire.load(data)
        if isinstance(message, wire.Reaped):
            self._reaped(message.seat)
        elif isinstance(message, wire.Pong):
            self._pinged, self._answered = 0.0, time.monotonic()
            waiting, self._waiting = self._waiting, []
            for answered in waiting:
                answered()

    def _hear_endings(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while data := self._endings.recv(wire.MESSAGE_SIZE):
                message = wire.load(data)
                if isinstance(message, wire.Over):
                    self._over(message)
