"""How the main process ends: as the interpreter does, in its order.

First the threads are waited for, then come the exit functions and the streams, and at last the
program's modules are cleared. The launcher's own modules are left alone: to clear these, too, takes
13 ms of processor time, and a run takes 2.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import sys
import threading
from collections.abc import Collection
from typing import TextIO

from webapp.engine.recorder import tracebacks
from webapp.engine.recorder.ending import clear_modules

NOT_FLUSHED = 120
"""The exit code where a stream could not be flushed, as the interpreter has it."""


def leave(code: int, known: Collection[str]) -> int:
    """End what the program has left; give the exit code.

    `known` are the names of the modules that were there before the program. It may end the process.
    """
    try:
        threading._shutdown()  # type: ignore[attr-defined]
    except BaseException as error:
        tracebacks.ignore(error, None, threading)
    try:
        atexit._run_exitfuncs()
    except BaseException as error:
        tracebacks.clean(error)
        sys.excepthook(type(error), error, error.__traceback__)
    code = _flush(code)
    if threading.active_count() > 1 and code >= 0:
        # Daemon threads end as soon as the interpreter is being finalized, and not before.
        ctypes.pythonapi.Py_Exit(code)
    clear_modules(known)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()  # what was printed meanwhile
    return code


def _flush(code: int) -> int:
    """Flush the standard streams; give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None or _is_closed(stream):
            continue
        try:
            stream.flush()
        except BaseException as error:
            if stream is sys.stdout:
                tracebacks.ignore(error, None, stream)
            code = NOT_FLUSHED
    return code


def _is_closed(stream: TextIO) -> bool:
    """Whether a stream is closed: one that cannot tell is not."""
    try:
        return bool(stream.closed)
    except Exception:
        return False
