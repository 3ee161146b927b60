"""The announced workers, cached, since a page must not wait for Redis."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

from redis.exceptions import RedisError

from webapp.cluster.records import Announcement
from webapp.cluster.registry import Registry

FRESH = 1.0
"""Seconds between two updates."""


class Roster:
    """The announced workers; a thread updates them from the first call of `known`.

    `reached` is whether Redis answered the last request.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.reached = True
        self._workers: Sequence[Announcement] = ()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def known(self) -> Sequence[Announcement]:
        """Return the workers as of the last second; none if Redis does not answer."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="roster", daemon=True)
                self._look()
                self._thread.start()
        return self._workers

    def now(self) -> Sequence[Announcement]:
        """Ask Redis for the workers. Raises redis's errors."""
        try:
            self._workers = self._registry.workers()
        except RedisError:
            self._workers, self.reached = (), False
            raise
        self.reached = True
        return self._workers

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        if self._thread:
            self._thread.join()

    def _serve(self) -> None:
        while not self._closing.wait(FRESH):
            self._look()

    def _look(self) -> None:
        with suppress(RedisError):
            self.now()
