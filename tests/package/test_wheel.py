"""The package that people install is built, installed in a new environment, and used there."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.api.serving import ask, wait_until
from tools.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys, threading
import webapp  # a package of the program's own
threads = [threading.Thread(target=print, args=("hello", n)) for n in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sys.argv[1:], webapp.OWN)
"""
PART = """
import multiprocessing, threading
import movazi
def work():
    print("hello", flush=True)
if __name__ == "__main__":
    with movazi.record("page.html", quiet=True):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        child = multiprocessing.get_context("spawn").Process(target=work, name="in a child")
        child.start()
        child.join()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as `make package` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = folder.glob("movazi-*.whl")
    return wheel


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that has the package, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)})
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*command, "--prefix", str(folder), str(wheel)], check=True)
    assert [*Path(site).glob("movazi-*")]
    script = folder / "bin/movazi"
    # pip writes the path of the Python that it runs under.
    script.write_text(script.read_text().replace(sys.executable, str(folder / "bin/python")))
    return folder / "bin"


def run(
    commands: Path, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command `movazi`, with little of this environment and what is in `env`."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [str(commands / "movazi"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**kept, **(env or {})},
    )


def test_all_of_it_is_one_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        tops = {name.partition("/")[0] for name in files.namelist()}
        modules = [name for name in files.namelist() if name.endswith(".py")]
        demos = {name: files.read(name) for name in modules if "/demos/" in name}
        others = [files.read(name).decode() for name in modules if "/demos/" not in name]
    assert {top.partition("-")[0] for top in tops} == {"movazi"}
    assert not any("from webapp" in text or "import webapp" in text for text in others)
    ours = (ROOT / "webapp/topics").glob("*/demos/*.py")
    assert demos == {
        f"movazi/{path.relative_to(ROOT / 'webapp')}": path.read_bytes() for path in ours
    }


def test_it_records_a_program_without_any_other_package(commands: Path, tmp_path: Path) -> None:
    (tmp_path / "prog.py").write_text(PROGRAM)
    (tmp_path / "webapp.py").write_text("OWN = 'own'")
    done = run(commands, "record", "prog.py", "-o", "page.html", "one", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['one'] own"
    assert "Thread-3" in (tmp_path / "page.html").read_text()


def test_it_records_a_part_of_a_program(commands: Path, tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text(PART)
    command = [str(commands / "python"), "part.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "hello\n" * 2
    assert done.stderr == ""
    assert "in a child" in (tmp_path / "page.html").read_text()


def test_it_is_a_plugin_of_pytest(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        [points] = [name for name in files.namelist() if name.endswith("entry_points.txt")]
        text = files.read(points).decode()
        assert "movazi/pytest_plugin.py" in files.namelist()
    assert "[pytest11]\nmovazi = movazi.pytest_plugin" in text


def test_it_tells_what_the_site_needs(commands: Path) -> None:
    done = run(commands, "serve")
    assert done.returncode == 2
    assert "pip install 'movazi[site]'" in done.stderr


def test_it_tells_its_version(commands: Path, wheel: Path) -> None:
    done = run(commands, "--version")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"movazi {wheel.name.split('-')[1]}\n"


def test_a_command_that_is_not_there_is_told(commands: Path) -> None:
    done = run(commands, "dance")
    assert done.returncode == 2
    assert "there is no command 'dance'" in done.stderr
    assert run(commands).stdout == run(commands, "--help").stdout


@pytest.fixture
def site(commands: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which the site's packages are there, as this one has them."""
    packages = sysconfig.get_path("purelib")
    return {"PYTHONPATH": packages, "XDG_DATA_HOME": str(tmp_path)}


def test_it_runs_a_demo_in_the_terminal(commands: Path, site: dict[str, str]) -> None:
    done = run(commands, "run", "lock/lost-update-fixed", "--thread_count", "2", env=site)
    assert done.returncode == 0, done.stderr
    assert "Thread-2" in done.stdout
    assert "lock/lost-update-fixed" in run(commands, "demos", env=site).stdout


def test_a_wrong_argument_is_told_without_a_traceback(commands: Path, site: dict[str, str]) -> None:
    for arguments in (("run", "lock/nonsense"), ("run", "--nonsense"), ("serve", "--port", "x")):
        done = run(commands, *arguments, env=site)
        assert done.returncode == 2
        assert "movazi" in done.stderr
        assert "Traceback" not in done.stderr


def test_it_serves_the_site_and_keeps_runs_among_the_users_data(
    commands: Path, site: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    command = [str(commands / "movazi"), "serve", "--port", str(port)]
    with subprocess.Popen(command, env={**os.environ, **site, "DATABASE_URL": ""}) as server:
        try:
            wait_until(lambda: ask(port, "/readyz")[0] == 200)
            assert ask(port, "/en/threads/lock/lost-update")[0] == 200
            assert (tmp_path / "movazi/runs.sqlite").is_file()
        finally:
            server.terminate()
