"""Who calls a stand-in: the program (or a library that it brought), or the standard library."""

from __future__ import annotations

import sys


def is_standard_library(depth: int = 1) -> bool:
    """Whether the caller of the calling function belongs to the standard library.

    `depth` counts further callers in between.
    """
    name = sys._getframe(depth + 1).f_globals.get("__name__", "")
    return name.partition(".")[0] in sys.stdlib_module_names
