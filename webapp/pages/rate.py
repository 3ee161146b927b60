"""How often Run may be pressed, so that one program cannot take the site from everybody else.

A class has one address, so what an address may is more than a class can press by hand; one page,
which a person sits before, may less. Who waits in line takes turns, too: see `engine.fair`.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol, TypeVar

from flask import Flask, request
from flask_limiter import Limiter
from limits.storage import MemoryStorage

from webapp.pages.form import VISITOR
from webapp.pages.guard import visitor_address

View = TypeVar("View", bound=Callable[..., Any])


class OneAtATime(MemoryStorage):
    """Counts in this process, where the runs live, too.

    The library's own storage starts its timer twice where two threads count at the same moment
    (limits 5.8), and that is an error for one of the two.
    """

    STORAGE_SCHEME = ["one-at-a-time"]  # noqa: RUF012  (as its base has it)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._counting = Lock()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count a press, unless there are too many."""
        with self._counting:
            return super().acquire_entry(key, limit, expiry, amount)


class RunLimit(Protocol):
    """A decorator for views that run something: it raises TooManyRequests before they do."""

    def __call__(self, view: View, /) -> View:
        """Limit a view."""
        ...


def limit_runs(app: Flask, *, per_address: int, per_page: int) -> RunLimit:
    """Make the decorator; all views that have it share the two limits, both a minute."""
    limiter = Limiter(
        visitor_address,
        app=app,
        storage_uri=f"{OneAtATime.STORAGE_SCHEME[0]}://",
        strategy="moving-window",
        headers_enabled=True,
    )
    by_address = limiter.shared_limit(f"{per_address}/minute", scope="address")
    by_page = limiter.shared_limit(
        f"{per_page}/minute", scope="page", key_func=_page, exempt_when=lambda: not _token()
    )

    def limited(view: View) -> View:
        return by_address(by_page(view))  # type: ignore[return-value]

    return limited


def _page() -> str:
    return f"{visitor_address()} {_token()}"


def _token() -> str:
    """What the page calls itself; programs that use the API have no page."""
    return request.form.get(VISITOR, "")
