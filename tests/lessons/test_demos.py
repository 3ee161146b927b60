"""Every demo of every topic: it stands alone, it is real, and its claims hold."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.running import finish, texts
from tests.lessons.demos import (
    SHORT,
    each_choice,
    every_demo,
    find_demo,
    report_values,
    short_values,
)
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program, with_parameters
from webapp.engine.recording import Outcome
from webapp.lessons.parameters import Value
from webapp.lessons.topic import Demo

LONG = 4.0
"""Seconds: the report's own values that take longer are checked, and not run."""

PLAIN = [sys.executable, "-I", "-S"]
# Into a pipe Python writes only when its buffer is full, or at the end, which may not come.
LINE_BY_LINE = """
import runpy, sys
sys.stdout.reconfigure(line_buffering=True)
runpy.run_path(sys.argv[1], run_name="__main__")
"""

# What differs from one honest run to the next: ids, clocks, measured times, random items, who of
# several equals does what, and how much a race lost.
VARYING = re.compile(
    r"\d+(?:[.:-]\d+)*"
    r'|(?<=File ")[^"]+'
    r"|consumer: got(?= item)|parent: found(?= item)"
    r"|(?<=Process terminated: ).*"
)
# Printed as often as chance has it.
REPEATED = re.compile("backs off")


@every_demo()
def test_its_claims_hold_in_every_run(
    runner: EmbeddedRunner, demo: Demo, pytestconfig: pytest.Config
) -> None:
    choices = each_choice(demo)
    times = pytestconfig.getoption("runs") or (2 if len(choices) == 1 else 1)
    # One after the other: runs at the same time would disturb each other's times.
    runs = [values for values in choices for _ in range(times)]
    assert not [failure for values in runs for failure in _failures(runner, demo, values)]


@every_demo()
def test_each_claim_and_the_outcome_can_be_told_from_some_run(
    runner: EmbeddedRunner, demo: Demo
) -> None:
    """A claim that no run of the defaults could check would state nothing."""
    recording = finish(runner, runner.start(demo.program(demo.defaults)))
    assert demo.outcome.of(recording, demo.defaults) is not None
    for claim in demo.claims:
        assert claim.measure(recording, demo.defaults).holds is True, claim.text.en


@every_demo()
def test_it_prints_the_same_recorded_and_plain(
    runner: EmbeddedRunner, demo: Demo, tmp_path: Path
) -> None:
    """As multisets, for which worker comes first is free.

    Plain is in an isolated interpreter that has nothing but the standard library on its path.
    """
    values = short_values(demo)
    recording = finish(runner, runner.start(demo.program(values)))
    recorded = texts(recording)
    path = _download(demo, values, tmp_path)
    hangs = recording.outcome is Outcome.DEADLOCKED
    printed = _printed_until_it_hangs(path, len(recorded)) if hangs else _printed(path)
    assert Counter(_without_varying(recorded)) == Counter(_without_varying(printed))


@every_demo(lambda demo: demo.as_in_report and demo.ideal.seconds(report_values(demo)) < LONG)
def test_it_runs_with_the_values_of_the_report(runner: EmbeddedRunner, demo: Demo) -> None:
    values = report_values(demo)
    recording = finish(runner, runner.start(demo.program(values)))
    assert recording.outcome is Outcome.FINISHED
    assert all(claim.measure(recording, values).holds is not False for claim in demo.claims)


BOB_IN_ORDER = """
    with printer:
        print("bob: has the printer, wants the scanner")
        time.sleep(work_seconds)
        with scanner:
"""
BOB_REVERSED = """
    with scanner:
        print("bob: has the scanner, wants the printer")
        time.sleep(work_seconds)
        with printer:
"""

