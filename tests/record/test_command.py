"""`python -m webapp.engine record`: what it accepts, what it refuses, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.record.commanding import COMMAND, ROOT, read, record, refused
from tests.record.conftest import Write

ARGUMENTS = "import sys\nprint(sys.argv[1:])"
# Many short sleeps: a signal just before a sleep does not interrupt it.
READY_THEN_WAIT = """
    import time
    print("ready", flush=True)
    for _ in range(1200):
        time.sleep(0.05)
"""


def started(program: Path, page: Path, **options: Any) -> subprocess.Popen[str]:
    """Start recording a program."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([*COMMAND, program, "-o", page], cwd=ROOT, text=True, **pipes)


def left(page: Path) -> list[str]:
    """Return the files that the command has left in the page's folder besides the program."""
    return [path.name for path in page.parent.iterdir() if path.suffix != ".py"]


# --- what it takes ---


def test_it_writes_a_page_and_says_where(write: Write, page: Path) -> None:
    run = record(write("print('hello')"), "-o", page)
    assert run.returncode == 0
    assert run.stdout == "hello\n"
    assert run.stderr == f"Recorded 3 events into {page}: open it in a browser.\n"
    assert read(page).transcript == ["hello"]
    assert left(page) == ["run.html"]


def test_with_lines_the_page_has_the_values_of_each_line(write: Write, page: Path) -> None:
    program = write(
        """
        count = 0

        def add():
            global count
            count += 1

        add()
        """
    )
    assert record(program, "--lines", "-o", page).returncode == 0
    walk = read_walk(page)
    assert [name for name, _, _ in walk["variables"]] == ["count"]
    assert walk["touched"][-1][1:] == [[[0, "0"]], [[0, "0", "1"]]]
    assert record(program, "-o", page).returncode == 0
    assert "variables" not in read_walk(page)


def test_it_prepares_no_second_run(write: Write, page: Path) -> None:
    program = write(
        """
        import os
        import time
        from pathlib import Path

        def parent(pid):
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]

        time.sleep(0.3)
        launcher = parent(os.getppid())
        supervisors = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
        print(supervisors == [str(os.getppid())])
        """
    )
    assert record(program, "-o", page).stdout == "True\n"


def read_walk(page: Path) -> Any:
    """Return the data of a page's walk."""
    text = page.read_text(encoding="utf-8")
    [found] = re.findall(r'<script type="application/json">(.*?)</script>', text, re.S)
    return json.loads(found)


def test_without_a_name_the_page_is_run_html(write: Write, page: Path) -> None:
    program = write("print('hello')")
    run = record(program, cwd=page.parent, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert "Recorded 3 events into run.html" in run.stderr
    assert read(page).transcript == ["hello"]


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        ([], []),
        (["5", "--fast", "-x", "-1"], ["5", "--fast", "-x", "-1"]),
        (["a", "-o", "PAGE", "b", "--language", "fa", "c"], ["a", "b", "c"]),
        (["--output=PAGE", "--lang", "x"], ["--lang", "x"]),
        (["-o", "PAGE", "--help"], ["--help"]),
        (
            ["-o", "PAGE", "a", "--", "-o", "--language", "--", "z"],
            ["a", "-o", "--language", "--", "z"],
        ),
    ],
)
def test_all_but_its_own_options_are_the_programs(
    write: Write, page: Path, arguments: list[str], seen: list[str]
) -> None:
    if not {"-o", "--output=PAGE"} & {*arguments}:
        arguments = ["-o", "PAGE", *arguments]
    run = record(write(ARGUMENTS), *(word.replace("PAGE", str(page)) for word in arguments))
    assert run.stdout == f"{seen}\n"
    assert page.exists()


def test_options_may_stand_before_the_program(write: Write, page: Path) -> None:
    run = record("-o", page, "--language", "fa", write(ARGUMENTS), "a")
    assert run.stdout == "['a']\n"
    assert '<html lang="fa" dir="rtl" ' in read(page).html


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_is_ours_where_no_program_is_named(word: str) -> None:
    run = refused("record", word)
    assert run.returncode == 0
    assert "--language" in run.stdout
    assert "--timeout" in run.stdout


