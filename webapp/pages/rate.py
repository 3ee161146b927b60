"""How often Run may be pressed, so that one program cannot take the site from everybody else.

A class has one address, so what an address may is more than a class can press by hand; one page,
which a person sits before, may less. Who waits in line takes turns, too: see `engine.fair`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from flask import Flask, request
from flask_limiter import Limiter

from webapp.pages.form import VISITOR
from webapp.pages.guard import visitor_address

View = TypeVar("View", bound=Callable[..., Any])


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
        # Runs live in this process, and so does the count of them.
        storage_uri="memory://",
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
