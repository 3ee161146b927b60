"""The pytest plugin of the installed package.

`pytest --movazi` records each test, and writes a page for each that fails or hangs.
`@pytest.mark.movazi(timeout=5)` records a test in any case, and fails it if it hangs.

Where neither is used, each test costs one look for the mark, and nothing else is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pluggy import Result

    from webapp.recording.tested import ItemRecorder

PROPERTY = "movazi"
"""The name of the property of a report that holds the page's path."""

RECORDER = pytest.StashKey["ItemRecorder"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options."""
    group = parser.getgroup("movazi", "recording of threads and processes")
    add = group.addoption
    add("--movazi", action="store_true", help="write a page for each test that fails or hangs")
    add("--movazi-folder", metavar="DIR", default="movazi-pages", help="where to (%(default)s)")
    add(
        "--movazi-timeout",
        type=float,
        metavar="SECONDS",
        help="fail a test that takes longer (a deadlock of locks is seen without it)",
    )
    add("--movazi-language", metavar="LANGUAGE", default="en", help="the pages' (%(default)s)")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark, and refuse the option where nothing can be recorded."""
    config.addinivalue_line(
        "markers",
        "movazi(timeout=SECONDS): record the test's threads and processes, and fail it if it "
        "deadlocks or takes longer",
    )
    if config.getoption("--movazi") and sys.platform != "linux":
        raise pytest.UsageError("--movazi: programs are recorded on Linux only")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Result[object]]:
    """Record a test with its fixtures."""
    mark = item.get_closest_marker("movazi")
    if sys.platform != "linux" or not (mark or item.config.getoption("--movazi")):
        yield
        return
    recorder = item.stash[RECORDER] = _recorder(item, mark)
    recorder.begin()
    outcome = yield
    if page := recorder.end(interrupted=outcome.excinfo is not None):
        item.config.get_terminal_writer().line(f"\nRecorded into {page}")


def _recorder(item: pytest.Item, mark: pytest.Mark | None) -> ItemRecorder:
    from webapp.recording.tested import ItemRecorder  # noqa: PLC0415

    option, timeout = item.config.getoption, mark.kwargs.get("timeout") if mark else None
    return ItemRecorder(
        path=item.path,
        name=item.nodeid,
        folder=item.config.rootpath / option("--movazi-folder"),
        language=option("--movazi-language"),
        timeout=option("--movazi-timeout") if timeout is None else timeout,
        hung=pytest.fail,
    )


@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Tell the recorder when the program's code runs: here, in the test, and in the teardown."""
    recorder = item.stash.get(RECORDER, None)
    with recorder.phase() if recorder else nullcontext():
        yield


pytest_runtest_call = pytest_runtest_teardown = pytest_runtest_setup


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[object]
) -> Generator[None, Result[pytest.TestReport]]:
    """Say in the report of a test that failed where its page will be."""
    recorder, error = item.stash.get(RECORDER, None), call.excinfo and call.excinfo.value
    if recorder and error:
        recorder.clean(error)  # before its traceback is written
    outcome = yield
    report = outcome.get_result()
    if recorder and error and report.failed and (page := recorder.fail(error)):
        report.user_properties.append((PROPERTY, str(page)))
        report.sections.append(("Recorded by movazi", str(page)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """List the pages."""
    reports = (one for kind in ("failed", "error") for one in terminalreporter.getreports(kind))
    pages = {
        page: report.nodeid
        for report in reports
        for name, page in report.user_properties
        if name == PROPERTY
    }
    if pages:
        terminalreporter.section("recorded by movazi")
        for page, test in pages.items():
            terminalreporter.line(f"{test}: {page}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: int) -> None:
    """Keep the exit code for the case that threads of a hung test would not let us exit."""
    if tested := sys.modules.get(f"{__name__.partition('.')[0]}.recording.tested"):
        vars(tested)["exit_status"] = int(exitstatus)
