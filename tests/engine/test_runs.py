"""How the embedded engine starts, ends and separates runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.conftest import Write
from tests.engine.running import (
    finish,
    is_alive,
    texts,
    until_printed,
    wait_until,
)
from tests.engine.seam import *  # noqa: F403  (tests of what every runner promises)
from tests.engine.seam import FOREVER
from webapp.engine import live_run, tree
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.recording import Outcome
from webapp.engine.runner import UnknownRun

ROOT = Path(__file__).resolve().parent.parent.parent

MakeEngine = Callable[..., EmbeddedRunner]


def test_a_killed_launcher_is_replaced_and_its_runs_are_lost(
    make_runner: MakeEngine, write: Write
) -> None:
    runner = make_runner()
    run = runner.start(write(FOREVER))
    seen = until_printed(runner, run, "ready")
    launcher = runner.launcher_pid
    below = tree.descendants(launcher)
    os.kill(launcher, signal.SIGKILL)
    recording = finish(runner, run)
    assert recording.outcome is Outcome.LOST
    assert list(recording.events)[: len(seen)] == seen
    wait_until(lambda: not any(is_alive(pid) for pid in below))
    assert runner.launcher_pid != launcher
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]


def test_a_killed_supervisor_loses_its_run_and_leaves_nothing(
    make_runner: MakeEngine, write: Write
) -> None:
    runner = make_runner()
    run = runner.start(write(FOREVER))
    until_printed(runner, run, "ready")
    below = tree.descendants(runner.launcher_pid)
    [main] = [pid for pid in below if is_alive(pid) and _is_main(runner, run, pid)]
    [supervisor] = [pid for pid in below if main in tree.children(pid)]
    os.kill(supervisor, signal.SIGKILL)
    recording = finish(runner, run)
    assert recording.outcome is Outcome.LOST
    assert "ready" in texts(recording)
    wait_until(lambda: not is_alive(main))
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]


def _is_main(runner: EmbeddedRunner, run: str, pid: int) -> bool:
    first = next(runner.follow(run))[0]
    return first.pid == pid


def test_closing_ends_all_runs_and_removes_their_files(
    make_runner: MakeEngine, write: Write
) -> None:
    runner = make_runner()
    run = runner.start(write(FOREVER))
    until_printed(runner, run, "ready")
    below = [runner.launcher_pid, *tree.descendants(runner.launcher_pid)]
    folder = runner.folder
    assert folder.exists()
    threads = threading.active_count()
    runner.close()
    assert not any(is_alive(pid) for pid in below)
    assert not folder.exists()
    assert threading.active_count() < threads


def test_closing_at_once_prints_nothing_and_kills_nothing(
    make_runner: MakeEngine, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A supervisor may still be preparing its slot."""
    for _ in range(10):
        make_runner().close()
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_an_engine_with_nothing_to_do_does_nothing(make_runner: MakeEngine, write: Write) -> None:
    before = set(threading.enumerate())
    runner = make_runner()
    [thread] = set(threading.enumerate()) - before
    assert thread.ident is not None
    clock = time.pthread_getcpuclockid(thread.ident)
    finish(runner, runner.start(write("print('the launcher is warm')")))
    used = time.clock_gettime(clock)
    time.sleep(0.5)
    assert time.clock_gettime(clock) - used < 0.05


def test_a_killed_server_leaves_no_runs_and_no_files(write: Write) -> None:
    program = write(FOREVER)
    code = f"""
import sys
from pathlib import Path
from webapp.engine import tree
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
runner = EmbeddedRunner()
run = runner.start(Program(Path({str(program.path)!r})))
for batch in runner.follow(run):
    if any("ready" in event.text for event in batch):
        pid = runner.launcher_pid
        print(runner.folder, pid, *tree.descendants(pid), flush=True)
"""
    server = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert server.stdout is not None
    folder, *pids = server.stdout.readline().split()
    assert len(pids) >= 3
    server.kill()
    server.communicate()
    wait_until(lambda: not any(is_alive(int(pid)) for pid in pids))
    wait_until(lambda: not Path(folder).exists())


def test_a_run_sees_nothing_of_the_servers_environment(
    monkeypatch: pytest.MonkeyPatch, make_runner: MakeEngine, write: Write
) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    runner = make_runner()
    source = "import os\nprint(sorted(os.environ), os.listdir())"
    assert "SECRET_KEY" not in texts(finish(runner, runner.start(write(source))))[0]


def test_the_oldest_finished_runs_are_removed(make_runner: MakeEngine, write: Write) -> None:
    runner = make_runner(kept=30)
    program = write("for number in range(20): print(number)")
    first, second = runner.start(program), runner.start(program)
    finish(runner, first)
    finish(runner, second)
    finish(runner, runner.start(program))
    with pytest.raises(UnknownRun):
        runner.state(first)


def test_a_follower_that_gathers_events_gets_the_first_line_and_the_end_at_once(
    make_runner: MakeEngine, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SHORTEST_GATHER", "LONGEST_GATHER"):
        monkeypatch.setattr(live_run, name, 600.0)
    runner = make_runner()
    names = [tmp_path / name for name in ("may print", "may end")]
    source = """
        import time
        from pathlib import Path
        for name in {names}:
            while not Path(name).exists():
                time.sleep(0.01)
            print(name, flush=True)
    """
    run = runner.start(write(source.format(names=[*map(str, names)])))
    batches = filter(None, runner.follow(run))
    next(batches)
    names[0].touch()
    assert [event.text for event in next(batches) if event.text] == [f"{names[0]}\n"]
    names[1].touch()
    assert f"{names[1]}\n" in [event.text for batch in batches for event in batch]
