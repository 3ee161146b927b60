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
from collections.abc import Callable
from functools import lru_cache
from multiprocessing import process
from time import monotonic_ns
from types import CodeType
from typing import Any, Protocol

from webapp.engine.events import TASK_BITS, Kind, escape
from webapp.engine.foreign import ctypes

fcntl: Any
try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

# Programs expect low numbers for the files that they open.
LOWEST_DESCRIPTOR = 500

Known = tuple[str, str, str]
"""A worker's name, and as they stand in an event: its pid and key, and its name."""

_escaped = lru_cache(maxsize=1024)(escape)  # the names of objects are few
_PRINTED = Kind.PRINTED  # until Python 3.12 it takes long to find it

UNNAMED = process.current_process().name
"""The name of a process before multiprocessing has named it."""

_fd = -1
_fd_without_wait = -1
_program = ""
_clock = monotonic_ns
_only: frozenset[Kind] | None = None  # the kinds of events that are reported; None: all
_before: Callable[[Kind], None] | None = None  # called before each event

_started_for_child = False
"""Whether this interpreter was started for a child, which imports the program before it begins."""

# Of a child that the program forked with os.fork(): its name here, and the process object that it
# inherited, which is its parent's.
_fork = ""
_forked_from: process.BaseProcess | None = None

bare_threads: dict[int, str] = {}
"""The names of threads that `threading` does not know, by get_ident()."""

muted: set[int] = set()
"""The threads that report nothing at present, by get_ident()."""


class Task(Protocol):
    """A task of asyncio: its name, and its number in this process."""

    name: str
    number: int


tasks: dict[int, Task] = {}
"""The task whose step each thread runs now, by get_ident(); empty without asyncio."""

task_step: CodeType | None = None
"""The code that runs a step of a task: the frames below it are the event loop's."""

_KNOWN = "_reported_as"
"""The attribute of a thread that keeps its name, its ids and its name as they stand in events."""


def _begin_anew() -> None:
    """Forget, in a forked child, what was its parent's: the ids, and the tasks of its loops."""
    tasks.clear()
    for thread in threading.enumerate():
        vars(thread).pop(_KNOWN, None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)

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


def open_fifo(path: str) -> None:
    """Report to the FIFO at `path` from now on."""
    global _fd, _fd_without_wait  # noqa: PLW0603  (a process has one channel, and no object for it)
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


def set_child() -> None:
    """Use the name that `multiprocessing` gives this process, as soon as there is one."""
    global _started_for_child  # noqa: PLW0603  (likewise)
    _started_for_child = True


def set_fork(name: str) -> None:
    """Name this process, which the program has forked with os.fork()."""
    global _fork, _forked_from
    _fork, _forked_from = name, process.current_process()


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
    now = _clock() if time is None else time
    if line is None:
        line = _source_line()
    if task is None and worker is None and tasks:
        task = tasks.get(get_ident())
    if task is not None:
        _, ids, name = _described(in_process(task.name), task_key(task))
    elif worker:
        _, ids, name = _described(worker, get_native_id())
    else:
        _, ids, name = _caller()
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


def _caller() -> Known:
    """Return how the calling thread stands in events; most reports are made of this."""
    thread = threading._active.get(get_ident())  # type: ignore[attr-defined]
    name = worker_name(thread)
    if thread is None:
        return _described(name, get_native_id())
    known: Known | None = vars(thread).get(_KNOWN)
    if known is None or known[0] != name:
        known = _described(name, get_native_id())
        # A thread that `threading` learns of may have ended, and its number be another one's now.
        if not isinstance(thread, threading._DummyThread):
            vars(thread)[_KNOWN] = known
    return known


def _described(name: str, key: int) -> Known:
    return name, f"{os.getpid()}\t{key}", escape(name)


def current_worker() -> str:
    """Return the name of the calling thread."""
    # threading.current_thread() would create an object for a thread that it does not know.
    return worker_name(threading._active.get(get_ident()))  # type: ignore[attr-defined]


def worker_name(thread: threading.Thread | None) -> str:
    """Return the name of a thread of this process; a child's main thread has its process's name.

    Without `thread` it is the calling thread, which `threading` does not know.
    """
    name = thread.name if thread is not None else bare_threads.get(get_ident(), "?")
    child = _child()
    if not child:
        return name
    return child if thread is threading.main_thread() else f"{child}/{name}"


def blocked_thread() -> str | None:
    """Return the name of the calling thread if it runs a task, which is about to block it."""
    return current_worker() if tasks and get_ident() in tasks else None


def in_process(name: str) -> str:
    """Return the name of a task of this process, with the process's name if it is a child."""
    child = _child()
    return f"{child}/{name}" if child else name


def task_key(task: Task) -> int:
    """Return the number of a task of the calling thread, as it stands in an event."""
    return get_native_id() | task.number << TASK_BITS


def program() -> str:
    """Return the path of the program."""
    return _program


def current_key() -> str:
    """Return what identifies the calling worker: its pid and native thread id, or its task."""
    task = tasks.get(get_ident()) if tasks else None
    return f"{os.getpid()}.{get_native_id() if task is None else task_key(task)}"


def _child() -> str:
    """Return the name of this process; "" for the program's main process."""
    current: process.BaseProcess = process._current_process  # type: ignore[attr-defined]
    if current is _forked_from:
        return _fork
    if process._parent_process is not None:  # type: ignore[attr-defined]
        return current.name
    return current.name if _started_for_child and current.name != UNNAMED else ""


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
