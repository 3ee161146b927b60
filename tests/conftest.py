"""Options of the tests, and what the engine's and the lessons' tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webapp.engine.embedded import EmbeddedRunner, Limits
from webapp.store.store import Store

# Tests that are imported say what was wrong as others do.
pytest.register_assert_rewrite("tests.engine.seam")

REAL_TIME = ("lessons/test_demos.py", "browser")
"""Whose tests rest on a machine that does not stand still for a tenth of a second."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--runs`: claims must hold every time, and more runs find what is rare."""
    parser.addoption(
        "--runs",
        type=int,
        default=0,
        help="how often each demo is run with each choice (1, or 2 where it has none)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Try once more what a stall of the machine may have failed, and let the summary list it.

    What is wrong fails again. With `--runs` nothing is tried again: it looks for what is rare.
    """
    if config.getoption("runs"):
        return
    places = [Path(__file__).parent / place for place in REAL_TIME]
    for item in items:
        if any(item.path.is_relative_to(place) for place in places):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session", autouse=True)
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every site of the tests, and of what they start, away from the site's own database."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("database") / "movazi.sqlite"
        patch.setenv("DATABASE_URL", f"sqlite:///{file}")
        yield


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store of the test's own."""
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    yield store
    store.close()


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