def test_without_anything_it_says_how_it_is_used() -> None:
    run = refused("record")
    assert run.returncode == 2
    assert "PROGRAM.py" in run.stderr


def test_the_program_is_run_as_python_would(write: Write, page: Path) -> None:
    program = write("""
        import os, sys
        print(__name__, os.path.basename(__file__), os.getcwd())
        print(sys.path[0])
        name = input("name? ")
        print("hello", name, file=sys.stderr)
        sys.exit(7)
    """)
    run = record(program, "-o", page, input="Zahra\n")
    assert run.returncode == 7
    expected = f"__main__ my_program.py {ROOT}\n{program.parent}\nname? "
    assert run.stdout == expected
    assert run.stderr.startswith("hello Zahra\n")


@pytest.mark.parametrize("flags", [(), ("-O", "-Wdefault", "-Xutf8"), ("-OO",)])
def test_it_has_the_name_and_the_flags_that_it_was_given(
    write: Write, page: Path, flags: tuple[str, ...]
) -> None:
    program = write("""
        import multiprocessing, sys
        def tell():
            print(sys.argv, sys.path[0], __file__, __debug__)
            print(sys.flags, sys.warnoptions, sys._xoptions)
        if __name__ == "__main__":
            tell()
            child = multiprocessing.get_context("spawn").Process(target=tell)
            child.start()
            child.join()
    """)
    (program.parent / "sub").mkdir()
    (program.parent / "sub" / "my_link.py").symlink_to(program)
    for name in ("my_program.py", str(program), "sub/my_link.py"):
        plain = subprocess.run(
            [sys.executable, *flags, name],
            cwd=program.parent,
            capture_output=True,
            text=True,
            check=True,
        )
        recorded = subprocess.run(
            [sys.executable, *flags, "-m", "webapp.engine", "record", name, "-o", page],
            cwd=program.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert recorded.stdout == plain.stdout


def test_the_output_comes_as_the_program_prints_it(write: Write, page: Path) -> None:
    program = write("print('first', flush=True)\nprint(input())")
    with started(program, page, stdin=subprocess.PIPE) as command:
        assert command.stdout
        assert command.stdout.readline() == "first\n"
        output, _ = command.communicate("second\n")
    assert output == "second\n"


def test_a_program_that_is_typed_to_reads_the_terminal(write: Write, page: Path) -> None:
    program = write("import sys\nprint(sys.stdin.isatty(), input())")
    ours, theirs = pty.openpty()
    os.write(ours, b"typed\n")
    run = record(program, "-o", page, stdin=theirs)
    assert run.stdout == "True typed\n"
    os.close(ours)
    os.close(theirs)


def test_a_program_in_another_encoding_that_says_so_is_recorded(tmp_path: Path, page: Path) -> None:
    program = tmp_path / "latin.py"
    program.write_bytes("# coding: latin-1\nprint('café')\n".encode("latin-1"))
    run = record(program, "-o", page)
    assert run.stdout == "café\n"
    assert "print('café')" in read(page).source


def test_a_page_that_is_there_is_replaced(write: Write, page: Path) -> None:
    page.write_text("old")
    record(write("print('new')"), "-o", page)
    assert read(page).transcript == ["new"]
    assert stat.S_IMODE(page.stat().st_mode) == 0o666 & ~umask()


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# --- what it refuses, before anything is run ---


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.py", None, "cannot be read: No such file"),
        ("broken.py", b"print('ran')\ndef f(:\n", "does not compile"),
        ("broken.py", b"print('ran')\ndef f(:\n", 'broken.py", line 2'),
        ("broken.py", b"x = '\x00'", "does not compile"),
        ("broken.py", b"(" * 1000 + b")" * 1000, "does not compile"),
        ("bytes.py", b"print('ran')\nx = '\xff'\n", "is not UTF-8"),
        ("coded.py", b"# coding: klingon\n", "is not UTF-8"),
        ("sub", "folder", "is a folder"),
    ],
)
def test_what_is_no_program_is_refused(
    tmp_path: Path, page: Path, name: str, content: bytes | str | None, reason: str
) -> None:
    program = tmp_path / name
    if isinstance(content, bytes):
        program.write_bytes(content)
    elif content:
        program.mkdir()
    page.write_text("as it was")
    run = refused("record", program, "-o", page)
    broken = isinstance(content, bytes)  # as plain Python ends then
    assert run.returncode == (1 if broken else 2)
    assert str(program) in run.stderr
    assert reason in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""
    assert page.read_text() == "as it was"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("no/such/folder.html", "No such file or directory"),
        ("my_program.py", "is the program itself"),
        (".", "is no file"),
        ("/dev/null", "is no file"),
        ("my_program.py/x.html", "Not a directory"),
    ],
)
def test_a_page_that_cannot_be_written_is_refused_before_the_program_runs(
    write: Write, tmp_path: Path, output: str, reason: str
) -> None:
    program = write("print('ran')")
    run = refused("record", program, "-o", tmp_path / output)
    assert run.returncode == 2
    assert str(tmp_path / output) in run.stderr
    assert reason in run.stderr
    assert run.stdout == ""
    assert "print" in program.read_text()
    assert left(program) == []


