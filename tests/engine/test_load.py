"""The engine's load, its health, and how it is drained."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.engine.conftest import Write
from tests.engine.running import finish, texts, until_printed, wait_until
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.recording import Outcome
from webapp.engine.runner import Busy

WAITS = "import sys, time\nprint('ready')\ntime.sleep(60)"


def test_the_load_counts_running_waiting_and_ended_runs(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner(capacity=1)
    first, second = (runner.start(write(source)) for source in (WAITS, "print('over')"))
    until_printed(runner, first, "ready")
    load = runner.load()
    assert (load.running, load.waiting, load.capacity) == (1, 1, 1)
    assert set(load.ended.values()) == {0}
    runner.cancel(first)
    finish(runner, first)
    finish(runner, second)
    load = runner.load()
    assert (load.running, load.waiting) == (0, 0)
    assert {end: count for end, count in load.ended.items() if count} == {
        Outcome.CANCELLED: 1,
        Outcome.FINISHED: 1,
    }


def test_the_engine_answers_while_its_thread_and_its_launcher_work(
    make_runner: Callable[..., EmbeddedRunner],
) -> None:
    runner = make_runner()
    assert runner.answers(5)
    stopped = False
    runner._engine.command(lambda: wait_until(lambda: stopped, 10))
    assert not runner.answers(0.05)
    stopped = True
    wait_until(lambda: runner.answers(1))


def test_the_engine_answers_again_with_a_new_launcher(
    make_runner: Callable[..., EmbeddedRunner],
) -> None:
    runner = make_runner()
    before = runner.launcher_pid
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: runner.launcher_pid != before and runner.answers(1))


def test_a_drained_runner_starts_no_run_and_ends_runs_when_its_time_is_over(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner(capacity=1)
    first, second = (runner.start(write(WAITS)) for _ in range(2))
    until_printed(runner, first, "ready")
    runner.drain(0.3)
    with pytest.raises(Busy):
        runner.start(write(WAITS))
    waiting, running = finish(runner, second), finish(runner, first)
    assert waiting.events == ()
    assert "ready" in texts(running)
    for recording in (waiting, running):
        assert (recording.outcome, recording.detail) == (Outcome.LOST, "the server was stopped")


def test_a_run_that_ends_during_the_drain_is_finished(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner()
    run = runner.start(write("import time\nprint('ready')\ntime.sleep(0.1)"))
    until_printed(runner, run, "ready")
    runner.drain(20)
    assert finish(runner, run).outcome is Outcome.FINISHED
