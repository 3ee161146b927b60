"""What the files of the deployment say."""

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
    """What compose.yaml says."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return read


def stop_grace() -> int:
    """Seconds that a container has to end before it is killed."""
    return int(compose()["services"]["web"]["stop_grace_period"].removesuffix("s"))


def composed(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What Docker Compose itself makes of compose.yaml; no engine is asked."""
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
    """The Dockerfile, its continued lines joined."""
    return re.sub(r" *\\\n *", "\n", (ROOT / "Dockerfile").read_text())


def unit() -> dict[str, str]:
    """The lines of the systemd unit; those of one name joined."""
    found: dict[str, str] = {}
    for line in (ROOT / "deploy/movazi.service").read_text().splitlines():
        name, is_line, value = line.partition("=")
        if is_line and not line.startswith("#"):
            found[name] = f"{found[name]} {value}" if name in found else value
    return found


def devcontainer() -> dict[str, Any]:
    """What devcontainer.json says: JSON with comments, each on a line of its own."""
    text = (ROOT / ".devcontainer/devcontainer.json").read_text()
    read: dict[str, Any] = json.loads(re.sub(r"^ *//.*$", "", text, flags=re.M))
    return read


def gunicorn() -> dict[str, Any]:
    """What gunicorn.conf.py sets."""
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))
