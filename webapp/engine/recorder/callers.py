"""Who calls a stand-in: the program (or a library that it brought), or the standard library."""

from __future__ import annotations

import sys
from pathlib import Path

ENGINE = str(Path(__file__).resolve().parent.parent)
"""All of the engine's own files: the ones that run a program stand below it, too."""

MAIN_PROCESS = str(Path(ENGINE) / "main_process.py")
"""What runs the program: below it on the stack there is nothing of the program."""


def is_standard_library(depth: int = 1) -> bool:
    """Whether the caller of the calling function belongs to the standard library.

    `depth` counts further callers in between.
    """
    return module_name(depth + 1).partition(".")[0] in sys.stdlib_module_names


def is_engine() -> bool:
    """Whether the caller of the calling function is the engine itself."""
    return is_engine_file(sys._getframe(2).f_code.co_filename)


def is_engine_file(path: str) -> bool:
    """Whether a source file is one of the engine's own."""
    return path.startswith(ENGINE)


def module_name(depth: int = 1) -> str:
    """The name of the module that called the calling function; `depth` likewise."""
    name: str = sys._getframe(depth + 1).f_globals.get("__name__", "")
    return name
