"""Watches a part of a program that may hang, and interrupts its main thread if it does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

from webapp.recording.lookout import Lookout
from webapp.recording.part import Ended, Part

SIGNAL = signal.SIGRTMIN + 7
"""Wakes the main thread from a wait; a number that programs and pytest's plugins do not use."""


class Watch(Lookout):
    """Watches a part from its beginning; `stop` ends that.

    If the part hangs, `hung` is called in the main thread with a text, and raises what ends the
    part; `ended` is then how the part ended. It must be made in the main thread.
    """

    looks = False  # only while the program's code runs, and not pytest's

    def __init__(self, part: Part, timeout: float | None, hung: Callable[[str], None]) -> None:
        self.ended: Ended | None = None
        self._hung, self._text = hung, ""
        self._before = signal.signal(SIGNAL, self._interrupt)
        super().__init__(part, timeout)

    def stop(self) -> None:
        """Watch no more; call it in the main thread."""
        super().stop()  # after that no signal can come
        signal.signal(SIGNAL, self._before)

    def found(self, ended: Ended, text: str) -> None:
        """Interrupt the main thread."""
        self.ended, self._text = ended, text
        signal.pthread_kill(threading.main_thread().ident or 0, SIGNAL)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        __tracebackhide__ = True  # of pytest
        if self.looks:
            self._hung(self._text)