def test_a_page_for_which_there_is_no_room_is_told_after_the_run(write: Write, page: Path) -> None:
    run = record(write("print('ran')"), "-o", page, preexec_fn=leave_little_room)
    assert run.returncode == 1
    assert run.stdout == "ran\n"
    assert run.stderr == f"{page} could not be written: File too large\n"
    assert left(page) == []


def leave_little_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))


def test_a_folder_that_may_not_be_written_to_is_refused(write: Write) -> None:
    """Not even root can make a file in this folder of the kernel's."""
    run = refused("record", write("print('ran')"), "-o", Path("/sys/run.html"))
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith("/sys/run.html cannot be written: ")


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (["--language", "de"], "choose from en, fa, not 'de'"),
        (["--timeout", "soon"], "invalid number of seconds value: 'soon'"),
        (["--timeout", "-1"], "invalid number of seconds value: '-1'"),
        (["--timeout", "nan"], "invalid number of seconds value: 'nan'"),
        (["-o"], "expected one argument"),
    ],
)
def test_a_wrong_option_is_refused(
    write: Write, page: Path, option: list[str], reason: str
) -> None:
    run = refused("record", write("print('ran')"), *option)
    assert run.returncode == 2
    assert reason in run.stderr
    assert run.stdout == ""
    assert left(page) == []


@pytest.mark.parametrize(
    ("pretend", "reason"),
    [
        ("sys.platform = 'darwin'", "docker run"),
        ("sys.platform = 'win32'", "on Linux only"),
        ("sys.version_info = (3, 10, 0)", "needs Python 3.11"),
    ],
)
def test_where_it_cannot_work_it_says_what_it_needs(pretend: str, reason: str) -> None:
    code = f"import runpy, sys; {pretend}; runpy.run_module('webapp.engine', run_name='__main__')"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert reason in run.stderr
    assert "Traceback" not in run.stderr


# --- how the program may end ---


def test_a_program_that_raises_keeps_its_traceback_and_its_exit_code(
    write: Write, page: Path
) -> None:
    run = record(write("print('before')\nraise ValueError('no')"), "-o", page)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-2] == "ValueError: no"
    assert "Recorded" in run.stderr.splitlines()[-1]
    written = read(page)
    assert written.outcome == "failed"
    assert written.transcript[0] == "before"
    assert written.transcript[-1] == "ValueError: no"


def test_a_program_that_kills_itself_has_a_shells_exit_code(write: Write, page: Path) -> None:
    run = record(write("import os\nos.kill(os.getpid(), 9)"), "-o", page)
    assert run.returncode == 128 + signal.SIGKILL
    assert read(page).outcome == "failed"


