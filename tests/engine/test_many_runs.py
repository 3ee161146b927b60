"""Many runs: their sessions, how many are kept, how many run at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.engine.conftest import Run, Write
from tests.engine.running import finish, texts
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import default_capacity
from webapp.engine.recording import Outcome
from webapp.engine.runner import UnknownRun

MB = 1 << 20


def test_all_runs_share_a_session_and_each_has_its_own_process_group(
    runner: EmbeddedRunner, run: Run
) -> None:
    recording = run("import os; print(os.getsid(0), os.getpgrp())")
    [line] = texts(recording)
    assert line == f"{runner.launcher_pid} {recording.receipt.pid}"


def test_a_run_that_signals_its_group_ends_no_other_run(
    runner: EmbeddedRunner, write: Write, tmp_path: Path
) -> None:
    over = tmp_path / "over"
    other = runner.start(
        write(f"import os, time\nwhile not os.path.exists({str(over)!r}): time.sleep(0.01)")
    )
    recording = finish(runner, runner.start(write("import os, signal; os.kill(0, signal.SIGKILL)")))
    assert (recording.outcome, recording.detail) == (Outcome.FAILED, "SIGKILL")
    over.touch()
    assert finish(runner, other).outcome is Outcome.FINISHED


def test_the_last_finished_runs_are_kept(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner(finished=3)
    program = write("print('over')")
    runs = []
    for _ in range(5):
        runs.append(runner.start(program))
        finish(runner, runs[-1])
    assert [_is_known(runner, run) for run in runs] == [False] * 2 + [True] * 3


def _is_known(runner: EmbeddedRunner, run: str) -> bool:
    try:
        return runner.recording(run) is not None
    except UnknownRun:
        return False


def test_the_default_capacity_fits_the_cores_and_the_memory() -> None:
    assert default_capacity(cores=2, memory=64_000 * MB) == 256
    assert default_capacity(cores=2, memory=1024 * MB) == 64
    assert default_capacity(cores=1, memory=1 * MB) == 1
