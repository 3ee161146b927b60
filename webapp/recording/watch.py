"""Watches a part of a program that may hang, and interrupts its main thread if it does.

A ring of workers that wait for locks of each other, or join each other, can never go on: the record
has each release before it happens. It is enough that all other workers wait without a time-out too.
"""

from __future__ import annotations

import _thread
import math
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from webapp.engine.deadlock import describe
from webapp.engine.recording import Outcome
from webapp.engine.waits import State
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.pages.texts.wording import load_wordings
from webapp.recording.part import Ended, Part
from webapp.timeline.standing import Left, wait_text

EVERY = 0.25
"""Seconds between two looks."""

SIGNAL = signal.SIGRTMIN + 7
"""Wakes the main thread from a wait; a number that programs and pytest's plugins do not use."""

_start_new_thread, _allocate_lock = _thread.start_new_thread, _thread.allocate_lock
"""The originals: the recorder replaces them."""


class Watch:
    """Watches a part from its beginning; `stop` ends that.

    If the part hangs, `hung` is called in the main thread with a text, and raises what ends the
    part; `ended` is then how the part ended. It must be made in the main thread.
    """

    def __init__(self, part: Part, timeout: float | None, hung: Callable[[str], None]) -> None:
        self.ended: Ended | None = None
        self.is_interruptible = False  # whether the program's code runs, and not pytest's
        self._part, self._timeout, self._hung = part, timeout, hung
        self._text = ""
        self._before = signal.signal(SIGNAL, self._interrupt)
        self._stopped, self._over = _allocate_lock(), _allocate_lock()
        self._stopped.acquire()
        self._over.acquire()
        _start_new_thread(self._run, ())

    def stop(self) -> None:
        """Watch no more; call it in the main thread."""
        self._stopped.release()
        self._over.acquire()  # after that no signal can come
        signal.signal(SIGNAL, self._before)

    def _run(self) -> None:
        try:
            self._watch()
        finally:
            self._over.release()  # or stop() would wait for ever

    def _watch(self) -> None:
        deadline = math.inf if self._timeout is None else time.monotonic() + self._timeout
        size, quiet = -1, False
        while not self._stopped.acquire(timeout=min(EVERY, max(0.01, deadline - time.monotonic()))):
            if not self.is_interruptible:
                continue
            # To read all events takes a while, so it is done when no more come, and only once.
            quiet = size == self._part.size and not quiet
            size = self._part.size
            late = time.monotonic() >= deadline
            if (quiet or late) and self._judge(late=late):
                signal.pthread_kill(threading.main_thread().ident or 0, SIGNAL)
                deadline = math.inf

    def _judge(self, *, late: bool) -> bool:
        """Return whether the part hangs, and keep how."""
        state = self._part.look()
        ring = next(iter(state.rings()), ())
        if ring and (late or state.all_wait):
            self.ended = Ended(Outcome.DEADLOCKED, describe(ring), ring)
            self._text = f"deadlocked: {describe(ring)}"
        elif late:
            self.ended = Ended(Outcome.TIMED_OUT, f"{self._timeout:g} s")
            self._text = f"still running after {self._timeout:g} s"
        else:
            return False
        self._text = "\n".join([self._text, *_waits(state)])
        return True

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        __tracebackhide__ = True  # of pytest
        if self.is_interruptible:
            self._hung(self._text)


def _waits(state: State) -> list[str]:
    """Return a sentence for each worker that waits."""
    say = load_wordings()[DEFAULT_LANGUAGE]
    return [wait_text(say, Left(event, wait, "")) for event, wait in state.standing]
