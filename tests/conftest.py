"""Options of the tests, and fixtures that several folders share."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.store.store import Store

# Without this, assertions in an imported module of tests have no details.
pytest.register_assert_rewrite("tests.engine.seam")

HERE = Path(__file__).parent

TERMINAL = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR")
INTERPRETER = ("PYTHONHOME", "PYTHONPATH", "PYTHON_GIL")
"""Variables that an interpreter may need, or that change what it is."""


RECORDED = ("engine", "record")
"""The folders whose tests start the engine's command, which hands its environment on."""

FAST = ("engine", "lessons", "web")
"""The folders of tests that `--fast` runs, but for those marked `thorough`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--fast`, which runs some folders only, and `--runs`, to find rare failures."""
    parser.addoption(
        "--fast",
        action="store_true",
        help=f"only the tests of {', '.join(FAST)}, none in a browser, and no thorough ones",
    )
    parser.addoption(
        "--runs",
        type=int,
        default=1,
        help="how often each demo is run with each choice",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--fast`, ignore other folders; None leaves the decision to other plugins."""
    other = collection_path.parent == HERE and collection_path.name not in FAST
    return True if other and config.getoption("fast") else None


def pytest_configure(config: pytest.Config) -> None:
    """With `--fast`, leave out what is marked `thorough`, unless `-m` selects something else."""
    if config.getoption("fast") and not config.option.markexpr:
        config.option.markexpr = "not thorough"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give a test that repeats its runs as often as `--runs` says so many times the usual limit."""
    limit = float(config.getini("timeout")) * config.getoption("runs")
    for item in items:
        if "runs" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(limit))


@pytest.fixture(scope="session", autouse=True)
def signals() -> None:
    """Let child processes start with no signal ignored or blocked, as in a terminal.

    An inherited SIG_IGN is replaced by a handler that does nothing: after exec the kernel resets
    it to the default in children.
    """
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ}:  # Python's own
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda number, frame: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """Remove the developer's own settings of Python and the terminal from the environment."""
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
    """Let every site in the tests, and in their child processes, use a temporary database."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("database") / "movazi.sqlite"
        patch.setenv("DATABASE_URL", f"sqlite:///{file}")
        yield


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store for one test."""
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    yield store
    store.close()


@pytest.fixture
def make_runner() -> Iterator[Callable[..., EmbeddedRunner]]:
    """Make runners for one test, with limits of its own."""
    made: list[EmbeddedRunner] = []

    def make(**limits: float | None) -> EmbeddedRunner:
        made.append(EmbeddedRunner(Limits(**limits)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for runner in made:
        runner.close()
