"""Looks now and then whether a part of a program hangs.

A ring of workers that wait for locks of each other, or join each other, can never go on: the record
has each release before it happens. It is enough that all other workers wait without a time-out too.
"""

from __future__ import annotations

import _thread
import math
import time
from abc import ABC, abstractmethod

from webapp.engine.deadlock import describe
from webapp.engine.recording import Outcome
from webapp.engine.waits import State
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.pages.texts.wording import load_wordings
from webapp.recording.part import Ended, Part
from webapp.timeline.standing import Left, wait_text

EVERY = 0.25
"""Seconds between two looks."""

_start_new_thread, _allocate_lock = _thread.start_new_thread, _thread.allocate_lock
"""The originals: the recorder replaces them."""


class Lookout(ABC):
    """Looks at a part from its beginning, in a thread of its own; `stop` ends that."""

    looks = True
    """Whether to look at present."""

    def __init__(self, part: Part, timeout: float | None) -> None:
        self._part, self._timeout = part, timeout
        self._stopped, self._over = _allocate_lock(), _allocate_lock()
        self._stopped.acquire()
        self._over.acquire()
        _start_new_thread(self._run, ())

    @abstractmethod
    def found(self, ended: Ended, text: str) -> None:
        """Called in its thread, once, when the part hangs; `text` says who waits for what."""

    def stop(self) -> None:
        """Look no more. After that, `found` is not called."""
        self._stopped.release()
        self._over.acquire()

    def _run(self) -> None:
        try:
            self._watch()
        finally:
            self._over.release()  # or stop() would wait for ever

    def _watch(self) -> None:
        deadline = math.inf if self._timeout is None else time.monotonic() + self._timeout
        size, quiet = -1, False
        while not self._stopped.acquire(timeout=min(EVERY, max(0.01, deadline - time.monotonic()))):
            if not self.looks:
                continue
            # To read all events takes a while, so it is done when no more come, and only once.
            quiet = size == self._part.size and not quiet
            size = self._part.size
            late = time.monotonic() >= deadline
            if (quiet or late) and self._judge(late=late):
                deadline = math.inf

    def _judge(self, *, late: bool) -> bool:
        """Return whether the part hangs, and tell how."""
        state = self._part.look()
        ring = next(iter(state.rings()), ())
        if ring and (late or state.all_wait):
            ended = Ended(Outcome.DEADLOCKED, describe(ring), ring)
            text = f"deadlocked: {describe(ring)}"
        elif late:
            ended = Ended(Outcome.TIMED_OUT, f"{self._timeout:g} s")
            text = f"still running after {self._timeout:g} s"
        else:
            return False
        self.found(ended, "\n".join([text, *_waits(state)]))
        return True


def _waits(state: State) -> list[str]:
    """Return a sentence for each worker that waits."""
    say = load_wordings()[DEFAULT_LANGUAGE]
    return [wait_text(say, Left(event, wait)) for event, wait in state.standing]
