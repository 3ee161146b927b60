"""`python -m webapp.engine` records any program from the shell."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Write
from tests.record.commanding import refused

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = [sys.executable, "-m", "webapp.engine"]

GREETER = """
    def main(times: int = 1, word: str = "hi", pause: float = 0.0) -> None:
        print(" ".join([word] * times))


    if __name__ == "__main__":
        main()
"""


def record(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        **options,
    )


def lines(output: str) -> list[dict[str, Any]]:
    """Return the JSON lines of its output."""
    return [json.loads(line) for line in output.splitlines()]


def test_the_command_prints_events_and_then_the_outcome(write: Write) -> None:
    run = record(write(GREETER).path, "--times", 2, "--word=yo", "--pause", 1)
    *events, end = lines(run.stdout)
    assert run.returncode == 0
    assert [event["text"] for event in events if event["kind"] == "printed"] == ["yo yo\n"]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert end["outcome"] == "finished"
    assert end["receipt"]["python"] == sys.version.split()[0]


def test_the_program_runs_as_under_python(write: Write, tmp_path: Path) -> None:
    program = write("import os, sys\nprint(sys.argv[1:], input(), os.getcwd())\nsys.exit(7)")
    run = record(program.path, "--", "a", "--b", input="typed\n")
    printed = [event["text"] for event in lines(run.stdout) if event.get("kind") == "printed"]
    assert printed == [f"['a', '--b'] typed {ROOT}\n"]
    assert run.returncode == 7


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--times", "x"], "--times takes a int, not x"),
        (["--size", "3"], "main() has no parameter size: it has times, word, pause"),
        (["--times"], "--times needs a value"),
        (["stray"], "stray: its own arguments come after --"),
    ],
)
def test_a_wrong_option_is_an_error_that_says_why(
    write: Write, arguments: list[str], reason: str
) -> None:
    run = refused(write(GREETER).path, *arguments)
    assert run.returncode == 2
    assert reason in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize("source", [None, "def main(:\n", "print(1)"])
def test_a_file_that_cannot_take_parameters_is_an_error(tmp_path: Path, source: str | None) -> None:
    path = tmp_path / "program.py"
    if source is not None:
        path.write_text(source)
    run = refused(path, "--times", 1)
    assert run.returncode == 2
    assert str(path) in run.stderr
    assert "Traceback" not in run.stderr


def test_a_time_out_ends_the_program(write: Write) -> None:
    run = record(write("import time\nprint(1, flush=True)\ntime.sleep(60)").path, "--timeout", 3)
    assert lines(run.stdout)[-1]["outcome"] == "timed out"
    assert run.returncode == 128 + signal.SIGTERM


def test_ctrl_c_ends_the_program_and_keeps_the_record(write: Write) -> None:
    program = write("import time\nprint('ready')\ntime.sleep(60)")
    command = subprocess.Popen(
        [*COMMAND, program.path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert command.stdout is not None
    for line in command.stdout:
        if "ready" in line:
            command.send_signal(signal.SIGINT)
            break
    output, errors = command.communicate()
    assert lines(output)[-1]["outcome"] == "cancelled"
    assert errors == ""
