"""The real site behind gunicorn on a free port, and a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.page_pool import ACTION_MILLISECONDS, PagePool
from tools.browser import FLAGS, path
from tools.serving import served

SMALL_SITE = "tests.browser.small_site:app"

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
    """A site that is soon full, whose runs go on until they are stopped: see small_site.py."""
    with served(SMALL_SITE, MOVAZI_RUN_SECONDS="600") as port:
        yield Site(port)


@pytest.fixture(scope="session")
def hasty_site() -> Iterator[Site]:
    """The same with little time for a run."""
    with served(SMALL_SITE, MOVAZI_RUN_SECONDS="1") as port:
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


@pytest.fixture(scope="session")
def page_pool(browser: Browser) -> PagePool:
    """The pages that tests borrow."""
    return PagePool(browser)


@pytest.fixture
def open_url(page_pool: PagePool, complaints: list[str]) -> Iterator[Opener]:
    """Opens a URL as in a browser of its own; no complaint may be left at the end.

    A test gets a page `alone` that nobody has before or after it, where it changes the page for
    good, as by `add_init_script`, or where the browser must know nothing yet.
    """
    with ExitStack() as ends:

        def open_(url: str, *, alone: bool = False, **options: Any) -> Page:
            borrowed = page_pool.make(**options) if alone else page_pool.borrow(**options)
            ends.callback(page_pool.throw_away if alone else page_pool.give_back, borrowed)
            ends.enter_context(_heard(borrowed.page, complaints))
            borrowed.visit(url)
            return borrowed.page

        yield open_
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


def wait_for_example(page: Page) -> None:
    """Wait for the recorded run that the page of a demo asks for by itself."""
    expect(page.locator("#transcript [hx-get]")).to_have_count(0)
    if page.locator("#transcript .line").count():
        page.locator("#result > .example").wait_for(state="attached")


@contextmanager
def _heard(page: Page, complaints: list[str]) -> Iterator[None]:
    """Note what a page complains of."""

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def note_error(error: Error) -> None:
        complaints.append(str(error))

    page.on("console", note)
    page.on("pageerror", note_error)
    yield
    page.remove_listener("console", note)
    page.remove_listener("pageerror", note_error)
