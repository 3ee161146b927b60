"""ctypes, imported so that it keeps no low descriptor.

Some builds of libffi open their own file at the import, and keep it open (static trampolines).
Programs expect low numbers for the files that they open.
"""

from __future__ import annotations

import os

__all__ = ["ctypes"]

LOW = 32
"""So many numbers are taken while ctypes is imported."""

_taken: list[int] = []
try:
    for _ in range(LOW):
        _taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:  # the limit is low: the import needs what is left
    while _taken:
        os.close(_taken.pop())

import ctypes  # noqa: E402

while _taken:
    os.close(_taken.pop())
