"""What the page says about parts of a program that the recorder cannot see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.record.commanding import PROGRAMS, read, record
from tests.record.conftest import Write
from webapp.pages.site.record import UNSEEN
from webapp.pages.texts.wording import read_texts
from webapp.recording.unseen import FOREIGN, OTHER_FILES, REASONS, find_unseen


def unseen(program: Path) -> dict[str, tuple[str, ...]]:
    """Return the names of each reason."""
    source = program.read_text(encoding="utf-8")
    return {found.reason: found.names for found in find_unseen(program, source)}


@pytest.mark.parametrize(
    ("source", "reason", "names"),
    [
        ("from subprocess import run", "programs", ("subprocess",)),
        ("import os\nos.system('ls')", "programs", ("os.system",)),
        ("import os as o\no.execvp('ls', [])\no.execl", "programs", ("os.execl", "os.execvp")),
        ("from pty import fork", "forks", ("pty.fork",)),
        ("import _thread\n_thread.allocate_lock()", "raw_locks", ("_thread.allocate_lock",)),
        (
            "import concurrent.futures\nconcurrent.futures.InterpreterPoolExecutor()",
            "interpreters",
            ("concurrent.futures.InterpreterPoolExecutor",),
        ),
        ("import urllib.request", "network", ("urllib.request",)),
        ("name = input()", "keyboard", ("input",)),
        ("import sys\nfor line in sys.stdin: pass", "keyboard", ("sys.stdin",)),
        ("import fcntl, mmap", "file_locks", ("fcntl", "mmap")),
        (
            "from multiprocessing import shared_memory",
            "shared_memory",
            ("multiprocessing.shared_memory",),
        ),
        ("import signal", "signals", ("signal",)),
        ("import numpy as np, ctypes", FOREIGN, ("ctypes", "numpy")),
        ("from scipy.linalg import inv", FOREIGN, ("scipy",)),
    ],
)
def test_a_program_is_told_what_is_not_seen_of_it(
    write: Write, source: str, reason: str, names: tuple[str, ...]
) -> None:
    assert unseen(write(source)) == {reason: names}


@pytest.mark.parametrize(
    "source",
    [
        "import os, sys, time, threading, queue, multiprocessing\nos.getpid()\nsys.argv",
        "import os, _thread\nos.fork()\n_thread.start_new_thread(print, ())",
        "from concurrent.futures import ThreadPoolExecutor",
        "def worker(input):\n    input.get()",
        "class A:\n    system = 1\nA.system",
        "import __main__",
        "from multiprocessing import Manager",
        "from __future__ import annotations",
        "",
    ],
)
def test_a_program_of_which_all_is_seen_is_told_nothing(write: Write, source: str) -> None:
    assert unseen(write(source)) == {}


def test_the_programs_other_files_are_named_and_read(write: Write, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import subprocess\nimport other.deep")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/__init__.py").touch()
    (tmp_path / "other/deep.py").write_text("import helper, signal")
    (tmp_path / "unused.py").write_text("import asyncio")
    assert unseen(write("from helper import work")) == {
        "programs": ("subprocess",),
        "signals": ("signal",),
        OTHER_FILES: ("helper.py", "other/deep.py"),
    }


def test_another_file_that_is_broken_is_only_named(write: Write, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def (")
    assert unseen(write("import helper")) == {OTHER_FILES: ("helper.py",)}


@pytest.mark.parametrize(
    "source",
    [
        """
        import _thread, threading, time
        lock = _thread.allocate_lock()
        lock.acquire()
        threading.Timer(0.1, lock.release).start()
        lock.acquire()
        """,
    ],
    ids=["raw_locks"],
)
def test_what_is_called_unseen_is_not_seen_indeed(
    write: Write, page: Path, source: str, request: pytest.FixtureRequest
) -> None:
    """If the recorder sees it one day, the page must no longer say that it does not."""
    program = write(source)
    record(program, "-o", page)
    steps = read(page).steps
    sentences = [steps["sentences"][place] for _, lane, _, _, place in steps["steps"] if lane == 0]
    assert sentences[0] == "begins to run"
    assert not [sentence for sentence in sentences if "wait" in sentence]
    assert request.node.callspec.id in unseen(program)


def test_of_the_documentations_programs_all_is_seen() -> None:
    for program in PROGRAMS.glob("*.py"):
        assert unseen(program) == {}, program.name


def test_every_reason_has_its_words_and_stands_on_the_sites_page() -> None:
    reasons = {*REASONS, FOREIGN, OTHER_FILES}
    words = {key.removeprefix("unseen.") for key in read_texts("en") if key.startswith("unseen.")}
    assert reasons == {*UNSEEN} == words - {"title", "always", "cost"}
