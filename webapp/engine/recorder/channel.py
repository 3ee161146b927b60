"""Writes a run's events to its FIFO, each event in one atomic write.

There is no buffer, so a killed process loses no reported event. There is no lock, so a forked child
cannot inherit one that is held.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from _thread import get_ident, get_native_id
from collections.abc import Callable, Sequence
from functools import lru_cache
from time import monotonic_ns
from types import CodeType
from typing import Any

from webapp.engine.events import Kind, escape
from webapp.engine.foreign import ctypes
from webapp.engine.recorder.mapped import share_bytes
from webapp.engine.recorder.workers import (
    Task,
    caller,
    current_key,
    described,
    in_process,
    task_key,
    tasks,
    worker_name,
)
from webapp.engine.told import ESSENTIAL, FULL, UNSENT, UNTOLD
from webapp.engine.unread import unread

fcntl: Any
try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

# Programs expect low numbers for the files that they open.
LOWEST_DESCRIPTOR = 500

_escaped = lru_cache(maxsize=1024)(escape)  # the names of objects are few
_PRINTED = Kind.PRINTED  # until Python 3.12 it takes long to find it

_fd = -1
_fd_without_wait = -1
_program = ""
_clock = monotonic_ns
_told: Sequence[int] = UNTOLD  # by the engine
_only: frozenset[Kind] | None = None  # the kinds of events that are reported; None: all
_before: Callable[[Kind], None] | None = None  # called before each event

muted: set[int] = set()
"""The threads that report nothing at present, by get_ident()."""


task_step: CodeType | None = None
"""The code that runs a step of a task: the frames below it are the event loop's."""

child_code: CodeType | None = None
"""The code that runs a child: in a forked one, the frames below it are the parent's."""

# os.write() releases the GIL. A thread that computes would then keep it for 5 ms, and each event of
# another thread would take that long. A function of a PyDLL is called with the GIL held. The types
# are not declared: the default ones do for a short line, and to check others takes as long again.
_write: Callable[[int, bytes, int], int]
if os.name == "posix":
    _write = ctypes.PyDLL(None).write
else:

    def _write(descriptor: int, line: bytes, size: int) -> int:
        return os.write(descriptor, line)


_write_waiting = os.write
"""The original: the recorder replaces it."""

# Windows has neither, nor FIFOs; the file of a part takes a line of any size at once.
_ATOMIC = getattr(select, "PIPE_BUF", 1 << 30)
_IN_BYTES = getattr(os, "O_BINARY", 0)


def open_fifo(path: str, told: str) -> None:
    """Report to the FIFO at `path` from now on; `told` is the path of what the engine tells."""
    global _fd, _fd_without_wait, _told  # noqa: PLW0603  (a process has one channel, and no object)
    _told = share_bytes(told, len(UNTOLD))
    _fd = _opened(path, os.O_WRONLY)
    _fd_without_wait = _opened(path, os.O_WRONLY | os.O_NONBLOCK)


def open_file(path: str) -> None:
    """Report to the end of the file at `path` from now on, and by the same descriptor.

    A thread may be about to write by the present number: it must not become another file's.
    """
    global _fd, _fd_without_wait  # noqa: PLW0603  (likewise)
    file = _opened(path, os.O_WRONLY | os.O_APPEND)
    if _fd == -1:
        _fd = _fd_without_wait = file
    else:
        os.dup2(file, _fd, inheritable=False)
        os.close(file)


def descriptors() -> tuple[int, ...]:
    """Return the descriptors of this process that are ours."""
    return _fd, _fd_without_wait


def told() -> Sequence[int]:
    """Return what the engine tells (see `told`)."""
    return _told


def stands() -> bool:
    """Return whether the engine has not read all that was reported."""
    return bool(unread(_fd))


def redirect(descriptor: int, only: frozenset[Kind]) -> None:
    """Report some kinds of events to an open file from now on, which is never full."""
    global _fd, _fd_without_wait, _only  # noqa: PLW0603  (likewise)
    _fd = _fd_without_wait = descriptor
    _only = only


