"""The systemd unit in a new Debian, installed as docs/deploying.md says.

`make deploy-test` runs this file; it needs Debian, root, and some minutes.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.api.serving import ask, wait_until
from tests.deploy.container import CERTIFICATES, make_debian, pip_settings
from tests.deploy.visiting import (
    LONG,
    POOL,
    SMALL,
    START_METHODS,
    TWO_SECONDS,
    outcome,
    run_by_api,
    run_by_form,
    seconds_to_end,
)
from tests.operating.serving import ROOT
from tools.serving import free_port
from webapp.engine import tree

PACKAGES = ("dbus", "libnss-systemd", "make", "systemd-sysv")
NOT_OURS = (".git", ".venv", "node_modules", "instance", "__pycache__", ".*_cache")

pytestmark = pytest.mark.timeout(600)  # the first test makes the Debian


@dataclass(frozen=True)
class Machine:
    """A running Debian: its systemd-nspawn, and the port of the site in it."""

    process: subprocess.Popen[bytes]
    port: int

    def systemctl(self, *arguments: str) -> str:
        """Run systemctl in it; return the output."""
        [leader] = tree.children(self.process.pid)
        inside = ["nsenter", f"--target={leader}", "--mount", "--pid", "--ipc", "--uts", "--root"]
        done = subprocess.run(
            [*inside, "systemctl", *arguments], stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout.strip()


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Debian in which the site is installed and enabled."""
    folder = tmp_path_factory.mktemp("unit") / "debian"
    make_debian(folder, *PACKAGES)
    (folder / "etc/pip.conf").write_text(pip_settings())
    shutil.copytree(
        ROOT, folder / "opt/movazi", ignore=shutil.ignore_patterns(*NOT_OURS), symlinks=True
    )
    install = ["systemd-nspawn", "--quiet", *_unregistered(folder), "--pipe"]
    install += [f"--bind-ro={CERTIFICATES}", "make", "-C", "/opt/movazi", "install"]
    subprocess.run(install, check=True)
    units = folder / "etc/systemd/system"
    shutil.copy(ROOT / "deploy/movazi.service", units)
    subprocess.run(["systemctl", f"--root={folder}", "enable", "movazi.service"], check=True)
    return folder


@pytest.fixture
def machine(debian: Path) -> Iterator[Machine]:
    with _booted(debian) as machine:
        yield machine


def test_the_site_starts_with_debian_and_runs_its_demos(machine: Machine) -> None:
    assert machine.systemctl("is-active", "movazi") == "active"
    assert ask(machine.port, "/readyz")[0] == 200
    with run_by_form(machine.port, TWO_SECONDS) as rest:
        assert seconds_to_end(rest) > 1
    for method in START_METHODS:
        assert outcome(machine.port, POOL, **SMALL, start_method=method) == "finished"


def test_a_stop_ends_streams_and_runs_and_is_a_success_to_systemd(machine: Machine) -> None:
    with run_by_api(machine.port, LONG) as going:
        machine.systemctl("stop", "movazi")
        assert going.result()["detail"] == "the server was stopped"
    assert machine.systemctl("show", "movazi", "--property=Result", "--value") == "success"
    assert machine.systemctl("show", "movazi", "--property=ExecMainStatus", "--value") == "0"


@contextmanager
def _booted(debian: Path) -> Iterator[Machine]:
    port = free_port()
    (debian / "etc/movazi.env").write_text(f"PORT={port}\n")
    command = ["systemd-nspawn", "--quiet", *_unregistered(debian), "--boot", "--console=pipe"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        machine = Machine(process, port)
        try:
            wait_until(lambda: ask(port, "/healthz")[0] == 200, within=60)
            yield machine
        finally:
            machine.systemctl("poweroff", "--no-block")
            process.wait(60)


def _unregistered(folder: Path) -> list[str]:
    """Return the options to boot a folder, even on a machine without a running systemd."""
    return [f"--directory={folder}", "--register=no", "--keep-unit"]
