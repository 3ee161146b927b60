"""Options of the tests, and what the engine's and the lessons' tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.store.store import Store

# Tests that are imported say what was wrong as others do.
pytest.register_assert_rewrite("tests.engine.seam")

HERE = Path(__file__).parent

TERMINAL = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR")
INTERPRETER = ("PYTHONHOME", "PYTHONPATH", "PYTHON_GIL")
"""What an interpreter may not work without, or not be the same."""


RECORDED = ("engine", "record")
"""The folders whose tests start the engine's command, which hands its environment on."""

FAST = ("engine", "lessons", "web")
"""The folders of the daily round."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--fast` for the daily round, and `--runs`, for more runs find what is rare."""
    parser.addoption(
        "--fast",
        action="store_true",
        help=f"only the tests of {', '.join(FAST)}, none of them in a browser",
    )
    parser.addoption(
        "--runs",
        type=int,
        default=1,
        help="how often each demo is run with each choice",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--fast`, pass over all other folders; None leaves the decision to others."""
    other = collection_path.parent == HERE and collection_path.name not in FAST
    return True if other and config.getoption("fast") else None


@pytest.fixture(scope="session", autouse=True)
def signals() -> None:
    """Have all that tests start begin with no signal ignored or blocked, as from a terminal.

    What we have inherited to ignore, a handler of ours now takes: we mind it as little as before,
    and the kernel gives children the default in its place.
    """
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:  # Python's own
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda number, frame: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """Keep what a person has set for programs and a terminal of their own from what tests start."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name in TERMINAL or (name.startswith("PYTHON") and name not in INTERPRETER):
                patch.delenv(name)
        yield


@pytest.fixture(scope="module", autouse=True)
def unmeasured(request: pytest.FixtureRequest) -> Iterator[None]:
    """With `--cov`, keep coverage out of programs that are recorded: it would be recorded, too."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name in RECORDED:
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield


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
