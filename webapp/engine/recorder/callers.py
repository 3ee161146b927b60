"""Finds the caller of a wrapper: the program and its libraries, or the standard library."""

from __future__ import annotations

import os
import sys

ENGINE = os.path.realpath(f"{__file__}/../..")
"""The folder of the engine's files."""

ENTRIES = {f"{ENGINE}{os.sep}{name}" for name in ("main_process.py", "entry.py")}
"""The files that run the program: no frame below them on the stack is the program's."""


def is_standard_library(depth: int = 1) -> bool:
    """Return whether the caller of the calling function is in the standard library.

    `depth` counts the frames between them.
    """
    return module_name(depth + 1).partition(".")[0] in sys.stdlib_module_names


def is_engine() -> bool:
    """Return whether the caller of the calling function is in the engine."""
    return is_engine_file(sys._getframe(2).f_code.co_filename)


def is_engine_file(path: str) -> bool:
    """Return whether a source file is the engine's."""
    return path.startswith(ENGINE)


def module_name(depth: int = 1) -> str:
    """Return the name of the module that called the calling function; `depth` as above."""
    name: str = sys._getframe(depth + 1).f_globals.get("__name__", "")
    return name
