"""Calls the function that belongs to each file descriptor when it can be read.

    outputs of runs ───────────────────────────> outputs
    commands, launcher, ends of runs ──> urgent ────┘

While a thread rests between two reads of outputs, it can wait for what is urgent.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
from collections import deque
from collections.abc import Callable
from functools import partial

log = logging.getLogger(__name__)


def guard(step: Callable[[], None]) -> None:
    """Call `step`; an error in one run must not end the others."""
    try:
        step()
    except Exception:
        log.exception("the engine could not take a step")


class Loop:
    """Two selectors, whose data are the functions to call, and a queue of commands."""

    def __init__(self) -> None:
        self._commands: deque[Callable[[], None]] = deque()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.urgent = selectors.EpollSelector()
        self.urgent.register(self._wake, selectors.EVENT_READ, self._run_commands)

    def open(self) -> None:
        """Make the selector of outputs."""
        self.outputs = selectors.DefaultSelector()
        self.outputs.register(self.urgent, selectors.EVENT_READ, partial(self.take_urgent, 0))

    def command(self, command: Callable[[], None]) -> None:
        """Call a function in the loop's thread; called from any thread."""
        self._commands.append(command)
        os.eventfd_write(self._wake, 1)

    def take(self, patience: float | None) -> bool:
        """Wait up to `patience` seconds (None: for ever) for anything; return whether it came."""
        ready = self.outputs.select(patience)
        for key, _ in ready:
            guard(key.data)
        return bool(ready)

    def take_urgent(self, patience: float) -> None:
        """Wait up to `patience` seconds for what is urgent, and do it."""
        for key, _ in self.urgent.select(patience):
            guard(key.data)

    def close(self) -> None:
        """Close the selectors."""
        self.outputs.close()
        self.urgent.close()
        os.close(self._wake)

    def _run_commands(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._wake)
        while self._commands:
            guard(self._commands.popleft())
