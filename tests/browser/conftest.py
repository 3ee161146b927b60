"""The real site behind gunicorn on a free port, and a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

from tests.api.serving import wait_until
from tests.browser.page_pool import ACTION_MILLISECONDS, PagePool
from tools.browser import FLAGS, path
from tools.serving import served

SMALL_SITE = "tests.browser.small_site:app"
TOKEN = "of-the-tests"

# A page lives for seconds: to compile its scripts for speed costs more than it saves.
QUICK_START = "--js-flags=--no-opt --no-maglev"

# The same patience as for actions: a busy machine is slow.
expect.set_options(timeout=ACTION_MILLISECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """The port and the URL of a site."""

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
def small_server() -> Iterator[Site]:
    """The server of `small_site`."""
    with served(SMALL_SITE, MOVAZI_RUN_SECONDS="600", MOVAZI_METRICS_TOKEN=TOKEN) as port:
        yield Site(port)


@pytest.fixture
def small_site(small_server: Site) -> Site:
    """A site with room for one run, which goes on until it is cancelled: see small_site.py.

    It is free: a page that an earlier test has left ends its run seconds later.
    """
    wait_until(lambda: _is_free(small_server))
    return small_server


def _is_free(site: Site) -> bool:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with urlopen(Request(f"{site.url}/metrics", headers=bearer)) as answer:
        load = answer.read().decode()
    return "movazi_runs_running 0.0" in load and "movazi_runs_waiting 0.0" in load


@pytest.fixture(scope="session")
def hasty_site() -> Iterator[Site]:
    """The small site with a short deadline for runs."""
    with served(SMALL_SITE, MOVAZI_RUN_SECONDS="1") as port:
        yield Site(port)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium: from PATH, or the one that Playwright has downloaded."""
    executable = path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, chromium_sandbox=False, args=[*FLAGS, QUICK_START]
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """Errors and warnings of the browser's console. A test that expects some clears them."""
    return []


Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def page_pool(browser: Browser) -> PagePool:
    """The pool of pages that tests borrow."""
    return PagePool(browser)


@pytest.fixture
def open_url(page_pool: PagePool, complaints: list[str]) -> Iterator[Opener]:
    """Opens a URL in a clean page; at the end there may be no complaints.

    With `alone`, the page's context is new and not used again: for a test that changes it for good,
    as by `add_init_script`, or that needs an empty cache.
    """
    with ExitStack() as ends:

        def open_(url: str, *, alone: bool = False, **options: Any) -> Page:
            borrowed = page_pool.make(**options) if alone else page_pool.borrow(**options)
            ends.callback(page_pool.close if alone else page_pool.give_back, borrowed)
            ends.enter_context(_noting_complaints(borrowed.page, complaints))
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
    """Opens a file without a network."""

    def open_(path: Path, **options: Any) -> Page:
        return open_url(path.as_uri(), offline=True, **options)

    return open_


def show_example(page: Page) -> None:
    """Have the page of a demo show its recorded run; a page without one stays as it is."""
    link = page.locator("#transcript [hx-get]")
    if link.count():
        link.click()
        page.locator("#result > .example").wait_for(state="attached")


@contextmanager
def _noting_complaints(page: Page, complaints: list[str]) -> Iterator[None]:
    """Note errors and warnings of a page's console."""

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