# Demo, what its lesson rests on, what a mistaken program has in its place, and values that show it.
FIXES: list[tuple[str, str, str, dict[str, Value]]] = [
    ("lock/lost-update-fixed", "with lock:", "if True:", {"increments": 400}),
    ("lock/lock-around-everything", "with lock:", "if True:", {"sleep_seconds": 0.2}),
    ("lock/lock-around-the-message", "with lock:", "if True:", {"sleep_seconds": 0.0}),
    ("rlock/two-threads-one-box", "with self.lock:", "if True:", {"pause_seconds": 0.0}),
    ("semaphore/producer-consumer", "full.acquire()", "pass", {"pace_seconds": 0.1}),
    ("semaphore/at-most-k-at-once", "with connections:", "if True:", {"hold_seconds": 0.1}),
    ("barrier/race", "barrier.wait()", "pass", {"slowest_seconds": 0.3}),
    ("barrier/laps", "barrier.wait()", "pass", {}),
    (
        "synchronise-processes/lost-update-fixed",
        "with counter.get_lock():",
        "if True:",
        {"processes": 4, "increments": 20_000},
    ),
    ("synchronise-processes/event-starts-all", ".wait()", ".is_set()", {}),
    ("process-queue/bounded-queue", "Queue(maxsize)", "Queue()", {}),
    ("process-queue/sentinel", "queue.put(None)", "pass", {}),
    ("kill-a-process/polite-stop", ".set()", ".is_set()", {"duration": 0.1}),
    ("deadlock/same-order", BOB_IN_ORDER, BOB_REVERSED, {}),
    # Where nobody is orderly, everybody has one fork long before anybody reaches for another.
    (
        "deadlock/dining-philosophers",
        "order.sort()",
        "reach = lambda: time.sleep(0.3)",
        {"strategy": "ordered"},
    ),
    ("deadlock/dining-philosophers", "seats - 1 if", "seats if", {"strategy": "waiter"}),
    ("deadlock/timeout-and-back-off", "timeout=timeout", "timeout=-1", {}),
]


@pytest.mark.parametrize(
    ("name", "fix", "fault", "chosen"),
    FIXES,
    ids=[f"{name}: {fix.split()[0]}" for name, fix, *_ in FIXES],
)
def test_a_claim_fails_when_what_it_rests_on_is_taken_out(
    make_runner: Callable[..., EmbeddedRunner],
    tmp_path: Path,
    *,
    name: str,
    fix: str,
    fault: str,
    chosen: dict[str, Value],
) -> None:
    demo = find_demo(name)
    assert fix in demo.source
    broken = tmp_path / demo.path.name
    broken.write_text(demo.source.replace(fix, fault), encoding="utf-8")
    runner, values = make_runner(soft_deadline=3.0), {**demo.defaults, **chosen}
    recording = finish(runner, runner.start(Program(broken, values)))
    ended_well = recording.outcome is Outcome.FINISHED
    held = all(claim.measure(recording, values).holds is not False for claim in demo.claims)
    assert not (ended_well and held), texts(recording)


@every_demo()
def test_what_is_downloaded_differs_in_its_last_line_only(demo: Demo) -> None:
    downloaded = with_parameters(demo.source, demo.defaults).splitlines()
    shown = demo.source.splitlines()
    assert downloaded[:-1] == shown[:-1]
    assert downloaded[-1].startswith("    main(")


@every_demo()
def test_it_fits_beside_its_transcript(demo: Demo) -> None:
    lines = demo.source.splitlines()
    assert len(lines) <= 62
    assert max(map(len, lines)) <= 72


def _failures(runner: EmbeddedRunner, demo: Demo, values: dict[str, Value]) -> Iterator[str]:
    """Run a demo once and tell what was not as its topic says."""
    recording = finish(runner, runner.start(demo.program(values)))
    seen = f"with {values}: {texts(recording)}"
    if recording.outcome not in (Outcome.FINISHED, *_unusual(demo)):
        yield f"{recording.outcome} {recording.detail} {seen}"
    for claim in demo.claims:
        measured = claim.measure(recording, values)
        if measured.holds is False:
            yield f"not so: {claim.text.en} ({measured.figure}) {seen}"
    for observation in demo.observations:
        observation.measure(recording, values)


def _download(demo: Demo, values: dict[str, Value], folder: Path) -> Path:
    """The demo's file as a student gets it who has chosen these values."""
    path = folder / demo.path.name
    path.write_text(with_parameters(demo.source, values), encoding="utf-8")
    return path


def _printed(path: Path) -> list[str]:
    """What a program prints until its end, the lines of both streams."""
    run = subprocess.run([*PLAIN, path], capture_output=True, text=True, check=True)
    return run.stdout.splitlines() + run.stderr.splitlines()


def _printed_until_it_hangs(path: Path, lines: int) -> list[str]:
    """What a program prints that hangs once it has printed so many lines."""
    command = [*PLAIN, "-c", LINE_BY_LINE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            printed = [process.stdout.readline().rstrip("\n") for _ in range(lines)]
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(SHORT)
        finally:
            process.kill()
        return printed + process.stdout.read().splitlines()


def _unusual(demo: Demo) -> Iterator[Outcome]:
    """How a demo may end besides finishing, where its claims say so."""
    if any(claim.of_any_run for claim in demo.claims):
        yield Outcome.DEADLOCKED


def _without_varying(lines: list[str]) -> list[str]:
    return [VARYING.sub("#", line) for line in lines if not REPEATED.search(line)]
