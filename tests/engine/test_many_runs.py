"""What is kept of many runs, and what lets many go on at once."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.conftest import Write
from tests.engine.running import finish
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.runner import UnknownRun


def test_of_many_finished_runs_the_last_are_kept(
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
