"""What the engine's tests share: a runner, and programs that a test writes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.running import finish
from tests.engine.stepping import Slowly
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording

Write = Callable[..., Program]
Run = Callable[..., Recording]


@pytest.fixture(scope="session")
def runner() -> Iterator[EmbeddedRunner]:
    """A runner with a short grace, for all tests that do not damage it."""
    runner = EmbeddedRunner(Limits(soft_deadline=45, grace=0.5))
    yield runner
    runner.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a program to a file; return it with its parameters."""

    def write(source: str, **parameters: object) -> Program:
        path = tmp_path / f"program_{len(list(tmp_path.iterdir()))}.py"
        path.write_text(textwrap.dedent(source).lstrip(), encoding="utf-8")
        return Program(path, parameters)

    return write


@pytest.fixture
def run(runner: EmbeddedRunner, write: Write) -> Run:
    """Write a program, run it to its end and return its record."""

    def run(source: str, *, observe: bool = True, **parameters: object) -> Recording:
        program = write(source, **parameters)
        return finish(runner, runner.start(program, observe=observe))

    return run


@pytest.fixture
def slowly(runner: EmbeddedRunner, write: Write) -> Slowly:
    """Write a program, run it in slow motion to its end and return its record."""

    def slowly(source: str, **parameters: object) -> Recording:
        program = replace(write(source, **parameters), slow_motion=True)
        return finish(runner, runner.start(program))

    return slowly


@pytest.fixture
def ended(slowly: Slowly) -> Slowly:
    """The same, and check that the program has finished by itself."""

    def ended(source: str, **parameters: object) -> Recording:
        recording = slowly(source, **parameters)
        assert recording.outcome is Outcome.FINISHED, recording.lines
        return recording

    return ended
