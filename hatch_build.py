"""Builds the wheel: all of it is one package `movazi`, where the repository has `webapp` and the
files beside it.

A package that people install must not be called `webapp`, as many a program of their own is. So
each of our modules is copied with that one word replaced; the demos, which are plain Python, are
copied byte for byte.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "movazi"
BESIDE = ("templates", "static", "wsgi.py", "gunicorn.conf.py")
LEFT_OUT = shutil.ignore_patterns("__pycache__")
OWN = re.compile(r"\bwebapp\b")
WSGI = '"wsgi:app"'


class PackageHook(BuildHookInterface):  # type: ignore[misc]
    """Puts the package into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the package into a temporary folder, and have it packed."""
        root = Path(self.root)
        self._folder = Path(tempfile.mkdtemp(prefix="movazi-wheel-"))
        package = self._folder / NAME
        shutil.copytree(root / "webapp", package, ignore=LEFT_OUT)
        for name in BESIDE:
            copy = shutil.copytree if (root / name).is_dir() else shutil.copy2
            copy(root / name, package / name)
        for module in package.rglob("*.py"):
            if "demos" not in module.parts:
                _rename(module)
        build_data["force_include"][str(package)] = NAME

    def finalize(self, version: str, build_data: dict[str, Any], artifact: str) -> None:
        """Remove the temporary folder."""
        shutil.rmtree(self._folder)


def _rename(module: Path) -> None:
    text = OWN.sub(NAME, module.read_text(encoding="utf-8"))
    module.write_text(text.replace(WSGI, f'"{NAME}.wsgi:app"'), encoding="utf-8")
