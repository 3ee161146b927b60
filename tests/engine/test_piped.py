"""A reader that leaves first, as `head` does, ends a command that prints; nothing is said of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.engine.conftest import Write
from webapp.engine.piped import GONE, ends_with_reader

ROOT = Path(__file__).resolve().parent.parent.parent

PROGRAM = """
    import os, pathlib, threading
    if __name__ == "__main__":
        pathlib.Path(__file__).with_suffix(".id").write_text(str(os.getpid()))
        thread = threading.Thread(target=print)
        thread.start()
        thread.join()
"""

COMMANDS = (
    ["webapp.engine", "PROGRAM"],
    ["webapp.engine", "--help"],
    ["webapp", "events", "PROGRAM"],
    ["webapp", "explore", "PROGRAM"],
    ["webapp", "explore", "--help"],
    ["webapp", "record", "--help"],
    ["webapp", "--help"],
    ["webapp", "serve"],
    ["webapp", "demos"],
    ["webapp", "settings"],
)


@pytest.mark.thorough
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_that_nobody_reads_says_nothing(write: Write, command: list[str]) -> None:
    reader, output = os.pipe()
    os.close(reader)
    program = str(write(PROGRAM).path)
    words = [program if word == "PROGRAM" else word for word in command]
    run = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, stdout=output, stderr=PIPE, check=False
    )
    os.close(output)
    assert run.stderr == b""
    assert run.returncode == GONE


def test_a_run_ends_with_its_reader(write: Write) -> None:
    program = write(PROGRAM + "        while True: print('line')\n").path
    command = [sys.executable, "-m", "webapp.engine", str(program)]
    with subprocess.Popen(command, cwd=ROOT, stdout=PIPE, stderr=PIPE) as run:
        assert run.stdout and run.stderr
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == GONE
    number = program.with_suffix(".id").read_text(encoding="utf-8")
    assert not Path("/proc", number).exists()


def test_another_pipe_that_breaks_is_told() -> None:
    with pytest.raises(BrokenPipeError, match="another"), ends_with_reader():
        raise BrokenPipeError("another")
