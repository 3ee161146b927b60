"""Tells the streams of rooms what has changed, whichever server changed it.

One thread asks the database for all rooms that are followed here, PERIOD seconds after each answer.
A change that was made on this server is looked up at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition, Thread

from webapp.store.errors import StoreError
from webapp.store.store import Store

PERIOD = 0.3
"""Seconds between two looks."""

Pulse = tuple[int, ...]
"""A room's version, and the numbers of its votes and of its own runs."""

UNSEEN: Pulse = ()
"""What a stream has seen when it begins."""

log = logging.getLogger(__name__)


class Watcher:
    """Follows the pulses of rooms."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._followed: dict[str, list[Callable[[bool], None]]] = {}
        self._pulses: Mapping[str, Pulse | None] = {}
        self._hurried = False
        self._changed = Condition()
        self._thread: Thread | None = None

    @contextmanager
    def following(self, code: str, told: Callable[[bool], None]) -> Iterator[None]:
        """Follow a room within a `with` block; `told` is called at news, from any thread.

        Its argument is whether the news is urgent: more has changed than numbers.
        """
        with self._changed:
            self._followed.setdefault(code, []).append(told)
            self._hurried = True
            if self._thread is None:
                self._thread = Thread(target=self._watch, name="rooms", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._followed[code].remove(told)
                if not self._followed[code]:
                    del self._followed[code]

    def hurry(self) -> None:
        """Look at once: this server has changed a room."""
        with self._changed:
            self._hurried = True
            self._changed.notify_all()

    def pulse(self, code: str, seen: Pulse) -> Pulse | None:
        """Return a followed room's pulse, and None if there is no such room.

        `seen` is what the stream has seen, at first UNSEEN; it is returned if no other is known.
        """
        return self._pulses.get(code, seen)

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._hurried, timeout=PERIOD)
                self._hurried = False
                codes = [*self._followed]
                if not codes:
                    self._thread = None
                    return
            pulses = self._look(codes)
            with self._changed:
                if pulses is None:
                    continue
                before, self._pulses = self._pulses, {code: pulses.get(code) for code in codes}
                for code in codes:
                    if code not in before or before[code] != self._pulses[code]:
                        urgent = _version(before.get(code)) != _version(self._pulses[code])
                        for told in self._followed.get(code, ()):
                            told(urgent)

    def _look(self, codes: list[str]) -> Mapping[str, Pulse] | None:
        try:
            return self._store.rooms.pulses(codes)
        except StoreError as error:
            log.warning("the rooms cannot be watched: %s", error)
            time.sleep(PERIOD)
            return None


def _version(pulse: Pulse | None) -> int | None:
    return pulse[0] if pulse else None
