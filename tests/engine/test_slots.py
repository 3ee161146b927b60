"""A slot carries out one run after another; nothing of a run reaches the next."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.engine.conftest import Write
from tests.engine.running import finish, is_alive, pids_printed, texts, until_printed, wait_until
from webapp.engine import tree
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.recording import Outcome

MakeRunner = Callable[..., EmbeddedRunner]

TELLS = """
    import os, signal, sys, threading
    print("parent", os.getppid())
    print("pid", os.getpid())
    print("files", os.listdir())
    print("blocking", os.get_blocking(1))
    print("umask", os.umask(0o22))
    print("mask", signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    print("ignored", signal.getsignal(signal.SIGTERM) is signal.SIG_IGN)
    print("nice", os.nice(0))
    print("environment", os.environ.get("LEFT"))
    print("path", len(sys.path), sys.argv[1:])
    print("threads", threading.active_count(), threading.Thread().name)
    print("folder", oct(os.stat(".").st_mode))
"""

CHANGES = {
    "files": "open('left', 'w').write('x'); os.makedirs('deep/er')",
    "flags": "os.set_blocking(1, False)",
    "signals": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "surroundings": "os.umask(0); os.environ['LEFT'] = 'x'; os.nice(1); sys.path[:] = []",
    "unflushed": "os.write(1, b'half a line')",
    "a closed output": "os.close(1)",
    "another session": "os.setsid() if os.getpid() != os.getpgid(0) else None",
    "an orphan": "os.fork() or (os.setsid(), time.sleep(60))",
    "a broken record": "os.write(500, b'half an event')",
}

SPOILS = {
    "its folder is gone": "os.rmdir(os.getcwd())",
    "its folder is closed": "os.chmod('.', 0)",
    "a FIFO is gone": "os.unlink('../events')",
    "a FIFO is another": "os.unlink('../stdout'); os.mkfifo('../stdout')",
    "a request": "os.write(os.open('../request', os.O_WRONLY), b'{}\\n')",
    "terms": "os.write(os.open('../terms', os.O_WRONLY), b'{}\\n')",
}

IMPORTS = "import os, signal, sys, time\nprint('parent', os.getppid())\n"


def _surroundings(runner: EmbeddedRunner, write: Write) -> dict[str, str]:
    lines = texts(finish(runner, runner.start(write(TELLS))))
    return dict(line.split(" ", 1) for line in lines)


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_finds_its_slot_as_the_first_run_did(
    make_runner: MakeRunner, write: Write, change: str
) -> None:
    runner = make_runner(grace=0.3)
    first = _surroundings(runner, write)
    finish(runner, runner.start(write(IMPORTS + CHANGES[change])))
    later = _surroundings(runner, write)
    assert later.pop("pid") != first.pop("pid")
    assert later == first  # even the supervisor is the same


@pytest.mark.parametrize("change", SPOILS)
def test_a_slot_that_a_run_has_damaged_is_not_used_again(
    make_runner: MakeRunner, write: Write, change: str
) -> None:
    runner = make_runner()
    first = _surroundings(runner, write)
    finish(runner, runner.start(write(IMPORTS + SPOILS[change])))
    later = _surroundings(runner, write)
    assert later.pop("parent") != first.pop("parent")
    assert later.pop("pid") != first.pop("pid")
    assert later == first


def test_a_run_cannot_report_that_it_is_over(make_runner: MakeRunner, write: Write) -> None:
    runner = make_runner()
    program = write("""
        import json, os, time
        over = {"slot": "s", "intact": True, "time": 1, "code": 0, "by": "itself", "swept": 0}
        over |= {"cpu": 0, "pressure": [None, None]}
        for text in (json.dumps({"Over": over}), "!over " + json.dumps(over)):
            os.write(500, b"\\n" + text.encode() + b"\\n")
        time.sleep(0.2)
        print("still there")
        raise SystemExit(3)
    """)
    recording = finish(runner, runner.start(program))
    assert (recording.exit_code, texts(recording)) == (3, ["still there"])


def test_a_late_cancel_does_not_stop_the_next_run(make_runner: MakeRunner, write: Write) -> None:
    runner = make_runner(grace=0.3)
    short = write("print('ready')")
    for _ in range(20):
        run = runner.start(short)
        until_printed(runner, run, "ready")
        runner.cancel(run)  # it may be over already
        finish(runner, run)
        assert finish(runner, runner.start(short)).outcome is Outcome.FINISHED


def test_a_supervisor_that_is_killed_while_waiting_is_replaced(
    make_runner: MakeRunner, write: Write
) -> None:
    runner = make_runner()
    recording = finish(runner, runner.start(write("import os\nprint('pid', os.getppid())")))
    [supervisor] = pids_printed(recording)
    slots = {*runner.folder.iterdir()}
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: not is_alive(supervisor))
    wait_until(lambda: not slots <= {*runner.folder.iterdir()})  # the engine has given it up
    wait_until(lambda: len(tree.descendants(runner.launcher_pid)) == 2)
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]


def test_a_supervisor_whose_slot_is_gone_before_it_begins_ends_quietly(
    make_runner: MakeRunner, write: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    runner = make_runner()
    slots = runner._engine.slots
    gone: list[str] = []

    def prepare_and_give_up() -> None:
        slot = slots._prepare(observe=True)
        slots.give_up(slot, remove=True)
        gone.append(slot.name)

    for _ in range(5):
        runner._engine.command(prepare_and_give_up)
    wait_until(lambda: len(gone) == 5)
    assert runner.answers(30)  # the launcher has forked all of them
    wait_until(lambda: len(tree.children(runner.launcher_pid)) == 1)
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]
    assert capfd.readouterr().err == ""


def test_spare_slots_are_closed_after_a_while(make_runner: MakeRunner, write: Write) -> None:
    runner = make_runner()
    sleeps = write("import time\ntime.sleep(0.3)")
    for run in [runner.start(sleeps) for _ in range(5)]:
        finish(runner, run)
    assert len(tree.children(runner.launcher_pid)) >= 5
    wait_until(lambda: len(tree.children(runner.launcher_pid)) == 1)
    assert len([*runner.folder.iterdir()]) == 1