def test_a_deadlock_is_ended_and_shown(write: Write, page: Path) -> None:
    program = write("""
        from threading import Lock
        lock = Lock()
        lock.acquire()
        lock.acquire()
    """)
    run = record(program, "-o", page)
    assert run.returncode == 128 + signal.SIGTERM
    written = read(page)
    assert written.outcome == "deadlocked"
    assert '<svg class="cycle"' in written.html
    assert 'href="#L4"' in written.html


def test_a_time_out_ends_it(write: Write, page: Path) -> None:
    run = record(write(READY_THEN_WAIT), "-o", page, "--timeout", 3)
    assert run.returncode == 128 + signal.SIGTERM
    assert read(page).outcome == "timed_out"
    assert read(page).transcript == ["ready"]
    assert "Out of time. The program was still running when its timeout passed" in run.stderr


def press_until_over(command: subprocess.Popen[str]) -> None:
    """Send Ctrl-C repeatedly, faster than a person does, until the command ends."""
    while command.poll() is None:
        command.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            command.wait(0.05)


def interrupted(program: Path, page: Path, *signals: signal.Signals) -> tuple[int, str]:
    """Record; at each line `ready` send the next signal. Return the exit code and the output."""
    output = ""
    with started(program, page, stderr=subprocess.STDOUT) as command:
        assert command.stdout
        for number in signals:
            while "ready" not in (line := command.stdout.readline()):
                assert line, f"it ended before it was ready: {output}"
                output += line
            command.send_signal(number)
        rest, _ = command.communicate()
    return command.returncode, output + rest


def test_ctrl_c_is_the_programs_own(write: Write, page: Path) -> None:
    program = write("""
        import sys, time
        try:
            print("ready", flush=True)
            for _ in range(1200):
                time.sleep(0.05)
        except KeyboardInterrupt:
            print("bye")
            sys.exit(3)
    """)
    code, output = interrupted(program, page, signal.SIGINT)
    assert code == 3
    assert output.startswith("bye\nRecorded")
    assert read(page).transcript == ["ready", "bye"]
    assert read(page).outcome == "cancelled"


def test_ctrl_c_that_is_not_caught_ends_as_in_a_terminal(write: Write, page: Path) -> None:
    code, output = interrupted(write(READY_THEN_WAIT), page, signal.SIGINT)
    assert code == 128 + signal.SIGINT
    assert "KeyboardInterrupt" in output
    assert output.splitlines()[-1].startswith("Recorded")
    assert read(page).outcome == "cancelled"


def test_ctrl_c_reaches_the_children_too(write: Write, page: Path) -> None:
    program = write("""
        import time
        from multiprocessing import Event, Process

        def work(go):
            go.wait()
            try:
                print("ready", flush=True)
                for _ in range(1200):
                    time.sleep(0.05)
            except KeyboardInterrupt:
                print("child stopped", flush=True)

        if __name__ == "__main__":
            go = Event()
            process = Process(target=work, args=(go,))
            process.start()
            try:
                go.set()
                process.join()
            except KeyboardInterrupt:
                process.join()
    """)
    code, _ = interrupted(program, page, signal.SIGINT)
    assert code == 0
    assert read(page).transcript == ["ready", "child stopped"]
    assert read(page).outcome == "finished"


def test_ctrl_c_twice_ends_a_program_that_does_not_want_to(write: Write, page: Path) -> None:
    program = write("""
        import time
        while True:
            try:
                print("ready", flush=True)
                for _ in range(1200):
                    time.sleep(0.05)
            except KeyboardInterrupt:
                pass
    """)
    code, output = interrupted(program, page, signal.SIGINT, signal.SIGINT)
    assert code == 128 + signal.SIGTERM
    assert output.splitlines()[-1].startswith("Recorded")
    assert read(page).outcome == "cancelled"
    assert read(page).transcript == ["ready", "ready"]


def test_ctrl_c_while_the_page_is_drawn_does_not_lose_it(write: Write, page: Path) -> None:
    program = write("for number in range(20_000): print(number)")
    with started(program, page) as command:
        assert command.stdout
        while command.stdout.readline() != "19999\n":
            continue
        press_until_over(command)
    assert read(page).transcript[0] == "0"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_ended_itself_it_keeps_the_record(
    write: Write, page: Path, number: signal.Signals
) -> None:
    code, output = interrupted(write(READY_THEN_WAIT), page, number)
    assert code == 128 + number
    assert "Recorded" in output
    assert read(page).outcome == "cancelled"


