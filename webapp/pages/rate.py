"""Rate limits for starting runs, so that one client cannot take the site from all others.

A whole class may share one IP address, so the limit of an address is higher than a class can reach
by hand. The limit of one page is lower. Queued runs take turns as well: see `engine.fair`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from math import ceil
from threading import Lock
from typing import Any, Protocol, TypeVar

from flask import Flask
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from webapp.pages.demo.form import submitted
from webapp.pages.guard import visitor_address
from webapp.pages.room import Room

View = TypeVar("View", bound=Callable[..., Any])

COUNTER = "movazi.counter"
"""The key of a site's `Counter` in Flask's `extensions`."""

PAUSE = 5
"""Seconds without counting after an unreachable storage: else each press would wait for it."""

log = logging.getLogger(__name__)


class _NoTimer:
    """Replaces the timer of `MemoryStorage`, which then never starts one."""

    def is_alive(self) -> bool:
        return True


class OneAtATime(MemoryStorage):
    """Counts in the memory of this process, without a timer thread.

    `MemoryStorage` starts a timer thread at each count to delete expired keys. If two threads count
    at the same moment, it starts the timer twice (limits 5.8), which raises in one of them. Here
    expired keys are deleted at each count.
    """

    STORAGE_SCHEME = ["one-at-a-time"]  # noqa: RUF012  (as its base has it)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.timer.join()  # the one that the base class has started
        self.timer = _NoTimer()  # type: ignore[assignment]
        self._counting = Lock()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a key's count and return the new count. `expiry` is in seconds."""
        with self._counting:
            self._delete_expired()
            return super().incr(key, expiry, amount)

    def _delete_expired(self) -> None:
        # All keys live equally long, so the oldest comes first.
        while oldest := next(iter(self.expirations), None):
            self.get(oldest)  # deletes the key if it has expired
            if oldest in self.expirations:
                break


class RunLimit(Protocol):
    """A decorator for views that start a run. Beyond the limit the view raises TooManyRequests."""

    def __call__(self, view: View, /) -> View:
        """Limit a view."""
        ...


@dataclass(frozen=True)
class Counts:
    """Where runs are counted: the memory of this process, or a storage that servers share."""

    uri: str = f"{OneAtATime.STORAGE_SCHEME[0]}://"
    options: Mapping[str, Any] = field(default_factory=dict)


class Counter:
    """Counts runs in windows of a minute."""

    def __init__(self, counts: Counts) -> None:
        self.storage = storage_from_string(counts.uri, **counts.options)
        self._windows = FixedWindowRateLimiter(self.storage)
        self._pauses_until = 0.0  # time.monotonic()

    def count(self, limit: RateLimitItem, whose: str, scope: str) -> None:
        """Count a run. Raises TooManyRequests beyond the limit.

        While Redis is unreachable nothing is counted: no run can start either, and the visitor is
        told so.
        """
        if time.monotonic() < self._pauses_until:
            return
        try:
            if self._windows.hit(limit, whose, scope):
                return
            until = self._windows.get_window_stats(limit, whose, scope).reset_time
        except self.storage.base_exceptions as error:
            log.warning("runs are not counted for %s seconds: %s", PAUSE, error)
            self._pauses_until = time.monotonic() + PAUSE
            return
        log.info("Run was pressed more often than %s", limit)  # without the IP address
        raise TooManyRequests(str(limit), retry_after=max(1, ceil(until - time.time())))


def limit_runs(
    app: Flask, room: Room, *, per_address: int, per_page: int, counts: Counts | None = None
) -> RunLimit:
    """Return the decorator. All decorated views share two limits, in runs a minute.

    A decorated view raises TooManyRequests beyond a limit, and Busy if there is no thread for its
    stream.
    """
    # With a moving window the storage would never delete a key, and keys hold IP addresses.
    counter = app.extensions[COUNTER] = Counter(counts or Counts())
    by_address, by_page = RateLimitItemPerMinute(per_address), RateLimitItemPerMinute(per_page)

    def limited(view: View) -> View:
        @wraps(view)
        def counted(*args: Any, **options: Any) -> Any:
            room.check()
            page = submitted().visitor  # an unreadable form raises here, before it is counted
            if page:  # a program that uses the API has none
                counter.count(by_page, f"{visitor_address()} {page}", "page")
            counter.count(by_address, visitor_address(), "address")
            return view(*args, **options)

        return counted  # type: ignore[return-value]

    return limited
