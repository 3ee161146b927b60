"""The command that Codespaces runs when a codespace starts."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.serving import ask, wait_until
from tests.deploy.settled import devcontainer
from tests.operating.serving import ROOT
from tools.serving import free_port


@pytest.fixture
def pid_file(tmp_path: Path) -> Iterator[Path]:
    """The file of gunicorn's process id; gunicorn is stopped at the end."""
    file = tmp_path / "pid"
    yield file
    if file.exists():
        os.kill(int(file.read_text()), signal.SIGTERM)
        wait_until(lambda: not file.exists())


def test_a_start_serves_the_site_and_leaves_it_running(pid_file: Path) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "GITHUB_REPOSITORY": "owner/movazi",
        "GUNICORN_CMD_ARGS": f"--pid={pid_file}",
    }
    command = devcontainer()["postStartCommand"]
    # As the editor's server does: in a shell whose session is killed afterwards.
    with subprocess.Popen(
        ["sh", "-c", command], cwd=ROOT, env=environment, start_new_session=True
    ) as shell:
        assert shell.wait(50) == 0
    with contextlib.suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGKILL)
    assert ask(port, "/readyz")[0] == 200
    assert b"owner/movazi" in ask(port, "/en/record")[1]
