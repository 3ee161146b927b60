"""The writing end of a run's events: one event, one atomic write.

There is no buffer and no lock, so a killed process loses nothing that it had reported, and a forked
child can never inherit a lock in the wrong state.
"""

from __future__ import annotations

import fcntl
import os
import select
import sys
import threading
from _thread import get_ident, get_native_id
from multiprocessing import process
from time import monotonic_ns

from webapp.engine.events import Kind, escape

# Out of the way of the numbers that a program expects its own files to get.
LOWEST_DESCRIPTOR = 500

_fd = -1
_program = ""


def open_fifo(path: str) -> None:
    """Report to the FIFO at `path` from now on."""
    global _fd  # noqa: PLW0603  (a process has one channel, and no object to keep it in)
    opened = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    _fd = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, LOWEST_DESCRIPTOR)
    os.close(opened)


def set_program(path: str) -> None:
    """Report the source lines of the file at `path`."""
    global _program  # noqa: PLW0603  (likewise)
    _program = path


def emit(
    kind: Kind,
    object: str = "",
    text: str = "",
    *,
    worker: str | None = None,
    line: int | None = None,
) -> None:
    """Report one step of the calling worker, now; its name and line are found if not given."""
    now = monotonic_ns()
    if line is None:
        line = _source_line()
    event = (
        f"{now}\t{os.getpid()}\t{get_native_id()}\t{kind}\t{line}\t"
        f"{escape(worker or current_worker())}\t{escape(object)}\t{escape(text)}\n"
    )
    write(event.encode("utf-8", "backslashreplace"))


def write(line: bytes) -> None:
    """Write one line of the wire, in pieces where a single write would not be atomic."""
    try:
        if len(line) <= select.PIPE_BUF:
            os.write(_fd, line)
        else:
            _write_pieces(line)
    except OSError:
        # The reader is gone, so the run is being ended; the program must not notice.
        pass


def current_worker() -> str:
    """The name of the worker that calls."""
    # threading.current_thread() would make a thread up where it knows none.
    return worker_name(threading._active.get(get_ident()))  # type: ignore[attr-defined]


def worker_name(thread: threading.Thread | None) -> str:
    """The name of a thread of this process; the main thread of a child has its process's name."""
    if process.parent_process() is None:
        return thread.name if thread is not None else "?"
    child = process.current_process().name
    if thread is threading.main_thread():
        return child
    return f"{child}/{thread.name if thread is not None else '?'}"


def program() -> str:
    """The program's own file."""
    return _program


def current_key() -> str:
    """The calling worker, for certain: its pid and native thread id."""
    return f"{os.getpid()}.{get_native_id()}"


def _write_pieces(line: bytes) -> None:
    key = current_key().encode()
    size = select.PIPE_BUF - len(key) - 3
    body = line.removesuffix(b"\n")
    for start in range(0, len(body), size):
        mark = b"<" if start + size >= len(body) else b">"
        os.write(_fd, mark + key + b" " + body[start : start + size] + b"\n")


def _source_line() -> int:
    frame = sys._getframe(1)
    program = _program
    while frame is not None:
        if frame.f_code.co_filename == program:
            return frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return 0
