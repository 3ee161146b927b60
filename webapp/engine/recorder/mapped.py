"""Maps the beginning of a file into memory, where others may change it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from webapp.engine.foreign import ctypes

READ, SHARED = 1, 1
"""PROT_READ and MAP_SHARED of mmap(2)."""


def share_bytes(path: str, size: int) -> Sequence[int]:
    """Return the bytes that the file at `path` begins with, as they are when they are looked at.

    Raises OSError.
    """
    # Python's mmap would keep a descriptor, with a low number that programs expect to be free.
    file = os.open(path, os.O_RDONLY)
    try:
        map_ = ctypes.CDLL(None, use_errno=True).mmap
        map_.restype = ctypes.c_void_p
        map_.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long)
        address = map_(None, size, READ, SHARED, file, 0)
    finally:
        os.close(file)
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")
