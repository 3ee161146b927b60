"""Pages of one Chromium, each in a context of its own: taken, given back and taken again.

A new context costs a second of processor time, which is more than most tests need besides.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Error, Page, ViewportSize

ACTION_MILLISECONDS = 30_000


@dataclass(frozen=True)
class Borrowed:
    """A page while a test has it. `kind` is the options of its context."""

    page: Page
    kind: str
    session: CDPSession
    size: ViewportSize | None
    colours: Any
    origins: set[str] = field(default_factory=set)

    def visit(self, url: str) -> None:
        """Open a URL, whose origin's storage is cleared when the page is given back."""
        self.origins.add(_origin(url))
        self.page.goto(url)

    def clean(self) -> None:
        """Make the page as if it were new. Raises Error where it is of no use any more."""
        self.page.unroute_all()
        self.origins.add(_origin(self.page.url))
        # By the page itself: it then keeps its process, and a new one costs a third of a second.
        self.page.evaluate("location.replace('about:blank')")
        self.page.wait_for_url("about:blank")
        for origin in self.origins - {"about://"}:
            self.session.send(
                "Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"}
            )
        self.page.context.clear_cookies()
        self.page.mouse.move(0, 0)
        self.page.emulate_media(
            media="null", color_scheme=self.colours, reduced_motion="no-preference"
        )
        if self.size:
            self.page.set_viewport_size(self.size)


class PagePool:
    """The pages that nobody has now, by the options of their contexts."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[str, list[Borrowed]] = {}

    def borrow(self, **options: Any) -> Borrowed:
        """Give a clean page that nobody else has."""
        kind = json.dumps(options, sort_keys=True)
        if idle := self._idle.get(kind):
            last = idle.pop()
            return Borrowed(last.page, kind, last.session, last.size, last.colours)
        return self.make(**options)

    def make(self, **options: Any) -> Borrowed:
        """Give a page that nobody has had before."""
        context = self._browser.new_context(**options)
        page = context.new_page()
        page.set_default_timeout(ACTION_MILLISECONDS)
        kind = json.dumps(options, sort_keys=True)
        colours = options.get("color_scheme", "light")
        return Borrowed(page, kind, context.new_cdp_session(page), page.viewport_size, colours)

    def give_back(self, borrowed: Borrowed) -> None:
        """Take a page back, and keep it for the next one if it can be cleaned."""
        try:
            borrowed.clean()
        except Error:
            self.throw_away(borrowed)
        else:
            self._idle.setdefault(borrowed.kind, []).append(borrowed)

    def throw_away(self, borrowed: Borrowed) -> None:
        """Close a page, and all that its context knows."""
        with suppress(Error):
            borrowed.page.context.close()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
