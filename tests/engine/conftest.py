"""What the engine's tests share: a runner, and programs that a test writes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.running import finish
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.engine.program import Program
from webapp.engine.recording import Recording

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
