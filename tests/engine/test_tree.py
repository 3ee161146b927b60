"""Reading /proc of a process that ends meanwhile, and ending many processes at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO, Any

import pytest

from tests.engine.running import is_alive, wait_until
from webapp.engine import tree
from webapp.engine.deadlock import _all_known
from webapp.engine.waits import State


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        yield process


@pytest.fixture
def ending(process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> int:
    """The id of a process that ends between the opening and the reading of its file."""

    def open_(*arguments: Any, **options: Any) -> IO[Any]:
        file: IO[Any] = open(*arguments, **options)  # noqa: PTH123, SIM115  (it replaces `open`)
        process.kill()
        process.wait()
        return file

    monkeypatch.setattr(tree, "open", open_, raising=False)
    return process.pid


def test_a_living_process_can_be_read(process: subprocess.Popen[bytes]) -> None:
    # The kernel sets a program's name a moment after its start.
    wait_until(lambda: tree.read(process.pid, "comm") == "cat\n")
    assert tree.threads(process.pid) == [process.pid]
    assert is_alive(process.pid)


def test_a_process_that_has_ended_is_empty(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    assert process.wait()
    assert tree.read(process.pid, "stat") == ""
    assert tree.threads(process.pid) == []
    assert not is_alive(process.pid)


@pytest.mark.parametrize("name", ["stat", "status", "statm", "environ", "smaps_rollup"])
def test_a_process_that_ends_while_its_file_is_open_is_empty(ending: int, name: str) -> None:
    assert tree.read(ending, name).strip("0 \n") == ""


def test_a_process_that_ends_meanwhile_is_not_alive(ending: int) -> None:
    assert not is_alive(ending)


def test_a_process_that_ends_meanwhile_has_no_children(ending: int) -> None:
    assert tree.children(ending) == []


def test_a_process_that_ends_meanwhile_is_no_deadlock(ending: int) -> None:
    state = State()
    state.live[ending, ending] = "main"
    assert not _all_known(state)


READERS = """
import os
reader, writer = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        os.close(writer)
        print("waits", flush=True)
        os.read(reader, 1)
        print("has seen the end", flush=True)
        os._exit(0)
os.wait()
"""


def test_no_process_sees_the_end_of_another_when_all_are_terminated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kill = os.kill

    def kill_slowly(pid: int, number: int) -> None:
        kill(pid, number)
        time.sleep(0.1)

    monkeypatch.setattr(os, "kill", kill_slowly)
    command = [sys.executable, "-c", READERS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert [parent.stdout.readline() for _ in range(3)] == ["waits\n"] * 3
        tree.terminate([parent.pid, *tree.descendants(parent.pid)])
        assert parent.stdout.read() == ""
