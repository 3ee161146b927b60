"""The writing end of a run's events: one event, one atomic write.

There is no buffer and no lock, so a killed process loses nothing that it had reported, and a forked
child can never inherit a lock in the wrong state.
"""

from __future__ import annotations

import ctypes
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

UNNAMED = process.current_process().name
"""What a process is called that has got no name yet."""

_fd = -1
_fd_without_wait = -1
_program = ""

_started_for_child = False
"""Whether this interpreter was started for a child: it imports the program before that begins."""

# A child that the program forked by hand, as it is called here, and what multiprocessing takes it
# for: its parent.
_fork = ""
_forked_from: process.BaseProcess | None = None

bare_threads: dict[int, str] = {}
"""The names of threads that threading does not know, by get_ident()."""

# Below this, a forked child's stack is its parent's.
_CHILD = process.BaseProcess._bootstrap.__code__  # type: ignore[attr-defined]

# os.write() lets go of the GIL, and a thread that computes then keeps it for its 5 ms: that is what
# an event of any other thread would cost. A function of a PyDLL is called with the GIL held.
_write = ctypes.PyDLL(None).write
_write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
_write.restype = ctypes.c_ssize_t


def open_fifo(path: str) -> None:
    """Report to the FIFO at `path` from now on."""
    global _fd, _fd_without_wait  # noqa: PLW0603  (a process has one channel, and no object for it)
    _fd = _opened(path, os.O_WRONLY)
    _fd_without_wait = _opened(path, os.O_WRONLY | os.O_NONBLOCK)


def set_program(path: str) -> None:
    """Report the source lines of the file at `path`."""
    global _program  # noqa: PLW0603  (likewise)
    _program = path


def set_child() -> None:
    """Call this process as `multiprocessing` names it, from the moment that it has a name."""
    global _started_for_child  # noqa: PLW0603  (likewise)
    _started_for_child = True


def set_fork(name: str) -> None:
    """Call this process, which the program has forked by hand, by a name."""
    global _fork, _forked_from
    _fork, _forked_from = name, process.current_process()


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
    fields = (
        f"{now}\t{os.getpid()}\t{get_native_id()}\t{kind}\t{line}\t"
        f"{escape(worker or current_worker())}\t{escape(object)}\t{escape(text)}\n"
    )
    event = fields.encode("utf-8", "backslashreplace")
    # Printing lets other threads go on, as it does to a terminal; no other step does of itself.
    if kind is Kind.PRINTED or not _written_at_once(event):
        write(event)


def write(line: bytes) -> None:
    """Write one line of the wire, in pieces where a single write would not be atomic.

    Waits until there is room for it, and lets other threads go on.
    """
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
    """The name of a thread of this process; the main thread of a child has its process's name.

    Without `thread` it is the calling one, which threading does not know.
    """
    name = thread.name if thread is not None else bare_threads.get(get_ident(), "?")
    child = _child()
    if not child:
        return name
    return child if thread is threading.main_thread() else f"{child}/{name}"


def program() -> str:
    """The program's own file."""
    return _program


def current_key() -> str:
    """The calling worker, for certain: its pid and native thread id."""
    return f"{os.getpid()}.{get_native_id()}"


def _child() -> str:
    """The name of this process if it is a child of the program's first, else nothing."""
    current = process.current_process()
    if current is _forked_from:
        return _fork
    if process.parent_process() is not None:
        return current.name
    return current.name if _started_for_child and current.name != UNNAMED else ""


def _opened(path: str, flags: int) -> int:
    opened = os.open(path, flags | os.O_CLOEXEC)
    # The limit may be a low one.
    lowest = min(LOWEST_DESCRIPTOR, os.sysconf("SC_OPEN_MAX") // 2)
    moved = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, lowest)
    os.close(opened)
    return moved


def _written_at_once(line: bytes) -> bool:
    """Write a line if that is atomic and needs no wait; say whether it is written."""
    size = len(line)
    return size <= select.PIPE_BUF and _write(_fd_without_wait, line, size) == size


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
        code = frame.f_code
        if code.co_filename == program:
            return frame.f_lineno
        if code is _CHILD:
            break
        frame = frame.f_back  # type: ignore[assignment]
    return 0
