"""A pool of pages of one Chromium, each in a context of its own.

A new context takes a second of processor time, more than most tests need otherwise.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Error, Page, ViewportSize

ACTION_MILLISECONDS = 30_000
PREFERENCES: Any = {"color_scheme": "light", "reduced_motion": "no-preference"}
"""What a page emulates unless it is asked for something else: Playwright's own defaults."""


@dataclass(frozen=True)
class BorrowedPage:
    """A page while a test uses it. `kind` is the options of its context."""

    page: Page
    kind: str
    session: CDPSession
    size: ViewportSize | None
    origins: set[str] = field(default_factory=set)

    def visit(self, url: str) -> None:
        """Open a URL; the storage of its origin is cleared when the page is given back."""
        self.origins.add(_origin(url))
        self.page.goto(url)

    def clean(self) -> None:
        """Reset the page to a new one. Raises Error if it has crashed or is closed."""
        self.page.unroute_all()
        self.origins.add(_origin(self.page.url))
        # The page itself does it and so keeps its process: a new one takes a third of a second.
        self.page.evaluate("location.replace('about:blank')")
        self.page.wait_for_url("about:blank")
        for origin in self.origins - {"about://"}:
            self.session.send(
                "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"}
            )
        self.page.context.clear_cookies()
        self.page.mouse.move(0, 0)
        self.page.emulate_media(media="null", **PREFERENCES)
        if self.size:
            self.page.set_viewport_size(self.size)


class PagePool:
    """The idle pages by the options of their contexts."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[str, list[BorrowedPage]] = {}

    def borrow(self, *, viewport: ViewportSize | None = None, **options: Any) -> BorrowedPage:
        """Return a clean page, an idle one if possible.

        One context serves windows of any size, colour scheme and preferred motion.
        """
        preferred = {name: options.pop(name) for name in PREFERENCES if name in options}
        kind = json.dumps(options, sort_keys=True)
        if idle := self._idle.get(kind):
            last = idle.pop()
            borrowed = BorrowedPage(last.page, kind, last.session, last.size)
        else:
            borrowed = self.make(**options)
        if viewport:
            borrowed.page.set_viewport_size(viewport)
        if preferred:
            borrowed.page.emulate_media(**preferred)
        return borrowed

    def make(self, **options: Any) -> BorrowedPage:
        """Return a page in a new context."""
        context = self._browser.new_context(**options)
        page = context.new_page()
        page.set_default_timeout(ACTION_MILLISECONDS)
        kind = json.dumps(options, sort_keys=True)
        return BorrowedPage(page, kind, context.new_cdp_session(page), page.viewport_size)

    def give_back(self, borrowed: BorrowedPage) -> None:
        """Clean a page and keep it; close it if that fails."""
        try:
            borrowed.clean()
        except Error:
            self.close(borrowed)
        else:
            self._idle.setdefault(borrowed.kind, []).append(borrowed)

    def close(self, borrowed: BorrowedPage) -> None:
        """Close a page and its context."""
        with suppress(Error):
            borrowed.page.context.close()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
