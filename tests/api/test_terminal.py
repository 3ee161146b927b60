"""Demos and stored runs in a terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.store.runs import run as stored_run
from tests.web.scripted import ScriptedRunner, SharedSite
from webapp.engine.recording import Outcome
from webapp.store.store import Store

ROOT = Path(__file__).resolve().parents[2]
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
LOCK = "lock/lock-around-everything"
NO_START = "thread-subclass/run-instead-of-start"


@pytest.fixture
def shell(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def idle_shell(idle_app: tuple[Flask, ScriptedRunner], idle: ScriptedRunner) -> FlaskCliRunner:
    return idle_app[0].test_cli_runner()


def test_demos_lists_every_demo(idle_shell: FlaskCliRunner) -> None:
    listed = idle_shell.invoke(args=["demos"])
    assert listed.exit_code == 0
    assert "4. Thread synchronization with a lock" in listed.output
    assert re.search(r"lock/lost-update +\S.*\(trap\)", listed.output)


def test_help_has_the_bounds_and_the_defaults(idle_shell: FlaskCliRunner) -> None:
    result = idle_shell.invoke(args=["run-demo", "lock/lost-update", "--help"])
    assert result.exit_code == 0
    assert "--thread_count, --thread-count 1…8" in result.output
    assert re.search(r"\[default:\s+200\]", result.output)


def test_a_run_shows_its_lines_its_claims_and_its_lanes(shell: FlaskCliRunner) -> None:
    run = shell.invoke(args=["run-demo", LOCK, "--thread_count", "2", "--sleep-seconds", "0.1"])
    assert run.exit_code == 0, run.output
    assert re.search(r"^ +\d+\.\d{3}  Thread#1 +---> Thread#1 running", run.output, re.M)
    assert re.search(r"^finished$", run.output, re.M)
    assert "✓ no two threads ever held the lock at once" in run.output
    assert re.search(r"^Time: \d+\.\d{3} s, ideally 0\.200 s", run.output, re.M)
    first, second = (re.search(rf"^Thread#{n} +▕(.*)▏$", run.output, re.M) for n in (1, 2))
    assert first and second
    # The second thread waits while the first holds the lock, and holds it afterwards.
    lanes = sorted([first.group(1), second.group(1)], key=lambda lane: lane.index("█"))
    assert "·█" in lanes[1]
    assert lanes[0].rindex("█") <= lanes[1].index("█")
    assert "\x1b[" not in run.output


def test_a_prediction_is_asked_for_and_compared_with_the_run(shell: FlaskCliRunner) -> None:
    run = shell.invoke(args=["run-demo", NO_START, "--predict"], input="2\n")
    assert run.exit_code == 0, run.output
    asked, ended = run.output.index("How many new threads"), run.output.index("finished")
    assert asked < ended
    assert "  1  none\n  2  one for each object\n" in run.output
    said = run.output[ended:]
    assert "In this run: none." in said
    assert "You predicted: one for each object." in said
    assert "run() is an ordinary call" in said
    assert "Look at this next: thread-subclass/sleep-inside-run" in said


def test_a_right_prediction_is_told(shell: FlaskCliRunner) -> None:
    run = shell.invoke(args=["run-demo", NO_START, "--predict"], input="3\n1\n")
    assert "3 is not in the range 1<=x<=2" in run.output
    assert "You predicted it." in run.output


def test_nothing_is_asked_without_being_told_to(idle_shell: FlaskCliRunner) -> None:
    run = idle_shell.invoke(args=["run-demo", NO_START])
    assert "How many new threads" not in run.output


def test_a_terminal_gets_colours(shell: FlaskCliRunner) -> None:
    run = shell.invoke(args=["run-demo", LOCK, "--sleep-seconds", "0"], color=True)
    assert "\x1b[32m" in run.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--thread_count", "99"], "Input should be less than or equal to 10"),
        (["--thread-count", "many"], "Input should be a valid integer"),
        (["--threads", "3"], "No such option"),
        (["3"], "unexpected extra argument"),
    ],
)
def test_bad_values_are_reported_and_run_nothing(
    idle_shell: FlaskCliRunner, idle: ScriptedRunner, options: list[str], message: str
) -> None:
    run = idle_shell.invoke(args=["run-demo", LOCK, *options])
    assert run.exit_code == 2
    assert message in run.output
    assert idle.programs == []


def test_an_unknown_demo_is_reported(idle_shell: FlaskCliRunner) -> None:
    run = idle_shell.invoke(args=["run-demo", "lock/none"])
    assert run.exit_code == 2
    assert "No such command" in run.output


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.FINISHED])
def test_a_run_that_does_not_finish_has_an_exit_code(
    idle_shell: FlaskCliRunner, idle: ScriptedRunner, outcome: Outcome
) -> None:
    idle.outcome = outcome
    run = idle_shell.invoke(args=["run-demo", LOCK])
    assert run.exit_code == 1
    assert re.search(rf"^{outcome}$", run.output, re.M)


@pytest.fixture
def store_shell(whole_site: SharedSite, idle: ScriptedRunner, store: Store) -> FlaskCliRunner:
    return whole_site.lent(idle, store).test_cli_runner()


def test_old_runs_are_pruned(store_shell: FlaskCliRunner, store: Store) -> None:
    for days in (0, 89, 91, 1000):
        age = timedelta(days=days)
        store.save(stored_run(f"day-{days}", stored_at=datetime.now(UTC) - age))
    for older_than, output in (("90d", "2 runs pruned\n"), ("90d", "0 runs pruned\n")):
        pruned = store_shell.invoke(args=["prune-runs", "--older-than", older_than])
        assert (pruned.exit_code, pruned.output) == (0, output)
    assert store.find("day-89")
    hours = store_shell.invoke(args=["prune-runs", "--older-than", "12h"])
    assert hours.output == "1 run pruned\n"
    minutes = store_shell.invoke(args=["prune-runs", "--older-than", "0m"])
    assert minutes.output == "1 run pruned\n"


@pytest.mark.parametrize(
    "age",
    ["", "90", "d", "-1d", "1.5d", "90 d", "3w", "1d12h", "٩٠d", "99999999d", "9999999d", "1e3d"],
)
def test_a_bad_age_is_reported_and_prunes_nothing(
    store_shell: FlaskCliRunner, store: Store, age: str
) -> None:
    store.save(stored_run("old", stored_at=datetime(2000, 1, 1, tzinfo=UTC)))
    result = store_shell.invoke(args=["prune-runs", "--older-than", age])
    assert result.exit_code == 2
    assert "write 90d, 12h or 30m" in result.output or "beyond the calendar" in result.output
    assert store.find("old")


def test_pruning_needs_an_age_and_a_database(
    store_shell: FlaskCliRunner, store: Store, tmp_path: Path
) -> None:
    assert store_shell.invoke(args=["prune-runs"]).exit_code == 2
    (tmp_path / "runs.sqlite").unlink()
    result = store_shell.invoke(args=["prune-runs", "--older-than", "1d"])
    assert result.exit_code == 1
    assert "Error: The database of runs cannot be used" in result.output


def test_slow_motion_prints_each_line_with_its_values(shell: FlaskCliRunner) -> None:
    own = ["--thread-count", "1", "--increments", "1", "--window", "none"]
    run = shell.invoke(args=["run-demo", "lock/lost-update", *own, "--slow-motion"])
    assert run.exit_code == 0
    assert re.search(
        r"Thread-1 \(add\) +22  counter = value.*\[counter: 0 → 1\]$", run.output, re.M
    )
    refused = shell.invoke(args=["run-demo", LOCK, "--slow-motion", "--transcript-only"])
    assert refused.exit_code == 2


def test_ctrl_c_cancels_the_run_and_its_record_is_shown() -> None:
    run = subprocess.Popen(
        [*FLASK, "run-demo", LOCK, "--sleep_seconds", "1", "--thread_count", "10"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert run.stdout is not None
    with run.stdout as output:
        assert "running" in output.readline()
        run.send_signal(signal.SIGINT)
        rest = output.read()
    assert run.wait() == 130
    assert re.search(r"^cancelled$", rest, re.M)
    assert re.search(r"^Thread#1 +▕.*█▏$", rest, re.M)
