"""A run sees nothing of the server that started it."""

from __future__ import annotations

import ast
import contextlib
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.conftest import Write
from tests.engine.running import finish, texts
from webapp.engine.embedded import EmbeddedRunner

STREAMS, CHANNEL = (0, 1, 2), "events"
METHODS = ("itself", "hand", "fork", "spawn", "forkserver")

ASK_ALL = """
    import multiprocessing, os
    from pathlib import Path
    {ask}
    if __name__ == "__main__":
        ask("itself")
        if os.fork() == 0:
            ask("hand")
            os._exit(0)
        os.wait()
        for method in ("fork", "spawn", "forkserver"):
            child = multiprocessing.get_context(method).Process(target=ask, args=(method,))
            child.start()
            child.join()
"""


@pytest.fixture
def served(
    monkeypatch: pytest.MonkeyPatch,
    make_runner: Callable[..., EmbeddedRunner],
    tmp_path: Path,
) -> Iterator[EmbeddedRunner]:
    """A runner of a server with secrets, an open database and sockets, one of them inheritable."""
    monkeypatch.setenv("MOVAZI_METRICS_TOKEN", "hush")
    database = sqlite3.connect(tmp_path / "runs.sqlite")
    database.execute("create table runs (id)")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        os.set_inheritable(listening.fileno(), True)
        with socket.create_connection(listening.getsockname()):
            yield make_runner()
    database.close()


def asked(runner: EmbeddedRunner, write: Write, ask: str) -> dict[str, str]:
    """Return the answers of the run itself and of each of its children."""
    program = write(ASK_ALL.format(ask=ask.strip()))
    answers = dict(text.split(": ", 1) for text in texts(finish(runner, runner.start(program))))
    assert tuple(answers) == METHODS
    return answers


def test_a_run_and_its_children_see_nothing_of_the_servers_environment(
    served: EmbeddedRunner, write: Write
) -> None:
    ask = """
    def ask(method):
        print(method, os.environ, Path("/proc/self/environ").read_bytes(), sep=": ")
    """
    for answer in asked(served, write, ask).values():
        assert "hush" not in answer
        assert "MOVAZI" not in answer


def test_a_run_and_its_children_inherit_no_descriptor_of_the_server(
    served: EmbeddedRunner, write: Write
) -> None:
    ask = """
    def ask(method):
        found = {}
        for number in os.listdir("/proc/self/fd"):
            try:
                found[int(number)] = os.readlink(f"/proc/self/fd/{number}")
            except FileNotFoundError:
                pass  # what the list was read from
        print(method, found, sep=": ")
    """
    answers = asked(served, write, ask)
    found = {method: ast.literal_eval(answer) for method, answer in answers.items()}
    for method in ("itself", "hand"):
        assert {*STREAMS} < {*found[method]}
        more = [Path(name).name for number, name in found[method].items() if number not in STREAMS]
        assert [name for name in more if not _is_libffi(name)] == [CHANNEL, CHANNEL]
    theirs = _open_in(os.getpid()) | _open_in(served.launcher_pid)
    assert len(theirs) > 5
    for own in found.values():
        # Its own FIFOs are open in the server, too.
        rest = {
            name
            for number, name in own.items()
            if number not in STREAMS and Path(name).name != CHANNEL
        }
        assert not rest & theirs


def test_a_run_and_its_children_gain_no_privileges(served: EmbeddedRunner, write: Write) -> None:
    ask = """
    def ask(method):
        print(method, "NoNewPrivs:\\t1" in Path("/proc/self/status").read_text(), sep=": ")
    """
    assert set(asked(served, write, ask).values()) == {"True"}


def _open_in(pid: int) -> set[str]:
    """Return the open files of a process, without those that every process has."""
    found: set[str] = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it may be closed meanwhile
            found.add(str(file.readlink()))
    return {name for name in found if name != os.devnull and not _is_libffi(name)}


def _is_libffi(name: str) -> bool:
    """Return whether a file is libffi's: some builds keep it open in every process with ctypes."""
    return Path(name).name.startswith("libffi.")
