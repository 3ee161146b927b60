"""Options of the tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--runs`: claims must hold every time, and more runs find what is rare."""
    parser.addoption(
        "--runs", type=int, default=2, help="how often each demo is run with each choice (2)"
    )
