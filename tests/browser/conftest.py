"""The real site behind gunicorn on a free port, and a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tools.browser import FLAGS, path
from tools.serving import served

ACTION_MILLISECONDS = 15_000

# As long as for what is done: a busy machine shows late what it shows.
expect.set_options(timeout=ACTION_MILLISECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """Where the site is."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def live_site() -> Iterator[Site]:
    """The site as `make run` serves it."""
    with served() as port:
        yield Site(port)


@pytest.fixture(scope="session")
def small_site() -> Iterator[Site]:
    """A site that is soon full, and whose runs end in every way: see small_site.py."""
    with served("tests.browser.small_site:app") as port:
        yield Site(port)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium: one on PATH, else the one that Playwright downloaded."""
    executable = path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, chromium_sandbox=False, args=list(FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of. A test that expects a complaint clears it."""
    return []


Opener = Callable[..., Page]


@pytest.fixture
def open_url(browser: Browser, complaints: list[str]) -> Iterator[Opener]:
    """Opens a URL in a browser of its own; no complaint may be left at the end."""
    contexts: list[BrowserContext] = []

    def open_(url: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(ACTION_MILLISECONDS)
        page.on("console", lambda message: _note(message, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def open_page(live_site: Site, open_url: Opener) -> Opener:
    """Opens an address of the site."""

    def open_(address: str, *, base: str = live_site.url, **options: Any) -> Page:
        return open_url(base + address, **options)

    return open_


@pytest.fixture
def open_file(open_url: Opener) -> Opener:
    """Opens a file where there is no network."""

    def open_(path: Path, **options: Any) -> Page:
        return open_url(path.as_uri(), offline=True, **options)

    return open_


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in ("error", "warning"):
        complaints.append(message.text)