def set_program(path: str) -> None:
    """Report the source lines of the file at `path`."""
    global _program  # noqa: PLW0603  (likewise)
    _program = path


def set_clock(clock: Callable[[], int]) -> None:
    """Take the time of events from `clock`, in nanoseconds (CLOCK_MONOTONIC)."""
    global _clock  # noqa: PLW0603  (likewise)
    _clock = clock


def clock() -> Callable[[], int]:
    """Return what tells the time of events."""
    return _clock


def call_before_events(function: Callable[[Kind], None]) -> None:
    """Call a function in the reporting thread before each event, with its kind."""
    global _before  # noqa: PLW0603  (likewise)
    _before = function


def report_begun(thread: threading.Thread) -> None:
    """Report a thread that has begun before the recording did."""
    kind = "process" if thread is threading.main_thread() else "thread"
    fields = (monotonic_ns(), os.getpid(), thread.native_id, Kind.STARTED, 0)
    started = "\t".join([*map(str, fields), escape(worker_name(thread)), kind, ""])
    write(started.encode("utf-8", "backslashreplace") + b"\n")


def emit(
    kind: Kind,
    object: str = "",
    text: str = "",
    *,
    worker: str | None = None,
    line: int | None = None,
    task: Task | None = None,
    time: int | None = None,
) -> None:
    """Report an event of the calling worker; its name and line are found if not given.

    With `worker` it is the calling thread's event, and not that of the task that it runs. With
    `task` it is that task's event, whichever worker calls.
    """
    if muted and get_ident() in muted:
        return
    if _only is not None and kind not in _only:
        return
    if _before is not None:
        _before(kind)
    if _told[FULL] and kind not in ESSENTIAL:
        if not _written_at_once(UNSENT):
            write(UNSENT)
        return
    now = _clock() if time is None else time
    if line is None:
        line = _source_line()
    if task is None and worker is None and tasks:
        task = tasks.get(get_ident())
    if task is not None:
        ids, name = described(in_process(task.name), task_key(task))
    elif worker:
        ids, name = described(worker, get_native_id())
    else:
        ids, name = caller()
    told = escape(text) if text else ""
    fields = "\t".join((str(now), ids, kind, str(line), name, _escaped(object), told)) + "\n"
    event = fields.encode("utf-8", "backslashreplace")
    # Printing releases the GIL, as it does without the recorder; other events must not.
    if kind is _PRINTED or not _written_at_once(event):
        write(event)


def write(line: bytes) -> None:
    """Write a line to the FIFO, in pieces if a single write would not be atomic.

    Waits until there is room, and releases the GIL meanwhile.
    """
    try:
        if len(line) <= _ATOMIC:
            _write_waiting(_fd, line)
        else:
            _write_pieces(line)
    except OSError:
        # The reader is gone, so the run is ending; the program must not notice.
        pass


def program() -> str:
    """Return the path of the program."""
    return _program


def _opened(path: str, flags: int) -> int:
    opened = os.open(path, flags | _IN_BYTES)  # children do not inherit it
    if fcntl is None:
        return opened
    # The limit may be lower than that.
    lowest = min(LOWEST_DESCRIPTOR, os.sysconf("SC_OPEN_MAX") // 2)
    moved: int = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, lowest)
    os.close(opened)
    return moved


def _written_at_once(line: bytes) -> bool:
    """Write a line if that is atomic and needs no wait; return whether it was written."""
    size = len(line)
    return size <= _ATOMIC and _write(_fd_without_wait, line, size) == size


def _write_pieces(line: bytes) -> None:
    key = current_key().encode()
    size = _ATOMIC - len(key) - 3
    body = line.removesuffix(b"\n")
    for start in range(0, len(body), size):
        mark = b"<" if start + size >= len(body) else b">"
        _write_waiting(_fd, mark + key + b" " + body[start : start + size] + b"\n")


def _source_line() -> int:
    frame = sys._getframe(2)
    program, child, task = _program, child_code, task_step
    while frame is not None:
        code = frame.f_code
        if code.co_filename == program:
            return frame.f_lineno
        if code is child or code is task:
            break
        frame = frame.f_back  # type: ignore[assignment]
    return 0
