"""What the surroundings do not give the recorder is told in a sentence, without a traceback."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.record.commanding import COMMAND, ROOT, read, record
from tests.record.conftest import Write
from webapp.engine import run_folder
from webapp.recording.shortage import FILES, HINTS, MEMORY, explain

LITTLE_MEMORY = """
import re, resource, sys
from webapp.engine.__main__ import main
import webapp.recording.answer, webapp.recording.page, webapp.recording.whole  # has what it needs
has = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (has + 2 ** 21, has + 2 ** 21))
sys.exit(main(sys.argv[1:]))
"""

HELLO = """
import threading
thread = threading.Thread(target=print, args=("hello",))
thread.start()
thread.join()
"""


def in_shell(first: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a shell, after a line of it; `"$@"` is the command."""
    shell = ["sh", "-c", first, "sh", *COMMAND, *map(str, arguments)]
    # A limit may cut off the compiled modules that Python writes, and it reads them next time.
    around = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(shell, env=around, capture_output=True, text=True, check=False, cwd=ROOT)


def test_too_few_files_are_told(write: Write, page: Path) -> None:
    program = write(HELLO)
    for number in (5, 12, 20, FILES - 1):
        run = in_shell(f'ulimit -n {number}; exec "$@"', program, "-o", page)
        assert run.returncode == 2
        assert f"needs {FILES} open files, and {number} are allowed" in run.stderr
        assert "Traceback" not in run.stderr
        assert not page.exists()


def test_as_many_files_as_it_asks_for_are_enough(write: Write, page: Path) -> None:
    run = in_shell(f'ulimit -n {FILES}; exec "$@"', write(HELLO), "-o", page)
    assert (run.returncode, run.stdout) == (0, "hello\n"), run.stderr
    assert read(page).outcome == "finished"


def test_too_little_memory_is_told(write: Write, page: Path) -> None:
    program = write(HELLO)
    for number in (20_000, 38_000, 48_000):
        run = in_shell(f'ulimit -v {number}; exec "$@"', program, "-o", page)
        assert run.returncode == 2
        assert f"needs {MEMORY} MiB of memory, and {number >> 10} MiB are allowed" in run.stderr
        assert "Traceback" not in run.stderr
        assert not page.exists()


def test_as_much_memory_as_it_asks_for_is_enough(write: Write, page: Path) -> None:
    run = in_shell(f'ulimit -v {MEMORY << 10}; exec "$@"', write(HELLO), "-o", page)
    assert (run.returncode, run.stdout) == (0, "hello\n"), run.stderr


def test_too_little_memory_for_a_thread_is_told(write: Write, page: Path) -> None:
    command = [sys.executable, "-c", LITTLE_MEMORY, "record", str(write(HELLO)), "-o", str(page)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 2
    assert "memory" in run.stderr or "no thread can be started" in run.stderr
    assert "Traceback" not in run.stderr
    assert not page.exists()


@pytest.mark.parametrize("number", HINTS)
def test_an_error_of_the_system_is_told_in_words(number: int) -> None:
    assert HINTS[number] in explain(OSError(number, os.strerror(number), "/some/file"))
    assert "/some/file" in explain(OSError(number, os.strerror(number), "/some/file"))


def test_another_error_is_not_taken_for_a_shortage() -> None:
    assert not explain(RuntimeError("mine"))
    assert not explain(OSError(errno.EPERM, "not allowed"))
    assert not explain(FileNotFoundError(errno.ENOENT, "gone", "a file"))


def test_a_folder_that_was_removed_is_told(write: Write, page: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    program = write(HELLO)
    first = f'mkdir {gone}; cd {gone}; rmdir {gone}; PYTHONPATH={ROOT} exec "$@"'
    run = in_shell(first, program, "-o", page)
    assert run.returncode == 2
    assert run.stderr.endswith("the current folder does not exist any more\n")


def test_closed_standard_streams_are_no_fault(write: Write, page: Path) -> None:
    run = in_shell('exec "$@" <&- >&- 2>&-', write(HELLO), "-o", page)
    assert run.returncode == 0
    assert read(page).outcome == "finished"
    assert not read(page).transcript  # as in Python, print() does nothing then


def test_a_machine_without_shared_memory_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run_folder, "MEMORY_FOLDER", tmp_path / "shm")
    run_folder.remove_shared("slot")
    assert run_folder.RunFolder(None).path.parent != tmp_path / "shm"


def test_a_page_that_is_larger_than_a_file_may_be_is_told(write: Write, page: Path) -> None:
    run = in_shell('ulimit -f 20; exec "$@"', write(HELLO), "-o", page)
    assert (run.returncode, run.stdout) == (1, "hello\n")
    assert run.stderr == f"{page} could not be written: File too large\n"
    assert [*page.parent.iterdir()] == [page.parent / "my_program.py"]


def test_no_room_for_any_file_is_told(write: Write, tmp_path: Path) -> None:
    run = in_shell('ulimit -f 0; exec "$@"', write(HELLO), "-o", tmp_path / "run.html")
    assert run.returncode == 2
    assert "No usable temporary directory" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_user_without_processes_left_is_told(write: Write, page: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the limit does not hold for root")
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    assert hard
    run = in_shell('ulimit -u 1; exec "$@"', write(HELLO), "-o", page)
    assert run.returncode == 2
    assert "processes" in run.stderr or "thread" in run.stderr


def test_no_home_and_no_folder_for_temporary_files_are_no_fault(write: Write, page: Path) -> None:
    around = {key: value for key, value in os.environ.items() if key != "HOME"}
    around["TMPDIR"] = "/nowhere"
    run = record(write(HELLO), "-o", page, env=around)
    assert (run.returncode, run.stdout) == (0, "hello\n")


def test_a_program_that_could_not_be_started_is_told(write: Write, page: Path) -> None:
    run = record(write(HELLO), "-o", page, "--", *["x" * 100_000] * 8)
    assert run.returncode == 2
    why = "its parameters and arguments are too long"
    assert run.stderr.endswith(f"the program could not be started: {why}\n")
    assert not page.exists()
