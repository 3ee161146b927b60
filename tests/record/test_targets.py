"""`movazi record -m MODULE` and `-c CODE` run what Python's own options run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.record.commanding import ROOT, read, record, refused
from tests.record.conftest import Write

MAIN = """
import sys, threading
from multiprocessing import get_context
from . import beside

def work():
    with lock:
        print(__name__, sys.argv[1:])

if __name__ == "__main__":
    lock = threading.Lock()
    print(__spec__.name, __package__, __file__, __cached__, type(__loader__).__name__)
    print(sys.argv, sys.path[0], sys.orig_argv[-3:])
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    child = get_context("spawn").Process(target=beside.tell)
    child.start()
    child.join()
"""
BESIDE = """
print("imported as", __name__)
def tell():
    print("told in a child")
"""
CODE = """
import sys, threading
lock = threading.Lock()
def work():
    with lock:
        print("it is mine")
print(sys.argv, repr(sys.path[0]), "__file__" in globals(), __spec__)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a package that holds modules and a package that can be run."""
    for name, text in (
        ("outer/__init__.py", "print('imported first')"),
        ("outer/inner/__init__.py", ""),
        ("outer/inner/__main__.py", MAIN),
        ("outer/inner/beside.py", BESIDE),
        ("outer/plain.py", MAIN.replace("from . import", "from outer.inner import")),
        ("outer/broken.py", "def f(:"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def plain(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the same by Python itself."""
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def recorded(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Record it."""
    return record(*words, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.mark.parametrize("module", ["outer.inner", "outer.plain"])
def test_a_module_is_run_as_python_would(package: Path, module: str) -> None:
    run = recorded(package, "-m", module, "one", "-x")
    assert run.stdout == plain(package, "-m", module, "one", "-x").stdout
    assert run.returncode == 0
    page = read(package / "run.html")
    assert f'<code class="command" dir="ltr">python -m {module} one -x</code>' in page.html
    assert "from multiprocessing import get_context" in page.source
    assert page.lanes[0] == "MainThread"


def test_code_is_run_as_python_would(package: Path) -> None:
    run = recorded(package, "-c", CODE, "one", "-x")
    assert run.stdout == plain(package, "-c", CODE, "one", "-x").stdout
    page = read(package / "run.html")
    assert page.source == CODE
    assert page.transcript[-1] == "it is mine"


def test_objects_in_code_have_their_names_and_lines(package: Path) -> None:
    recorded(package, "-o", "run.json", "-c", CODE)
    events = json.loads((package / "run.json").read_text())["events"]
    held = [(event["object"], event["line"]) for event in events if event["kind"] == "got"]
    assert held == [("lock", 5)]


def test_an_error_in_code_is_told_as_by_python(package: Path) -> None:
    run = recorded(package, "--quiet", "-c", "import nothing_like_it")
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'nothing_like_it'"
    assert "webapp" not in run.stderr


def test_options_of_ours_may_stand_on_both_sides(package: Path) -> None:
    run = recorded(package, "-o", "a.html", "-c", "import sys; print(sys.argv)", "-m", "--quiet")
    assert run.stdout == "['-c', '-m']\n"
    assert run.stderr == ""
    assert (package / "a.html").is_file()


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["-m", "nowhere"], 2, "there is no module nowhere"),
        (["-m", "outer.nowhere"], 2, "there is no module outer.nowhere"),
        (["-m", "outer.plain.deeper"], 2, "there is no module outer.plain.deeper"),
        (["-m", "outer"], 2, "outer is a package without a __main__.py"),
        (["-m", "_thread"], 2, "there is no module _thread"),
        (["-m", "outer.broken"], 1, "broken.py does not compile"),
        (["-m"], 2, "-m needs a module's name"),
        (["-c"], 2, "-c needs code"),
        (["-c", "def f(:"], 1, "does not compile"),
        (["--quiet"], 2, "no program is named"),
    ],
)
def test_what_cannot_be_run_is_refused(
    package: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, reason: str
) -> None:
    monkeypatch.chdir(package)
    run = refused("record", *words)
    assert run.returncode == code
    assert reason in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""  # and the package was not imported
    assert not (package / "run.html").exists()


def test_a_module_of_the_programs_folder_is_its_own(package: Path, write: Write) -> None:
    recorded(package, "-m", "outer.plain")
    unseen = read(package / "run.html").html.split('class="unseen-list"')[1]
    assert "outer/inner/beside.py" in unseen
