"""Finalizes the main process as the interpreter does, in the same order.

It waits for the threads, calls the exit functions, flushes the streams and clears the program's
modules. It does not clear the launcher's modules: that takes 13 ms of processor time, and a whole
run takes 2.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
from typing import TextIO

from webapp.engine.foreign import ctypes
from webapp.engine.recorder import outlets, tracebacks
from webapp.engine.recorder.ending import clear_modules

NOT_FLUSHED = 120
"""The exit code if standard output could not be flushed, as in the interpreter."""


def leave(code: int) -> int:
    """Finalize the process; return the exit code. May end the process itself."""
    code = end_threads(code)
    if threading.active_count() > 1 and code >= 0:
        # Daemon threads only end when the interpreter itself is finalized.
        ctypes.pythonapi.Py_Exit(code)
    clear_modules()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()  # what was printed meanwhile
    return code


def end_threads(code: int) -> int:
    """Wait for the threads, call the exit functions and flush the streams; return the exit code."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
    except BaseException as error:
        tracebacks.ignore(error, None, threading)
    try:
        atexit._run_exitfuncs()
    except BaseException as error:
        tracebacks.clean(error)
        sys.excepthook(type(error), error, error.__traceback__)
    return _flush(code)


def _flush(code: int) -> int:
    """Flush the standard streams; return the exit code."""
    outlets.leave()
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
    """Return whether a stream is closed; False if it cannot tell."""
    try:
        return bool(stream.closed)
    except Exception:
        return False
