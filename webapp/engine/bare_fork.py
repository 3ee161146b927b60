"""A fork that calls none of the functions which modules have registered with os.register_at_fork().

In a child, os.fork() makes the locks of `threading`, `logging` and others anew, since a thread that
is not in the child may hold them. That writes to 250 pages, which the child then must copy: a third
of what the start of a run takes.
"""

from __future__ import annotations

import os

from webapp.engine.foreign import ctypes
from webapp.engine.gil import has_gil

# Of a PyDLL: the GIL is not released, so the child has it.
_fork = ctypes.PyDLL(None, use_errno=True).fork

os_fork = os.fork
"""The original: the recorder replaces it in programs."""

_BARE = has_gil()
"""Asked once: an interpreter that has a GIL keeps it."""


def bare_fork() -> int:
    """Fork this process, which must have one thread only. Return as os.fork() does. Raises OSError.

    In the child, `random` must be seeded again, and the main thread has its parent's native id.
    Without the GIL the interpreter itself must be told of a fork: there it is os.fork().
    """
    if not _BARE:
        return os_fork()
    pid: int = _fork()
    if pid < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return pid
