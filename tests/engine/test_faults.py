"""Faults around the engine lose nothing that was reported."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest

from bench.counting import SHARED_MEMORY, count
from tests.engine.conftest import Write
from tests.engine.running import finish, is_alive, pids_printed, texts, until_printed, wait_until
from webapp.engine import embedded, launcher, link, live_run, run_folder, slots, tree, wire
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.recording import Outcome

MakeRunner = Callable[..., EmbeddedRunner]

ROOT = Path(__file__).resolve().parents[2]
MANY = 20
WAITS = "import time\nprint('ready')\ntime.sleep(60)"


def test_a_killed_launcher_loses_no_line_of_many_runs(
    make_runner: MakeRunner, write: Write
) -> None:
    runner = make_runner(grace=0.3, unfollowed=None)
    program = write(WAITS)
    runs = [runner.start(program) for _ in range(MANY)]
    seen = [until_printed(runner, run, "ready") for run in runs]
    os.kill(runner.launcher_pid, signal.SIGKILL)
    for run, before in zip(runs, seen, strict=True):
        recording = finish(runner, run)
        assert recording.outcome is Outcome.LOST
        assert [*recording.events][: len(before)] == before
    wait_until(lambda: not any(is_alive(events[0].pid) for events in seen))
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]


def test_grandchildren_in_their_own_sessions_that_ignore_sigterm_are_killed(
    make_runner: MakeRunner, write: Write
) -> None:
    runner = make_runner(grace=0.3)
    program = write("""
        import os, signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for _ in range(2):
            if os.fork() == 0:
                os.setsid()
                if os.fork():
                    os._exit(0)
                os.setsid()
        print("pid", os.getpid())
        while True: signal.pause()
    """)
    run = runner.start(program)
    printed = 0
    for batch in runner.follow(run):
        printed += sum(event.text.startswith("pid ") for event in batch)
        if printed == 4:
            runner.cancel(run)
    recording = finish(runner, run)
    assert recording.outcome is Outcome.CANCELLED
    assert len(set(pids_printed(recording))) == 4
    assert not any(is_alive(pid) for pid in pids_printed(recording))


def test_a_follower_that_stops_reading_delays_no_other_run(
    make_runner: MakeRunner, write: Write
) -> None:
    runner = make_runner()
    run = runner.start(write("for number in range(2000): print(number)"))
    stuck = runner.follow(run)
    next(stuck)
    numbers = [str(number) for number in range(2000)]
    assert texts(finish(runner, run)) == numbers
    assert texts(finish(runner, runner.start(write("print('another')")))) == ["another"]
    stuck.close()


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_step_of_the_wall_clock_changes_no_duration(
    make_runner: MakeRunner, write: Write, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    runner = make_runner()
    run = runner.start(write("import time\nprint('ready')\ntime.sleep(0.3)\nprint('end')"))
    until_printed(runner, run, "ready")

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Stepped:
            return cls.fromtimestamp(datetime.now(tz).timestamp() + hours * 3600, tz)

    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + timedelta(hours=hours).total_seconds())
    monkeypatch.setattr(embedded, "datetime", Stepped)
    recording = finish(runner, run)
    assert recording.outcome is Outcome.FINISHED
    assert 0.3 <= recording.wall < 3600
    times = [event.time for event in recording.events]
    assert times == sorted(times)
    assert times[-1] < 3600e6
    later = finish(runner, runner.start(write("print('later')")))
    assert (later.outcome, later.wall < 3600) == (Outcome.FINISHED, True)


def test_without_space_for_temporary_files_a_run_fails_and_later_ones_do_not(
    make_runner: MakeRunner, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = make_runner()
    finish(runner, runner.start(write("print('first')")))
    make, tried = os.mkfifo, threading.Event()

    def make_no_more(path: Path) -> None:
        """Have space for the first FIFO only."""
        if path.name != wire.OUTPUTS[0]:
            tried.set()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        make(path)

    with monkeypatch.context() as patch:
        wait_until(lambda: len(runner._engine.slots.free) == 1)
        patch.setattr(os, "mkfifo", make_no_more)
        descriptors = count(runner).descriptors
        programs = [write("print('never')") for _ in range(MANY)]
        runs = [runner.start(program, observe=False) for program in programs]
        for run in runs:
            recording = finish(runner, run)
            assert recording.outcome is Outcome.FAILED
            assert recording.detail == "no room for its files: No space left on device"
        last = runner.start(write("import os\nprint('there was a slot')\nos.rmdir(os.getcwd())"))
        assert texts(finish(runner, last)) == ["there was a slot"]
        tried.clear()
        assert tried.wait(30)  # the next slot cannot be prepared
        assert runner.answers(30)
        assert count(runner).descriptors < descriptors
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]
    wait_until(lambda: bool(runner._engine.slots.free))
    assert runner.answers(30)


def test_the_next_server_removes_the_files_of_a_killed_server_and_launcher(
    make_runner: MakeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
from webapp.engine.embedded import EmbeddedRunner
runner = EmbeddedRunner()
print(runner.folder, runner.launcher_pid, flush=True)
input()
"""
    command = [sys.executable, "-c", code]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as server:
        assert server.stdout is not None
        folder, launcher = server.stdout.readline().split()
        os.kill(server.pid, signal.SIGSTOP)  # so that neither notices the other's end
        os.kill(int(launcher), signal.SIGKILL)
        server.kill()
    [slot] = Path(folder).iterdir()
    left = SHARED_MEMORY / f"sem.mp-{slot.name}-left"
    left.touch()
    living = make_runner()
    assert Path(folder).exists()  # a new folder may belong to a server that is starting
    monkeypatch.setattr(run_folder, "YOUNG", 0)
    make_runner()
    assert not Path(folder).exists()
    assert not left.exists()
    assert living.folder.exists()


