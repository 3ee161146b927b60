"""Every demo of every topic: it stands alone, it is real, and its claims hold."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.running import finish, texts
from tests.lessons.demos import (
    DEMOS,
    SHORT,
    each_choice,
    every_demo,
    report_values,
    run_all,
    short_values,
)
from tests.lessons.mistakes import Mistake, mistakes
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.engine.program import Program, with_parameters
from webapp.engine.recording import Outcome, Recording
from webapp.lessons.topic import Demo
from webapp.lessons.values import Value

LONG = 4.0
"""Seconds: the report's own values that take longer are checked, and not run."""

MEETINGS = 10
"""Runs of a mistaken program, one of which must show its fault."""

PLAIN = [sys.executable, "-I", "-S"]
CAUGHT: dict[str, Any] = {
    "stdout": subprocess.PIPE,
    "stderr": subprocess.PIPE,
    "text": True,
    "encoding": "utf-8",
}
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
    for _ in range(pytestconfig.getoption("runs")):
        chosen = [demo.defaults, *each_choice(demo)]
        runs = run_all(runner, [demo.program(values) for values in chosen])
        first = runs[0]
        assert demo.outcome.of(first, demo.defaults) is not None
        for claim in demo.claims:
            # A claim that no run of the defaults could check would state nothing.
            told = claim.measure(first, demo.defaults)
            assert told.holds is not None or told.late is not None, claim.text["en"]
        for values, recording in zip(chosen, runs, strict=True):
            assert not [*_failures(demo, values, recording)]


@every_demo()
def test_it_prints_the_same_recorded_and_plain(
    runner: EmbeddedRunner, demo: Demo, tmp_path: Path
) -> None:
    """As multisets, for which worker comes first is free.

    Plain is in an isolated interpreter that has nothing but the standard library on its path.
    """
    values = short_values(demo)
    path = _download(demo, values, tmp_path)
    with subprocess.Popen([*PLAIN, "-c", LINE_BY_LINE, path], **CAUGHT) as plain:
        recording = finish(runner, runner.start(demo.program(values)))
        recorded = texts(recording)
        hangs = recording.outcome is Outcome.DEADLOCKED
        printed = _until_it_hangs(plain, len(recorded)) if hangs else _until_it_ends(plain)
    assert Counter(_without_varying(recorded)) == Counter(_without_varying(printed))


def test_they_run_with_the_values_of_the_report(runner: EmbeddedRunner) -> None:
    chosen = [(demo, report_values(demo)) for _, demo in DEMOS if demo.as_in_report]
    chosen = [(demo, values) for demo, values in chosen if demo.ideal.seconds(values) < LONG]
    assert chosen
    runs = run_all(runner, [demo.program(values) for demo, values in chosen])
    for (demo, values), recording in zip(chosen, runs, strict=True):
        assert recording.outcome is Outcome.FINISHED
        assert not [*_failures(demo, values, recording)]


MENDINGS = [*mistakes("mending")]


@pytest.fixture(scope="module")
def impatient() -> Iterator[EmbeddedRunner]:
    """An engine that soon ends what waits for ever."""
    runner = EmbeddedRunner(Limits(soft_deadline=3.0, grace=0.5))
    yield runner
    runner.close()


@pytest.mark.parametrize(
    "mistake",
    [mistake for _, mistake in MENDINGS],
    ids=[f"{name}: {mistake.there.split()[0]}" for name, mistake in MENDINGS],
)
def test_a_claim_fails_when_what_it_rests_on_is_taken_out(
    impatient: EmbeddedRunner, tmp_path: Path, mistake: Mistake
) -> None:
    broken, values = mistake.write(tmp_path), mistake.values

    def is_seen() -> bool:
        recording = finish(impatient, impatient.start(Program(broken, values)))
        held = all(
            claim.measure(recording, values).holds is not False for claim in mistake.demo.claims
        )
        return recording.outcome is not Outcome.FINISHED or not held

    # A fault shows when its workers meet, which a busy machine may prevent once or twice.
    assert any(is_seen() for _ in range(MEETINGS))


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


def _failures(demo: Demo, values: dict[str, Value], recording: Recording) -> Iterator[str]:
    """What was not as the topic says, of one run."""
    seen = f"with {values}: {texts(recording)}"
    if recording.outcome not in (Outcome.FINISHED, *_unusual(demo)):
        yield f"{recording.outcome} {recording.detail} {seen}"
    for claim in demo.claims:
        measured = claim.measure(recording, values)
        if measured.holds is False:
            yield f"not so: {claim.text['en']} ({measured.figure}) {seen}"
    for observation in demo.observations:
        observation.measure(recording, values)


def _download(demo: Demo, values: dict[str, Value], folder: Path) -> Path:
    """The demo's file as a student gets it who has chosen these values."""
    path = folder / demo.path.name
    path.write_text(with_parameters(demo.source, values), encoding="utf-8")
    return path


def _until_it_ends(plain: subprocess.Popen[str]) -> list[str]:
    """What a program prints until its end, the lines of both streams."""
    output, errors = plain.communicate()
    assert plain.returncode == 0, errors
    return output.splitlines() + errors.splitlines()


def _until_it_hangs(plain: subprocess.Popen[str], lines: int) -> list[str]:
    """What a program prints that hangs once it has printed so many lines."""
    assert plain.stdout is not None
    try:
        printed = [plain.stdout.readline().rstrip("\n") for _ in range(lines)]
        with pytest.raises(subprocess.TimeoutExpired):
            plain.wait(SHORT)
    finally:
        plain.kill()
    return printed + plain.stdout.read().splitlines()


def _unusual(demo: Demo) -> Iterator[Outcome]:
    """How a demo may end besides finishing, where its claims say so."""
    if any(claim.of_any_run for claim in demo.claims):
        yield Outcome.DEADLOCKED


def _without_varying(lines: list[str]) -> list[str]:
    return [VARYING.sub("#", line) for line in lines if not REPEATED.search(line)]
