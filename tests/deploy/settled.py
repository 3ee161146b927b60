"""The contents of the deployment's files."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.operating.serving import ROOT


def compose() -> dict[str, Any]:
    """Return compose.yaml."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return read


def stop_grace() -> int:
    """Return the seconds that a container has to end before it is killed."""
    return int(compose()["services"]["web"]["stop_grace_period"].removesuffix("s"))


def composed(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Docker Compose on compose.yaml that needs no engine."""
    program = Path(sys.executable).with_name("docker-compose")
    return subprocess.run(
        [program, "--env-file", os.devnull, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def dockerfile() -> str:
    """Return the Dockerfile with continued lines joined."""
    return re.sub(r" *\\\n *", "\n", (ROOT / "Dockerfile").read_text())


def unit() -> dict[str, str]:
    """Return the systemd unit's values by their names; values of one name are joined."""
    found: dict[str, str] = {}
    for line in (ROOT / "deploy/movazi.service").read_text().splitlines():
        name, is_line, value = line.partition("=")
        if is_line and not line.startswith("#"):
            found[name] = f"{found[name]} {value}" if name in found else value
    return found


def devcontainer() -> dict[str, Any]:
    """Return devcontainer.json without its comments, each of which has a line of its own."""
    text = (ROOT / ".devcontainer/devcontainer.json").read_text()
    read: dict[str, Any] = json.loads(re.sub(r"^ *//.*$", "", text, flags=re.M))
    return read


def gunicorn() -> dict[str, Any]:
    """Return the settings of gunicorn.conf.py."""
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))
