"""Runs under a user of their own, started by root, or by another user with the helper.

The engine needs only the standard library, so a Python that every user may execute runs it here.
"""

from __future__ import annotations

import os
import pwd
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.engine import run_user
from webapp.engine.run_user import HELPER, Identity, RunUserError, find_run_user

ROOT = Path(__file__).resolve().parents[2]
DEMO = Path(__file__).parent / "demos/asks.py"
PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
RUNS = pwd.getpwnam("nobody")
SERVER = Identity(user=12_345, group=12_345, extra_groups=[RUNS.pw_gid])

CODE = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from webapp.engine import run_user
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.surroundings import bare
from webapp.engine.program import Program
run_user.HELPER = Path(sys.argv[3])
runner = EmbeddedRunner(around=bare("nobody"))
try:
    run = runner.start(Program(Path(sys.argv[2]), {"server": os.getpid(), "database": sys.argv[4]}))
    for batch in runner.follow(run):
        pass
    recording = runner.recording(run)
    print(*[line.text for line in recording.lines], recording.outcome, sep="\\n")
finally:
    runner.close()
print(runner.folder.exists())
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter, unlike pytest's."""
    folder = Path(f"/tmp/movazi-run-user-{os.getpid()}")
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def serve(place: Path, identity: Identity, helper: Path = HELPER) -> list[str]:
    """Run the demo with a server of its own; return what the server prints."""
    shutil.copytree(ROOT / "webapp/engine", place / "webapp/engine")
    (place / "webapp/__init__.py").touch()
    demo = Path(shutil.copy(DEMO, place))
    database = place / "runs.sqlite"
    database.touch(mode=0o600)
    os.chown(database, identity.get("user", -1), -1)
    ended = subprocess.run(
        [PYTHON, "-c", CODE, str(place), str(demo), str(helper), str(database)],
        cwd=place,
        env={"PATH": os.environ["PATH"], "SECRET": "hush", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        **identity,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def answers(privileged: bool) -> list[str]:
    """Return what the server prints if the demo runs as another user."""
    who = f"{RUNS.pw_uid} {RUNS.pw_gid} []"
    return [
        *(f"{method} {who}" for method in ("itself", "fork", "spawn", "forkserver")),
        *(f"{what} PermissionError" for what in ("environ", "database", "signal", "other runs")),
        f"privileges {privileged}",
        "temporary True",
        "finished",
        "False",
    ]


def setpriv(place: Path) -> Path:
    """A copy of setpriv with the file capabilities that the Dockerfile gives it."""
    found = shutil.which("setpriv")
    assert found
    helper = Path(shutil.copy(found, place / "movazi-setpriv"))
    os.chown(helper, 0, SERVER["group"])
    helper.chmod(0o750)
    # <linux/capability.h>: version 2, effective; CAP_SETGID and CAP_SETUID are permitted.
    capabilities = struct.pack("<5I", 0x02000001, 1 << 6 | 1 << 7, 0, 0, 0)
    os.setxattr(helper, "security.capability", capabilities)
    return helper


def test_a_run_as_another_user_has_no_access_to_the_server(place: Path) -> None:
    if os.geteuid() == 0:
        assert serve(place, {}) == answers(True)
    else:
        with pytest.raises(RunUserError, match="that needs"):
            find_run_user("nobody")


def test_an_ordinary_user_starts_runs_as_another_user_with_the_helper(place: Path) -> None:
    if os.geteuid() == 0:
        assert serve(place, SERVER, setpriv(place)) == answers(True)
    else:
        assert not os.access(HELPER, os.X_OK)


def test_a_missing_user_is_refused() -> None:
    with pytest.raises(RunUserError, match="There is no user nobody-at-all"):
        find_run_user("nobody-at-all")


def test_our_own_user_is_no_run_user(monkeypatch: pytest.MonkeyPatch) -> None:
    # The name is invented: in a container our user may have none.
    ours = pwd.struct_passwd(("ours", "x", os.geteuid(), os.getegid(), "", "/", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwnam", {"ours": ours}.__getitem__)
    assert find_run_user("") is None
    assert find_run_user("ours") is None


def test_without_the_helper_an_ordinary_user_is_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    monkeypatch.setattr(run_user, "HELPER", tmp_path / "none")
    with pytest.raises(RunUserError, match="a setpriv with the file capabilities"):
        find_run_user("nobody")
    monkeypatch.setattr(run_user, "HELPER", Path("/bin/true"))
    monkeypatch.setattr(os, "getgroups", list)
    with pytest.raises(RunUserError, match="must be a member of its group"):
        find_run_user("nobody")


def test_runs_may_not_be_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(RunUserError, match="may not go under root"):
        find_run_user("root")
