"""Handles Ctrl-C while a program is recorded; the page is written in any case.

The first Ctrl-C, or the SIGHUP of a terminal that hangs up, is passed on to the program's process
group, as a terminal would do, and may be caught there. The second one and SIGTERM end the run. A
signal that was ignored when the command started, as by `nohup`, stays ignored, and the program
inherits that.
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

PASSED_ON = (signal.SIGINT, signal.SIGHUP)

BEGIN_SECONDS = 1.0
"""Seconds that a signal waits for the program to begin; after that the run is ended."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Handles the command's signals in a `with`; `end` ends the run, and is called in a thread."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._group = 0
        self._begun = threading.Event()
        self.count = 0

    def begin(self, group: int) -> None:
        """Pass the first Ctrl-C on to that process group from now on."""
        self._group = group
        self._begun.set()

    def __enter__(self) -> Self:
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        # A handler would run in the main thread, between any two bytecodes. So a thread reads the
        # signals from a socket.
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
        if number in PASSED_ON and self.count == 1 and self._begun.wait(BEGIN_SECONDS):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._group, number)
        else:
            self._end()


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """Replace the handler that would end the command."""
