"""`--threads-only` records the threads of a program from inside, without anything of Linux."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.record.commanding import COMMAND, ROOT, read, refused
from tests.record.conftest import Write

SIMULATED = Path(__file__).parent / "elsewhere"
SYSTEMS = ("linux", "macos", "windows")

SHARED = """
    import sys, threading, time
    lock = threading.Lock()
    def work(number):
        with lock:
            time.sleep(0.01)
            print("worker", number)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(sys.argv[1:], __name__, sys.path[0])
    """
DEADLOCKED = """
    import threading
    first, second = threading.Lock(), threading.Lock()
    both = threading.Barrier(2)
    def take(one, other):
        with one:
            both.wait()
            with other:
                pass
    threading.Thread(target=take, args=(first, second)).start()
    threading.Thread(target=take, args=(second, first)).start()
    """
CHILDREN = """
    import os, subprocess, sys, threading
    print(subprocess.run([sys.executable, "-c", "print(7)"], capture_output=True, text=True).stdout,
          flush=True)
    if pid := os.fork():
        os.waitpid(pid, 0)
        print("parent")
    else:
        print("child", flush=True)
    """


def record(
    *arguments: object, system: str = "linux", **options: str
) -> subprocess.CompletedProcess[str]:
    """Run the command with `--threads-only`, as on that system."""
    path = os.pathsep.join([str(SIMULATED / system), str(ROOT)])
    command = [*COMMAND, "--threads-only", *map(str, arguments)]
    around = {**os.environ, "PYTHONPATH": path, **options}
    return subprocess.run(command, env=around, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("system", SYSTEMS)
def test_threads_and_locks_are_recorded_on_any_system(
    write: Write, page: Path, system: str
) -> None:
    program = write(SHARED)
    run = record("-o", page, program, "one", system=system)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == f"['one'] __main__ {program.parent}"
    written = read(page)
    assert written.outcome == "finished"
    assert written.transcript == run.stdout.splitlines()
    assert written.lanes == ["MainThread", *(f"Thread-{number} (work)" for number in (1, 2, 3))]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_ring_of_locks_ends_the_program_and_is_named(
    write: Write, page: Path, system: str
) -> None:
    run = record("-o", page, write(DEADLOCKED), system=system)
    assert run.returncode == 128 + signal.SIGTERM, run.stderr
    assert "Thread-1 (take) waits for second (line 7): Thread-2 (take) holds it." in run.stderr
    written = read(page)
    assert written.outcome == "deadlocked"
    assert set(written.graph) >= {"Thread-1 (take)", "Thread-2 (take)", "first", "second"}


def test_what_is_not_recorded_is_said(write: Write, page: Path) -> None:
    run = record("-o", page, write("print('hello')"))
    assert "Only the threads of this process were recorded, not its children" in run.stderr
    html = read(page).html
    assert "The threads of a recorded program" in html
    assert "Child processes have no lane" in html
    assert "leaves no page" in html


def test_children_go_on_unrecorded_and_write_no_page(write: Write, page: Path) -> None:
    run = record("-o", page, write(CHILDREN))
    assert run.returncode == 0, run.stderr
    assert sorted(run.stdout.split()) == ["7", "child", "parent"]
    assert run.stderr.count("Recorded ") == 1
    written = read(page)
    assert written.lanes == ["MainThread"]
    assert written.transcript == ["7", "", "parent"]


@pytest.mark.parametrize(
    ("source", "code"),
    [("raise SystemExit(3)", 3), ("1 / 0", 1), ("import os; os.close(99)", 1), ("pass", 0)],
)
def test_its_exit_code_and_errors_are_those_of_plain_python(
    write: Write, page: Path, source: str, code: int
) -> None:
    program = write(source)
    run = record("--quiet", "-o", page, program)
    plain = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert run.returncode == plain.returncode == code
    assert run.stderr == plain.stderr
    assert read(page).outcome == ("failed" if code else "finished")


def test_ctrl_c_reaches_the_program_and_its_page_is_written(write: Write, page: Path) -> None:
    program = write("""
        import time
        try:
            print("ready", flush=True)
            while True:
                time.sleep(0.01)  # a signal just before one endless wait would not end it
        except KeyboardInterrupt:
            print("bye")
        """)
    command = [*COMMAND, "--threads-only", "-o", str(page), str(program)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "bye\n"
        assert process.wait() == 0
    assert read(page).transcript == ["ready", "bye"]


def test_its_timeout_ends_it(write: Write, page: Path) -> None:
    run = record("--timeout", "0.5", "-o", page, write("while True: pass"))
    assert run.returncode == 128 + signal.SIGTERM
    assert read(page).outcome == "timed_out"


def test_threads_exit_functions_and_open_files_end_as_in_plain_python(
    write: Write, page: Path, tmp_path: Path
) -> None:
    program = write(f"""
        import atexit, threading
        atexit.register(print, "at exit")
        ended = threading.Event()
        def late():
            ended.wait()
            print("late")
        threading.Thread(target=late).start()
        file = open({str(tmp_path / "file.txt")!r}, "w")
        file.write("never closed")
        print("end of the module")
        ended.set()
        """)
    run = record("-o", page, program)
    assert run.stdout.splitlines() == ["end of the module", "late", "at exit"]
    assert (tmp_path / "file.txt").read_text() == "never closed"
    assert read(page).transcript == run.stdout.splitlines()


def test_the_program_may_have_a_package_of_our_name(write: Write, page: Path) -> None:
    program = write("import webapp; print(webapp.OWN)")
    (program.parent / "webapp.py").write_text("OWN = 'own'")
    run = record("-o", page, program)
    assert (run.returncode, run.stdout) == (0, "own\n"), run.stderr


def test_its_stack_is_its_own(write: Write, page: Path) -> None:
    run = record("-o", page, write("import inspect; print([s.function for s in inspect.stack()])"))
    assert run.stdout == "['<module>']\n"


@pytest.mark.parametrize("by", [["-c", "print(__name__)"], ["-m", "this"]])
def test_modules_and_code_are_recorded_too(page: Path, by: list[str]) -> None:
    run = record("-o", page, *by)
    assert run.returncode == 0, run.stderr
    assert read(page).transcript == run.stdout.splitlines()


@pytest.mark.parametrize("system", ["macos", "windows"])
def test_without_it_another_system_is_told_what_works(
    write: Write, page: Path, system: str
) -> None:
    path = os.pathsep.join([str(SIMULATED / system), str(ROOT)])
    command = [*COMMAND, "-o", str(page), str(write("print('hello')"))]
    around = {**os.environ, "PYTHONPATH": path}
    run = subprocess.run(command, env=around, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "movazi record --threads-only my_program.py" in run.stderr
    assert "docker run" in run.stderr
    assert not page.exists()


def test_it_needs_a_process_of_its_own(write: Write, page: Path) -> None:
    run = refused("record", write("print('hello')"), "--threads-only", "-o", page)
    assert run.returncode == 2
    assert "a process of its own" in run.stderr
