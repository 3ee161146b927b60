"""Ctrl-C while a program is recorded: it is the program's first, and never costs the page.

The first Ctrl-C goes where a terminal would send it, to the program's whole process group, and may
be caught there. The second ends the run, as a SIGTERM or the end of the terminal does. A signal
that the command was started to ignore, as by `nohup`, stays ignored, and the program inherits that.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

BEGIN_SECONDS = 1.0
"""How long a Ctrl-C waits for the program to begin; after that, it never does."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Takes the command's signals, in a `with`; `end` ends the run, from a thread of ours."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._group = 0
        self._begun = threading.Event()
        self.count = 0

    def begin(self, group: int) -> None:
        """Send the first Ctrl-C to that process group from now on."""
        self._group = group
        self._begun.set()

    def __enter__(self) -> Self:
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        # A handler runs in the main thread, between any two of its steps. That a signal came is
        # noted before that, and acted on elsewhere.
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, _do_nothing) for number in heard}
        self._waker = waker
        self._thread = threading.Thread(target=self._take, args=(woken,), name="interrupts")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        self._waker.close()
        self._thread.join()

    def _take(self, woken: socket.socket) -> None:
        with woken:
            while numbers := woken.recv(1):
                self._act(numbers[0])

    def _act(self, number: int) -> None:
        self.count += 1
        if number == signal.SIGINT and self.count == 1 and self._begun.wait(BEGIN_SECONDS):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGINT)
        else:
            self._end()


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """Take the place of the handler that would end the command."""
