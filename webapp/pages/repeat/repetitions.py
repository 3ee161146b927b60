"""The repetitions of this server, by their ids, so that a page can stop one or take it up again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from webapp.engine.runner import Runner, Unreachable
from webapp.lessons.repeats.tally import Tally
from webapp.pages.repeat.running import Repetition

if TYPE_CHECKING:
    from webapp.pages.site.site import Run

TOGETHER = 120
"""Parallel runs of all repetitions together."""

KEPT = {False: 60.0, True: 600.0}
"""Seconds for which one without a follower is remembered: unfinished, and over."""

MOST_KEPT = 200
"""Repetitions; a larger number drops the ones that were left first."""


class Notices(Protocol):
    """Short-lived messages that several servers share. Both methods raise Unreachable."""

    def set_notice(self, notice: str) -> None:
        """Publish a notice to all servers; it expires after some minutes."""
        ...

    def has_notice(self, notice: str) -> bool:
        """Return whether any server has published this notice."""
        ...


class Repetitions:
    """The repetitions that go on, and for a while those that were left, by their ids.

    With `notices`, any server can stop a repetition of any other.
    """

    def __init__(self, notices: Notices | None = None) -> None:
        self._known: dict[str, Repetition] = {}
        self._lock = Lock()
        self._notices = notices

    def begin(
        self, runner: Runner, run: Run, start: Callable[[], str], tally: Tally, *, ideal: float
    ) -> Repetition:
        """Return a new repetition; see `Repetition`."""
        repetition = Repetition(
            runner, run, start, tally, ideal=ideal, room=self._room, is_to_stop=self._is_to_stop
        )
        with self._lock:
            self._forget()
            self._known[repetition.id] = repetition
        return repetition

    def find(self, id: str) -> Repetition:
        """Return a repetition that goes on or was left a while ago. Raises KeyError."""
        with self._lock:
            self._forget()
            return self._known[id]

    def stop(self, id: str) -> None:
        """Stop a repetition on this or another server. Raises KeyError and Unreachable."""
        repetition = self._known.get(id)
        if repetition and not repetition.is_over:
            repetition.stop()
        elif self._notices and not repetition:
            self._notices.set_notice(_stop(id))
        else:
            raise KeyError(id)

    def _is_to_stop(self, id: str) -> bool:
        with suppress(Unreachable):
            return self._notices is not None and self._notices.has_notice(_stop(id))
        return False

    def _room(self) -> int:
        """Return how many parallel runs each repetition may have: an equal share of TOGETHER."""
        with self._lock:
            going = sum(one.is_followed for one in self._known.values())
        return TOGETHER // max(1, going)

    def _forget(self) -> None:
        """Drop the ones that were left too long ago, or are too many. The caller holds the lock."""
        now = time.monotonic()
        left = sorted(
            (one for one in self._known.values() if not one.is_followed),
            key=lambda one: one.left_at,
            reverse=True,
        )
        for at, one in enumerate(left, 1):
            if at > MOST_KEPT or now - one.left_at > KEPT[one.is_over]:
                del self._known[one.id]


def _stop(id: str) -> str:
    return f"stop {id}"
