"""How often Run may be pressed, so that one program cannot take the site from everybody else.

A class has one address, so what an address may is more than a class can press by hand; one page,
which a person sits before, may less. Who waits in line takes turns, too: see `engine.fair`.
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

from webapp.pages.demo.form import entered
from webapp.pages.guard import visitor_address
from webapp.pages.room import Room

View = TypeVar("View", bound=Callable[..., Any])

log = logging.getLogger(__name__)


class _NoTimer:
    """Stands in for the timer of the library's storage, which then starts none."""

    def is_alive(self) -> bool:
        return True


class OneAtATime(MemoryStorage):
    """Counts in this process, where the runs live, too.

    The library's own storage starts a timer, and so a thread, for each count, to forget what is out
    of date; and it starts it twice where two threads count at the same moment (limits 5.8), which
    is an error for one of the two. Here it is forgotten when somebody counts.
    """

    STORAGE_SCHEME = ["one-at-a-time"]  # noqa: RUF012  (as its base has it)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.timer.join()  # the first one
        self.timer = _NoTimer()  # type: ignore[assignment]
        self._counting = Lock()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count a press; give how many there are."""
        with self._counting:
            self._forget_old()
            return super().incr(key, expiry, amount)

    def _forget_old(self) -> None:
        # The oldest stands first, for all are kept as long.
        while oldest := next(iter(self.expirations), None):
            self.get(oldest)  # which forgets it, if it is out of date
            if oldest in self.expirations:
                break


class RunLimit(Protocol):
    """A decorator for views that run something: it raises TooManyRequests before they do."""

    def __call__(self, view: View, /) -> View:
        """Limit a view."""
        ...


@dataclass(frozen=True)
class Counts:
    """Where presses are counted, for Flask-Limiter: in this process, or for several servers."""

    uri: str = f"{OneAtATime.STORAGE_SCHEME[0]}://"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def are_elsewhere(self) -> bool:
        """Whether they may be out of reach."""
        return self.uri != Counts.uri


def limit_runs(
    app: Flask, room: Room, *, per_address: int, per_page: int, counts: Counts | None = None
) -> RunLimit:
    """Make the decorator; all views that have it share the two limits, both a minute.

    Such a view raises Busy where there is no room for its stream.
    """
    counts = counts or Counts()
    limiter = Limiter(
        visitor_address,
        app=app,
        storage_uri=counts.uri,
        storage_options=dict(counts.options),
        # Where Redis is gone, nothing can be started either, and that is told. It is asked less
        # and less often whether it is back. Counts of our own are always there.
        in_memory_fallback_enabled=counts.are_elsewhere,
        swallow_errors=counts.are_elsewhere,
        # Of a moving window the storage would keep every key, and thus every address, for ever.
        strategy="fixed-window",
        headers_enabled=True,
        on_breach=_note,
    )
    by_address = limiter.shared_limit(f"{per_address}/minute", scope="address")
    by_page = limiter.shared_limit(
        f"{per_page}/minute", scope="page", key_func=_page, exempt_when=lambda: not _token()
    )

    def limited(view: View) -> View:
        counted = by_address(by_page(view))

        @wraps(view)
        def read_first(*args: Any, **options: Any) -> Any:
            room.check()
            # A form that cannot be read is refused here: within the limiter it would be taken for
            # counts that cannot be reached.
            entered()
            return counted(*args, **options)

        return read_first  # type: ignore[return-value]

    return limited


def _note(limit: RequestLimit) -> None:
    """Log that it was reached; Flask-Limiter's own line, which names the address, is left out."""
    log.info("Run was pressed more often than %s", limit.limit)


def _page() -> str:
    return f"{visitor_address()} {_token()}"


def _token() -> str:
    """What the page calls itself; programs that use the API have no page."""
    return entered().visitor
