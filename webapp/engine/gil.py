"""Tells whether this interpreter has a global interpreter lock."""

from __future__ import annotations

import sys


def has_gil() -> bool:
    """Return whether it has one at the moment: every Python before 3.13 has."""
    # PYTHON_GIL=1 enables it in a free-threaded build.
    enabled = getattr(sys, "_is_gil_enabled", None)
    return bool(enabled()) if enabled else True
