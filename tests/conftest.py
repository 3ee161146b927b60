"""Options of the tests, and what the engine's and the lessons' tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from webapp.engine.embedded import EmbeddedRunner, Limits


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--runs`: claims must hold every time, and more runs find what is rare."""
    parser.addoption(
        "--runs",
        type=int,
        default=0,
        help="how often each demo is run with each choice (1, or 2 where it has none)",
    )


@pytest.fixture
def make_runner() -> Iterator[Callable[..., EmbeddedRunner]]:
    """Make runners of one's own, for tests that limit or break them."""
    made: list[EmbeddedRunner] = []

    def make(**limits: float | None) -> EmbeddedRunner:
        made.append(EmbeddedRunner(Limits(**limits)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for runner in made:
        runner.close()
