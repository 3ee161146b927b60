"""What the tests of the command share: programs that a test writes, and a page's path."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a program to a file; return its path."""

    def write(source: str) -> Path:
        path = tmp_path / "my_program.py"
        path.write_text(textwrap.dedent(source).lstrip(), encoding="utf-8")
        return path

    return write


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The path of the page to write."""
    return tmp_path / "run.html"
