"""The pytest plugin: pages of tests that fail or hang, and a deadlock that fails its test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.record.commanding import ROOT, read, record

TESTS = """
import multiprocessing, threading, time
import pytest

@pytest.fixture
def locks():
    print("in the fixture")
    first = threading.Lock()
    second = threading.Lock()
    return first, second

def take(one, other, both):
    with one:
        both.wait()
        with other:
            pass

def deadlock(first, second):
    both = threading.Barrier(2)
    pairs = ((first, second), (second, first))
    threads = [threading.Thread(target=take, args=(*pair, both)) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

def test_passes():
    with threading.Lock():
        print("fine")

def test_fails():
    lock = threading.Lock()
    with lock:
        print("hello")
        assert lock.locked() is None

@pytest.mark.movazi(timeout=100)
def test_deadlock(locks):
    deadlock(*locks)

@pytest.mark.movazi(timeout=1)
def test_hangs():
    never = threading.Event()
    child = multiprocessing.get_context("fork").Process(target=never.wait)
    child.start()
    child.join()

@pytest.mark.movazi(timeout=100)
def test_waits_with_a_timeout_of_its_own():
    lock = threading.Lock()
    with lock:
        assert not lock.acquire(timeout=1)

def test_after_them():
    time.sleep(0.01)
"""
ELSEWHERE = """
from types import SimpleNamespace
import webapp.pytest_plugin
webapp.pytest_plugin.sys = SimpleNamespace(platform="darwin", modules={})
"""
UNUSED = """
import sys

def test_nothing_is_imported():
    ours = [name for name in sys.modules if name.startswith("webapp.")]
    assert ours == ["webapp.pytest_plugin"]
"""


def line_of(text: str) -> int:
    """Return the number of the only line of TESTS that has that text."""
    [line] = [number for number, line in enumerate(TESTS.splitlines(), 1) if text in line]
    return line


def start(folder: Path, tests: str, *options: str) -> subprocess.Popen[str]:
    """Start pytest with the plugin on some tests."""
    (folder / "test_some.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-p", "webapp.pytest_plugin"]
    return subprocess.Popen(
        [*command, "-p", "no:cacheprovider", "--strict-markers", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{folder}", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(folder: Path, tests: str, *options: str) -> tuple[int, str]:
    """Run pytest to its end; return its exit code and what it printed."""
    with start(folder, tests, *options) as pytest_:
        output, _ = pytest_.communicate()
    return pytest_.returncode, output


@pytest.fixture(scope="module", params=[(), ("-n", "2", "-p", "xdist")], ids=["alone", "xdist"])
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, str, Path]:
    """A run of all tests with --movazi: its exit code, its output, and the folder."""
    folder = tmp_path_factory.mktemp("session")
    return (*run(folder, TESTS, "--movazi", *request.param), folder)


def test_hung_tests_fail_and_pytest_ends(session: tuple[int, str, Path]) -> None:
    """Although the threads of the deadlock are there still, and a child was."""
    code, output, _ = session
    assert code == 1
    assert "3 failed, 3 passed" in output


def test_a_page_is_written_for_each_test_that_failed_and_its_place_is_told(
    session: tuple[int, str, Path],
) -> None:
    _, output, folder = session
    pages = sorted(path.name for path in (folder / "movazi-pages").iterdir())
    names = ("deadlock", "fails", "hangs")
    assert pages == [f"test_some.py-test_{name}.html" for name in names]
    told = output.split("recorded by movazi")[1]
    for name, page in zip(names, pages, strict=True):
        assert f"test_some.py::test_{name}: {folder / 'movazi-pages' / page}" in told


def test_a_deadlock_is_told_with_its_ring(session: tuple[int, str, Path]) -> None:
    _, output, folder = session
    ring = r"deadlocked: (Thread-\d+ \(take\)) → (first|second) → (Thread-\d+ \(take\)) → \w+ → \1"
    assert re.search(ring, output)
    wait = rf"Thread-\d+ \(take\) waits for second \(line {line_of('with other')}\): Thread-\d+ "
    assert re.search(wait, output)
    assert "recorder/" not in output  # none of our frames is in a traceback
    page = read(folder / "movazi-pages/test_some.py-test_deadlock.html")
    assert page.outcome == "deadlocked"
    assert page.transcript == ["in the fixture"]
    assert {"first", "second"} <= {*page.graph}
    assert "A recorded test" in page.html


def test_another_hang_is_told_with_who_waits(session: tuple[int, str, Path]) -> None:
    _, output, folder = session
    assert "still running after 1 s" in output
    line = line_of("child.join()")
    assert re.search(rf"MainThread waits for ForkProcess-\d+ \(line {line}\)", output)
    page = read(folder / "movazi-pages/test_some.py-test_hangs.html")
    assert page.outcome == "timed_out"
    assert len(page.lanes) == 2


def test_the_page_of_a_test_that_failed_shows_its_exception(
    session: tuple[int, str, Path],
) -> None:
    page = read(session[2] / "movazi-pages/test_some.py-test_fails.html")
    assert page.outcome == "failed"
    assert page.transcript == ["hello"]
    assert "AssertionError" in page.html


def test_where_it_is_not_used_it_imports_nothing(tmp_path: Path) -> None:
    code, output = run(tmp_path, UNUSED)
    assert code == 0, output
    assert not (tmp_path / "movazi-pages").exists()


def test_options_say_where_the_pages_are_and_when_to_give_up(tmp_path: Path) -> None:
    tests = "import threading\ndef test_it():\n    threading.Event().wait()"
    options = (
        "--movazi-folder",
        "deep/pages",
        "--movazi-timeout",
        "0.5",
        "--movazi-language",
        "fa",
    )
    code, output = run(tmp_path, tests, "--movazi", *options)
    assert code == 1
    assert "still running after 0.5 s" in output
    assert 'lang="fa"' in read(tmp_path / "deep/pages/test_some.py-test_it.html").html


def test_ctrl_c_leaves_the_page_of_the_test_that_ran(tmp_path: Path) -> None:
    # A signal that comes just before one endless wait would not end it.
    tests = "import time\ndef test_it():\n    print('begun')\n    while True: time.sleep(0.01)"
    with start(tmp_path, tests, "--movazi", "-s") as pytest_:
        assert pytest_.stdout
        assert any("begun" in line for line in iter(pytest_.stdout.readline, ""))
        pytest_.send_signal(signal.SIGINT)
        output, _ = pytest_.communicate()
    assert pytest_.returncode == 2
    page = tmp_path / "movazi-pages/test_some.py-test_it.html"
    assert f"Recorded into {page}" in output
    assert read(page).outcome == "cancelled"


def test_in_a_run_of_pytest_that_is_recorded_as_a_whole_it_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text("def test_it():\n    assert not 'right'")
    pytest_ = ("pytest", "-p", "webapp.pytest_plugin", "-p", "no:cacheprovider", "--movazi")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = record("-o", "all.html", "-m", *pytest_, cwd=tmp_path, env=environment)
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert "Recorded by movazi" not in done.stdout
    assert not (tmp_path / "movazi-pages").exists()
    assert (tmp_path / "all.html").is_file()


def test_elsewhere_the_option_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text(ELSEWHERE)
    code, output = run(tmp_path, UNUSED, "-p", "elsewhere", "--movazi")
    assert code == 4
    assert "on Linux only" in output
