"""Every demo of every topic: it stands alone, it is real, and its claims hold."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.engine.running import finish, texts
from tests.lessons.demos import TOPICS, each_choice, every_demo, find_demo, short_values
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program, with_parameters
from webapp.engine.recording import Outcome
from webapp.lessons.parameters import Value
from webapp.lessons.topic import Demo

RUNS = 3
"""How often each demo is run with each choice: a claim must hold every time."""

# What differs from one honest run to the next: ids, measured times, and how much a race lost.
VARYING = re.compile(
    r"\d+\.\d+|(?<=process ID )\d+|(?<=child )\d+|(?<=parent )\d+|(?<=final: )\d+|(?<=lost: )\d+"
)


@every_demo()
def test_its_claims_hold_in_every_run(runner: EmbeddedRunner, demo: Demo) -> None:
    for values in each_choice(demo):
        for _ in range(RUNS):
            recording = finish(runner, runner.start(demo.program(values)))
            assert recording.outcome is Outcome.FINISHED, texts(recording)
            for claim in demo.claims:
                measured = claim.measure(recording, values)
                assert measured.holds is not False, (
                    claim.text.en,
                    measured,
                    values,
                    texts(recording),
                )
            for observation in demo.observations:
                observation.measure(recording, values)


@every_demo()
def test_each_claim_can_be_told_from_some_run(runner: EmbeddedRunner, demo: Demo) -> None:
    """A claim that no run of the defaults could check would state nothing."""
    recording = finish(runner, runner.start(demo.program(demo.defaults)))
    for claim in demo.claims:
        assert claim.measure(recording, demo.defaults).holds is True, claim.text.en


@every_demo()
def test_it_prints_the_same_recorded_and_plain(
    runner: EmbeddedRunner, demo: Demo, tmp_path: Path
) -> None:
    """As multisets: which worker comes first is free."""
    values = short_values(demo)
    recording = finish(runner, runner.start(demo.program(values)))
    plain = subprocess.run(
        [sys.executable, "-I", _download(demo, values, tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert Counter(_without_varying(texts(recording))) == Counter(
        _without_varying(plain.stdout.splitlines() + plain.stderr.splitlines())
    )


@every_demo()
def test_it_needs_nothing_but_the_standard_library(demo: Demo) -> None:
    """In an isolated interpreter, without our folder or any installed package on its path."""
    run = subprocess.run(
        [sys.executable, "-I", "-S", demo.path], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout


@every_demo()
def test_it_runs_with_the_values_of_the_report(runner: EmbeddedRunner, demo: Demo) -> None:
    values = {**demo.defaults, **demo.as_in_report}
    recording = finish(runner, runner.start(demo.program(values)))
    assert recording.outcome is Outcome.FINISHED
    assert all(claim.measure(recording, values).holds is not False for claim in demo.claims)


@pytest.mark.parametrize(
    ("name", "fix", "fault", "values"),
    [
        pytest.param(
            "lock/lost-update-fixed",
            "with lock:",
            "if True:",
            {"thread_count": 4, "increments": 400, "window": "yield"},
            id="lost-update-fixed",
        ),
        pytest.param(
            "lock/lock-around-everything",
            "with lock:",
            "if True:",
            {"thread_count": 4, "sleep_seconds": 0.2},
            id="lock-around-everything",
        ),
        pytest.param(
            "define-a-thread/start-all-then-join",
            "target=my_func",
            "target=print",
            {"thread_count": 4},
            id="start-all-then-join",
        ),
    ],
)
def test_a_claim_fails_when_what_it_rests_on_is_taken_out(
    runner: EmbeddedRunner,
    tmp_path: Path,
    *,
    name: str,
    fix: str,
    fault: str,
    values: dict[str, Value],
) -> None:
    demo = find_demo(name)
    assert fix in demo.source
    broken = tmp_path / demo.path.name
    broken.write_text(demo.source.replace(fix, fault), encoding="utf-8")
    recording = finish(runner, runner.start(Program(broken, values)))
    assert recording.outcome is Outcome.FINISHED, texts(recording)
    assert any(claim.measure(recording, values).holds is False for claim in demo.claims)


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


def test_every_demo_of_the_first_three_topics_is_there() -> None:
    """The names stand in addresses, so that they must not change by accident."""
    assert {topic.slug: [demo.slug for demo in topic.demos] for topic in TOPICS} == {
        "define-a-thread": [
            "start-all-then-join",
            "join-inside-the-loop",
            "forgot-to-join",
            "call-instead-of-target",
        ],
        "lock": [
            "lock-around-everything",
            "lock-around-the-message",
            "lost-update",
            "lost-update-fixed",
            "one-thread-skips-the-lock",
            "a-lock-each",
            "try-lock",
        ],
        "spawn-a-process": [
            "start-all-then-join",
            "join-inside-the-loop",
            "start-methods",
            "globals-are-not-shared",
        ],
    }


def _download(demo: Demo, values: dict[str, Value], folder: Path) -> Path:
    """The demo's file as a student gets it who has chosen these values."""
    path = folder / demo.path.name
    path.write_text(with_parameters(demo.source, values), encoding="utf-8")
    return path


def _without_varying(lines: list[str]) -> list[str]:
    return [VARYING.sub("#", line) for line in lines]