# --- much, and long ---


def test_all_that_is_printed_goes_on_though_not_all_is_kept(write: Write, page: Path) -> None:
    program = write("""
        line = "x" * 60
        print("\\n".join(f"{number} {line}" for number in range(160_000)))
        for number in range(151_000):
            print(number)
    """)
    run = record(program, "-o", page)
    lines = run.stdout.splitlines()
    assert len(lines) == 311_000
    assert lines[-1] == "150999"
    assert "more were too many to keep" in run.stderr
    assert len(read(page).transcript) < 3000
    assert page.stat().st_size < 20_000_000


def test_a_line_of_twenty_megabytes_is_passed_on_and_cut_in_the_page(
    write: Write, page: Path
) -> None:
    run = record(write("print('é' * 10_000_000)"), "-o", page)
    assert run.stdout == "é" * 10_000_000 + "\n"
    assert page.stat().st_size < 300_000


def test_what_is_written_past_print_is_passed_on_whole(write: Write, page: Path) -> None:
    program = write("import os\nos.write(1, 'سلام\\n'.encode() * 100_000)")
    run = record(program, "-o", page)
    assert run.stdout == "سلام\n" * 100_000


def test_a_program_meets_that_its_reader_has_left(write: Write, page: Path) -> None:
    program = write("while True: print('line')")
    with started(program, page) as command:
        assert command.stdout and command.stderr
        assert command.stdout.readline() == "line\n"
        command.stdout.close()
        said = command.stderr.read()
    assert "BrokenPipeError" in said
    assert "Recorded" in said
    assert command.returncode == 1
    assert read(page).transcript[0] == "line"
    assert "BrokenPipeError" in read(page).transcript[-1]


def test_a_reader_that_has_had_enough_is_no_error_before_plain_python_would_write(
    write: Write, page: Path
) -> None:
    program = write("""
        import sys
        print("line")
        sys.stdin.read()
        for _ in range(20):
            print("another")
    """)
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    with started(program, page, stdin=subprocess.PIPE, env=buffered) as command:
        assert command.stdout and command.stderr and command.stdin
        assert command.stdout.readline() == "line\n"
        command.stdout.close()
        command.stdin.close()
        assert "Broken" not in command.stderr.read()
    assert command.returncode == 0


def test_another_program_meets_it_too(write: Write, page: Path) -> None:
    program = write("""
        import subprocess, sys
        print(subprocess.run(["yes"]).returncode, file=sys.stderr)
    """)
    with started(program, page) as command:
        assert command.stdout and command.stderr
        assert command.stdout.readline() == "y\n"
        command.stdout.close()
        assert command.stderr.readline() == "-13\n"


def test_a_hangup_is_passed_on(write: Write, page: Path) -> None:
    waits = "import sys, time\nprint('ready', flush=True)\ntime.sleep(100)"
    catches = (
        "import signal\n"
        "def leave(number, frame):\n    raise SystemExit(7)\n"
        "signal.signal(signal.SIGHUP, leave)\n"
    )
    for source, code in ((waits, 129), (catches + waits, 7)):
        with started(write(source), page) as command:
            assert command.stdout
            assert command.stdout.readline() == "ready\n"
            command.send_signal(signal.SIGHUP)
        assert command.returncode == code
        assert read(page).transcript == ["ready"]


def test_a_reader_that_takes_nothing_does_not_hold_ctrl_c_up(write: Write, page: Path) -> None:
    program = write("""
        import sys
        print("ready", file=sys.stderr, flush=True)
        while True:
            print("x" * 1000)
    """)
    with started(program, page) as command:
        assert command.stderr
        assert command.stderr.readline() == "ready\n"
        press_until_over(command)
        assert "Recorded" in command.stderr.read()
    assert read(page).outcome == "cancelled"
