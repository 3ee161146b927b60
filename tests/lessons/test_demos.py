"""Every demo of every topic: it runs alone, it is real, and its claims hold."""

from __future__ import annotations

import os
import re
import signal
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
    every_demo,
    report_values,
    run_all,
    short_values,
)
from tests.lessons.headlines import READINGS
from tests.lessons.mistakes import Mistake, mistakes
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.engine.program import Program, with_parameters
from webapp.engine.recording import Outcome, Recording
from webapp.lessons.topic import Demo
from webapp.lessons.values import Value

LONG = 4.0
"""Seconds: runs with the report's values that take longer are not tested."""

MEETINGS = 10
"""Runs of a wrong program, one of which must show its fault."""

PLAIN = [sys.executable, "-I", "-S"]
CAUGHT: dict[str, Any] = {
    "stdout": subprocess.PIPE,
    "stderr": subprocess.PIPE,
    "text": True,
    "encoding": "utf-8",
}
# Python buffers output to a pipe until the end, and a program that hangs has no end.
LINE_BY_LINE = """
import runpy, sys
sys.stdout.reconfigure(line_buffering=True)
runpy.run_path(sys.argv[1], run_name="__main__")
"""

# What differs from run to run: ids, clocks, measured times, random items, which of several equal
# workers does what, and how much a race lost.
VARYING = re.compile(
    r"-?\d+(?:[.:-]\d+)*"
    r'|(?<=File ")[^"]+'
    r"|^\S+(?=:\d+: \w+Warning: )"
    r"|(?<=: )(?:took item \d+|IndexError.*)"
    r"|psm_\w+"
    r"|consumer: got(?= item)|parent: found(?= item)"
    r"|(?<=Process terminated: ).*"
)
# Lines that are printed a random number of times.
REPEATED = re.compile("backs off|heart: beat")
# Where another thread wrote before a text's newline (topics/printing).
GLUED = re.compile(r"(?<=\d)(?=thread-\d)")


@pytest.mark.thorough
@every_demo()
def test_it_prints_the_same_recorded_and_plain(
    runner: EmbeddedRunner, demo: Demo, tmp_path: Path
) -> None:
    """Lines are compared as multisets: any worker may come first.

    The plain run has an isolated interpreter with only the standard library on its path.
    """
    values = short_values(demo)
    path = _download(demo, values, tmp_path)
    command = [*PLAIN, "-c", LINE_BY_LINE, str(path)]
    with subprocess.Popen(command, start_new_session=True, **CAUGHT) as plain:
        recording = finish(runner, runner.start(demo.program(values)))
        recorded = texts(recording)
        hangs = recording.outcome is Outcome.DEADLOCKED
        printed = _until_it_hangs(plain, len(recorded)) if hangs else _until_it_ends(plain)
    assert Counter(_without_varying(recorded)) == Counter(_without_varying(printed))


def test_each_trap_that_comes_to_its_end_has_a_headline_of_its_own() -> None:
    """The others end in a deadlock, whose headline is who waits for whom."""
    assert not [
        name for name, demo in DEMOS if demo.trap and not demo.headline and not [*unusual(demo)]
    ]


def test_the_numbers_of_each_headline_are_checked() -> None:
    assert {name for name, demo in DEMOS if demo.headline} == READINGS.keys()


def test_they_run_with_the_values_of_the_report(runner: EmbeddedRunner) -> None:
    chosen = [(demo, report_values(demo)) for _, demo in DEMOS if demo.as_in_report]
    chosen = [(demo, values) for demo, values in chosen if demo.ideal.seconds(values) < LONG]
    assert chosen
    runs = run_all(runner, [demo.program(values) for demo, values in chosen])
    for (demo, values), recording in zip(chosen, runs, strict=True):
        assert recording.outcome is Outcome.FINISHED
        assert not [*failures(demo, values, recording)]


MENDINGS = [*mistakes("mending")]


@pytest.fixture(scope="module")
def impatient() -> Iterator[EmbeddedRunner]:
    """An engine with a short deadline, for programs that hang."""
    runner = EmbeddedRunner(Limits(soft_deadline=3.0, grace=0.5))
    yield runner
    runner.close()


@pytest.mark.thorough
@pytest.mark.parametrize(
    "mistake",
    [mistake for _, mistake in MENDINGS],
    ids=[f"{name}: {mistake.there.split()[0]}" for name, mistake in MENDINGS],
)
def test_a_claim_fails_without_what_the_demo_fixes(
    impatient: EmbeddedRunner, tmp_path: Path, mistake: Mistake
) -> None:
    broken, values = mistake.write(tmp_path), mistake.values

    def fault_shows() -> bool:
        recording = finish(impatient, impatient.start(Program(broken, values)))
        held = all(
            claim.measure(recording, values).holds is not False for claim in mistake.demo.claims
        )
        return recording.outcome is not Outcome.FINISHED or not held

    # A fault shows when its workers meet. A busy machine may prevent that once or twice.
    assert any(fault_shows() for _ in range(MEETINGS))


@every_demo()
def test_the_download_differs_only_in_its_last_line(demo: Demo) -> None:
    downloaded = with_parameters(demo.source, demo.defaults).splitlines()
    shown = demo.source.splitlines()
    assert downloaded[:-1] == shown[:-1]
    assert downloaded[-1].startswith("    main(")


@every_demo()
def test_it_fits_beside_its_transcript(demo: Demo) -> None:
    lines = demo.source.splitlines()
    assert len(lines) <= 62
    assert max(map(len, lines)) <= 72


def failures(demo: Demo, values: dict[str, Value], recording: Recording) -> Iterator[str]:
    """Yield what differs from the topic's claims in one run."""
    seen = f"with {values}: {texts(recording)}"
    if recording.outcome not in (Outcome.FINISHED, *unusual(demo)):
        yield f"{recording.outcome} {recording.detail} {seen}"
    for claim in demo.claims:
        measured = claim.measure(recording, values)
        if measured.holds is False:
            yield f"not so: {claim.text['en']} ({measured.figure}) {seen}"
    for observation in demo.observations:
        observation.measure(recording, values)


def _download(demo: Demo, values: dict[str, Value], folder: Path) -> Path:
    """Write the demo's file as a student downloads it with these values; return its path."""
    path = folder / demo.path.name
    path.write_text(with_parameters(demo.source, values), encoding="utf-8")
    return path


def _until_it_ends(plain: subprocess.Popen[str]) -> list[str]:
    """Return the lines of both streams that a program prints until it ends."""
    output, errors = plain.communicate()
    assert plain.returncode == 0, errors
    return output.splitlines() + errors.splitlines()


def _until_it_hangs(plain: subprocess.Popen[str], lines: int) -> list[str]:
    """Return the lines that a program prints before it hangs, after so many lines."""
    assert plain.stdout is not None
    try:
        printed = [plain.stdout.readline().rstrip("\n") for _ in range(lines)]
        with pytest.raises(subprocess.TimeoutExpired):
            plain.wait(SHORT)
    finally:
        # Its children, too: one that sees its parent end could print something more.
        os.killpg(plain.pid, signal.SIGKILL)
    return printed + plain.stdout.read().splitlines()


def unusual(demo: Demo) -> Iterator[Outcome]:
    """Yield the outcomes besides finishing that a demo's claims allow."""
    if any(claim.of_any_run for claim in demo.claims):
        yield Outcome.DEADLOCKED


def _without_varying(lines: list[str]) -> list[str]:
    texts = [text for line in lines for text in GLUED.split(line) if text]
    return [VARYING.sub("#", text) for text in texts if not REPEATED.search(text)]
