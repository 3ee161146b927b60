"""ctypes, imported so that it keeps no low descriptor.

Some builds of libffi open their own file at the import, and keep it open (static trampolines).
Programs expect low numbers for the files that they open.
"""

from __future__ import annotations

import contextlib
import os

__all__ = ["ctypes"]

LOW = 32
"""So many numbers are taken while ctypes is imported."""

_taken: list[int] = []
with contextlib.suppress(OSError):  # a limit may be lower
    for _ in range(LOW):
        _taken.append(os.open(os.devnull, os.O_RDONLY))

import ctypes  # noqa: E402

while _taken:
    os.close(_taken.pop())