def test_without_space_in_memory_runs_get_a_folder_on_the_disk(
    make_runner: MakeRunner, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    for folder in (memory, disk):
        folder.mkdir()
    make_fifo = os.mkfifo

    def refuse_in_memory(path: Path) -> None:
        if path.is_relative_to(memory):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        make_fifo(path)

    monkeypatch.setattr(run_folder, "MEMORY_FOLDER", memory)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(disk))
    monkeypatch.setattr(os, "mkfifo", refuse_in_memory)
    runner = make_runner()
    recording = finish(runner, runner.start(write("import os; print(os.getcwd())")))
    assert Path(texts(recording)[0]).is_relative_to(disk)
    runner.close()
    assert [*memory.iterdir(), *disk.iterdir()] == []


def test_a_launcher_that_hangs_is_replaced(
    make_runner: MakeRunner, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "HUNG", 0.5)
    runner = make_runner(grace=0.3, unfollowed=None)
    run = runner.start(write(WAITS))
    until_printed(runner, run, "ready")
    assert runner.answers(30)
    before = runner.launcher_pid
    os.kill(before, signal.SIGSTOP)
    assert not runner.answers(0.2)
    assert finish(runner, run).outcome is Outcome.LOST
    wait_until(lambda: runner.launcher_pid != before)
    assert runner.answers(30)
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]


def test_a_launcher_that_fails_is_started_again_after_a_pause(
    make_runner: MakeRunner, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: SimpleQueue[float] = SimpleQueue()
    goes_on = threading.Event()

    def pause(seconds: float) -> None:
        pauses.put(seconds)
        assert goes_on.wait(30)

    runner = make_runner()
    with monkeypatch.context() as patch:
        patch.setattr(link, "time", SimpleNamespace(sleep=pause, monotonic=time.monotonic))
        patch.setattr(launcher, "command", lambda *_, **__: [sys.executable, "-c", "1 / 0"])
        os.kill(runner.launcher_pid, signal.SIGKILL)
        assert pauses.get(timeout=30) == link.PAUSE
        assert not runner.answers(0.1)
    goes_on.set()
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]
    assert pauses.empty()


def test_a_supervisor_that_ends_while_waiting_is_replaced_after_a_pause(
    make_runner: MakeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "RETRY", 60.0)
    runner = make_runner()
    assert runner.answers(30)
    [supervisor] = tree.children(runner.launcher_pid)
    os.kill(supervisor, signal.SIGKILL)
    its_slots = runner._engine.slots
    wait_until(lambda: not its_slots.names)
    assert not (its_slots.is_to_refill() or its_slots.names)


def test_a_run_whose_supervisor_hangs_is_ended(
    make_runner: MakeRunner, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_run, "BACKSTOP", 0.2)
    runner = make_runner(grace=0.3, soft_deadline=1.0, unfollowed=None)
    run = runner.start(write("import os, time\nprint('pid', os.getppid())\ntime.sleep(60)"))
    seen = until_printed(runner, run, "pid ")
    [supervisor] = [int(event.text.split()[1]) for event in seen if event.text.startswith("pid ")]
    os.kill(supervisor, signal.SIGSTOP)
    recording = finish(runner, run)
    assert recording.outcome is Outcome.LOST
    wait_until(lambda: not is_alive(recording.receipt.pid))
    assert not is_alive(supervisor)
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]


def test_a_launcher_is_replaced_even_without_space(
    make_runner: MakeRunner, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = make_runner()
    before = runner.launcher_pid
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkdtemp", _no_space)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: runner.launcher_pid != before and runner.answers(1))
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]


def _no_space(**options: object) -> str:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
