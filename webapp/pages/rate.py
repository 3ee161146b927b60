"""Rate limits for starting runs, so that one client cannot take the site from all others.

A whole class may share one IP address, so the limit of an address is higher than a class can reach
by hand. The limit of one page is lower. Queued runs take turns as well: see `engine.fair`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock
from typing import Any, Protocol, TypeVar

from flask import Flask
from flask_limiter import Limiter, RequestLimit
from limits.storage import MemoryStorage

from webapp.pages.demo.form import submitted
from webapp.pages.guard import visitor_address
from webapp.pages.room import Room

View = TypeVar("View", bound=Callable[..., Any])

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
    """Flask-Limiter's storage: the memory of this process, or one that several servers share."""

    uri: str = f"{OneAtATime.STORAGE_SCHEME[0]}://"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def are_shared(self) -> bool:
        """Whether the storage is another process, which may be unreachable."""
        return self.uri != Counts.uri


def limit_runs(
    app: Flask, room: Room, *, per_address: int, per_page: int, counts: Counts | None = None
) -> RunLimit:
    """Return the decorator. All decorated views share two limits, in runs a minute.

    A decorated view raises TooManyRequests beyond a limit, and Busy if there is no thread for its
    stream.
    """
    limiter = _limiter(app, counts or Counts())
    by_address = limiter.shared_limit(f"{per_address}/minute", scope="address")
    by_page = limiter.shared_limit(
        f"{per_page}/minute", scope="page", key_func=_page, exempt_when=lambda: not _token()
    )

    def limited(view: View) -> View:
        counted = by_address(by_page(view))

        @wraps(view)
        def read_first(*args: Any, **options: Any) -> Any:
            room.check()
            # An unreadable form raises here. Inside the limiter its error would count as an
            # unreachable storage.
            submitted()
            return counted(*args, **options)

        return read_first  # type: ignore[return-value]

    return limited


def _limiter(app: Flask, counts: Counts) -> Limiter:
    return Limiter(
        visitor_address,
        app=app,
        storage_uri=counts.uri,
        storage_options=dict(counts.options),
        # While Redis is unreachable no run can start either, and the visitor is told so. The
        # library retries at growing intervals.
        in_memory_fallback_enabled=counts.are_shared,
        swallow_errors=counts.are_shared,
        # With a moving window the storage would never delete a key, and keys hold IP addresses.
        strategy="fixed-window",
        headers_enabled=True,
        on_breach=_log_breach,
    )


def _log_breach(limit: RequestLimit) -> None:
    # Replaces Flask-Limiter's own line, which holds the IP address.
    log.info("Run was pressed more often than %s", limit.limit)


def _page() -> str:
    return f"{visitor_address()} {_token()}"


def _token() -> str:
    """Return the page's token, or "" for a program that uses the API."""
    return submitted().visitor
