"""A signal that is ignored when the command starts ends neither it nor its program."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.record.commanding import COMMAND, ROOT, read
from tests.record.conftest import Write
from tests.started import started_with

READY_THEN_ASK = "print('ready', flush=True)\nprint(input(), flush=True)"
COMMANDS: dict[str, list[str]] = {
    "plain": [],
    "show": COMMAND[1:3],
    "record": COMMAND[1:],
}
HEARD = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)


@pytest.mark.parametrize("number", HEARD)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_an_ignored_signal_ends_nothing(
    write: Write, page: Path, command: list[str], number: signal.Signals
) -> None:
    program = str(write(READY_THEN_ASK))
    own = ["-o", str(page)] if command == COMMANDS["record"] else []
    with subprocess.Popen(
        started_with(sys.executable, *command, program, *own, ignored=HEARD),
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdout
        while "ready" not in (line := run.stdout.readline()):
            assert line, "it ended before it was ready"
        for _ in range(3):
            run.send_signal(number)
        output, _ = run.communicate("on it goes\n")
    assert run.returncode == 0
    assert "on it goes" in output
    if own:
        assert read(page).outcome == "finished"


def test_a_closed_standard_input_is_no_fault(write: Write, page: Path) -> None:
    closed = ["sh", "-c", 'exec "$@" <&-', "sh"]
    program = write("print('hello')")
    for own in ([], ["record", "-o", page]):
        run = subprocess.run(
            [*closed, *COMMAND[:3], *map(str, [*own[:1], program, *own[1:]])],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0
        assert "hello" in run.stdout
