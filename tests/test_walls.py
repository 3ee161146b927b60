"""The walls between the packages: which may import which."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMMAND = ROOT / "webapp/engine/__main__.py"
"""The engine's command: the only module that imports both the engine and `recording`."""

OFFERED = (ROOT / "webapp/__init__.py", ROOT / "webapp/pytest_plugin.py")
"""What the installed package offers to programs, notebooks and tests."""

RECORDING = "webapp.recording"
SAID = "webapp.pages.texts"
WEB = {
    "flask",
    "jinja2",
    "markupsafe",
    "werkzeug",
    "sqlalchemy",
    "alembic",
    "markdown_it",
    "pygments",
}


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide what is imported"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def loaded_by(module: str) -> set[str]:
    """Return the names of all modules that are loaded when an interpreter imports `module`."""
    code = f"import sys, {module}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    return {
        *subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.split()
    }


@pytest.mark.parametrize(
    ("package", "own"),
    [
        ("engine", {"webapp.engine"}),
        ("lessons", {"webapp.lessons", "webapp.engine"}),
        ("timeline", {"webapp.timeline", "webapp.engine"}),
        # The words of the site's pages about any run.
        ("pages/texts", {SAID, "webapp.engine", "webapp.lessons.text"}),
        (
            "recording",
            {
                "webapp.recording",
                "webapp.timeline",
                "webapp.engine",
                "webapp.files",
                "webapp.lessons.text",
                SAID,
            },
        ),
    ],
)
def test_a_package_imports_only_the_standard_library_and_packages_below_it(
    package: str, own: set[str]
) -> None:
    for path in (ROOT / "webapp" / package).rglob("*.py"):
        for name in imported(path):
            standard = name.partition(".")[0] in sys.stdlib_module_names
            ours = any(name == allowed or name.startswith(f"{allowed}.") for allowed in own)
            command = path == COMMAND and name.startswith(RECORDING)
            assert standard or ours or command or name == "webapp", f"{path} imports {name}"


def test_only_the_command_and_what_the_package_offers_import_recording() -> None:
    for path in (ROOT / "webapp").rglob("*.py"):
        if path not in (COMMAND, *OFFERED) and not path.is_relative_to(ROOT / "webapp/recording"):
            for name in imported(path):
                assert not name.startswith(RECORDING), f"{path} imports {name}"


def test_topics_import_only_lessons_and_the_records_that_claims_check() -> None:
    records = ("recording", "transcript", "events", "machines")
    engine = tuple(f"webapp.engine.{name}" for name in records)
    known = ("webapp.lessons.", *engine)
    for path in (ROOT / "webapp/topics").glob("*/topic.py"):
        for name in imported(path):
            standard = name.partition(".")[0] in sys.stdlib_module_names
            assert standard or name.startswith(known), f"{path} imports {name}"


def test_demos_import_only_the_standard_library() -> None:
    for path in (ROOT / "webapp/topics").glob("*/demos/*.py"):
        for name in imported(path):
            assert name.partition(".")[0] in sys.stdlib_module_names, f"{path} imports {name}"


def test_the_store_imports_only_the_engines_records_and_the_database() -> None:
    own = (
        "webapp.store",
        "webapp.engine.recording",
        "webapp.engine.events",
        "webapp.engine.packing",
        "webapp.engine.runner",
    )
    for path in (ROOT / "webapp/store").rglob("*.py"):
        for name in imported(path):
            top = name.partition(".")[0]
            foreign = top in sys.stdlib_module_names or top in {"sqlalchemy", "alembic"}
            assert foreign or name.startswith(own), f"{path} imports {name}"


@pytest.mark.parametrize("package", ["engine", "lessons", "pages", "api", "terminal"])
def test_only_the_store_imports_the_database(package: str) -> None:
    for path in (ROOT / "webapp" / package).rglob("*.py"):
        for name in imported(path):
            assert name.partition(".")[0] not in {"sqlalchemy", "alembic"}, f"{path} imports {name}"


def test_the_cluster_imports_only_the_engine_celery_and_redis() -> None:
    own, foreign = ("webapp.cluster", "webapp.engine"), {"celery", "kombu", "redis"}
    # The command wires everything: it reads the settings, and the folder of the topics.
    wired = (
        "webapp.environment",
        "webapp.lessons.folders",
        "webapp.operating.logs",
        "webapp.settings",
    )
    for path in (ROOT / "webapp/cluster").rglob("*.py"):
        allowed = own + (wired if path.name == "__main__.py" else ())
        for name in imported(path):
            standard = name.partition(".")[0] in sys.stdlib_module_names
            known = standard or name.partition(".")[0] in foreign
            assert known or name.startswith(allowed), f"{path} imports {name}"


def test_only_the_cluster_imports_celery_and_redis() -> None:
    for path in (ROOT / "webapp").rglob("*.py"):
        if not path.is_relative_to(ROOT / "webapp/cluster"):
            for name in imported(path):
                assert name.partition(".")[0] not in {"celery", "kombu", "redis"}, path


def test_the_site_of_one_machine_loads_neither_celery_nor_redis() -> None:
    assert not {"celery", "kombu", "redis", "psycopg"} & loaded_by("webapp.app")


@pytest.mark.parametrize("package", ["pages", "api", "terminal"])
def test_a_package_reaches_the_engine_only_by_its_seam(package: str) -> None:
    """Only `app.py`, which wires everything, chooses a runner."""
    records = {"recording", "transcript", "events", "findings"}
    seam = {"runner", "program", "machines", "schedules", *records}
    for path in (ROOT / "webapp" / package).rglob("*.py"):
        for name in imported(path):
            if name.startswith("webapp.engine."):
                assert name.split(".")[2] in seam, f"{path} imports {name}"


def test_the_pages_do_not_import_the_api() -> None:
    for path in (ROOT / "webapp/pages").rglob("*.py"):
        for name in imported(path):
            assert not name.startswith(("webapp.api", "webapp.terminal")), f"{path} imports {name}"


@pytest.mark.parametrize(
    "module",
    [
        "webapp.engine.embedded",
        "webapp.engine.__main__",
        "webapp.lessons.folders",
        "webapp.recording.command",
        "webapp.timeline.figure",
        "webapp.timeline.trace",
    ],
)
def test_a_module_loads_nothing_of_the_web(module: str) -> None:
    assert not WEB & loaded_by(module)


def test_of_the_engine_the_settings_load_only_its_limits() -> None:
    engine = {name for name in loaded_by("webapp.settings") if name.startswith("webapp.engine.")}
    assert engine == {"webapp.engine.limits"}


def test_the_recorder_loads_only_what_it_needs_of_webapp() -> None:
    """Every spawned child loads it."""
    ours = {
        name
        for name in loaded_by("webapp.engine.recorder.installation")
        if name.startswith("webapp.")
    }
    allowed = {"webapp.engine"} | {
        f"webapp.engine.{name}" for name in ("events", "foreign", "told", "unread")
    }
    assert {name for name in ours if not name.startswith("webapp.engine.recorder")} == allowed


def test_a_search_loads_little() -> None:
    """The more an interpreter has loaded, the longer each fork of it takes."""
    large = {"asyncio", "dataclasses", "json", "multiprocessing", "pathlib", "socket", "subprocess"}
    assert not large & loaded_by("webapp.engine.directed.server_process")
