"""Tells who reports an event: the name and the ids of the calling thread, or of its task."""

from __future__ import annotations

import os
import threading
from _thread import get_ident, get_native_id
from typing import Any, Protocol

from webapp.engine.events import TASK_BITS, escape

Described = tuple[str, str]
"""A worker as it stands in an event: its pid and key, and its name."""

Known = tuple[str, str, Described]
"""The names of a thread and its process, and how the thread stands in events then.

The process itself would keep the program's objects beyond their end.
"""

UNNAMED = "MainProcess"
"""The name of a process before multiprocessing has named it."""


class _Unnamed:
    """Stands for `multiprocessing.process`, with the attributes that we read."""

    class _current_process:
        name = _name = UNNAMED

    _parent_process = None


_processes: Any = _Unnamed

_started_for_child = False
"""Whether this interpreter was started for a child, which imports the program before it begins."""

# Of a child that the program forked with os.fork(): its name here, and the process object that it
# inherited, which is its parent's.
_fork = ""
_forked_from: Any = None

bare_threads: dict[int, str] = {}
"""The names of threads that `threading` does not know, by get_ident()."""


class Task(Protocol):
    """A task of asyncio: its name, and its number in this process."""

    name: str
    number: int


tasks: dict[int, Task] = {}
"""The task whose step each thread runs now, by get_ident(); empty without asyncio."""

_KNOWN = "_reported_as"
"""The attribute of a thread that keeps what is Known of it."""


def _begin_anew() -> None:
    """Forget, in a forked child, what was its parent's: the ids, and the tasks of its loops."""
    tasks.clear()
    for thread in threading.enumerate():
        vars(thread).pop(_KNOWN, None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def name_by(processes: Any) -> None:
    """Name processes as the module `multiprocessing.process` does."""
    global _processes  # noqa: PLW0603  (there is one such module)
    _processes = processes


def set_child() -> None:
    """Use the name that `multiprocessing` gives this process, as soon as there is one."""
    global _started_for_child  # noqa: PLW0603  (a process has one name, and no object for it)
    _started_for_child = True


def set_fork(name: str) -> None:
    """Name this process, which the program has forked with os.fork()."""
    global _fork, _forked_from
    _fork, _forked_from = name, _processes._current_process


def caller() -> Described:
    """Return how the calling thread stands in events."""
    thread: Any = threading._active.get(get_ident())  # type: ignore[attr-defined]
    process_name: str = _processes._current_process._name
    known: Known | None = None if thread is None else thread.__dict__.get(_KNOWN)
    if known is None or known[0] is not thread._name or known[1] is not process_name:
        found = described(worker_name(thread), get_native_id())
        if thread is not None and _is_lasting(thread):
            thread.__dict__[_KNOWN] = thread._name, process_name, found
        return found
    return known[2]


def _is_lasting(thread: threading.Thread) -> bool:
    """Return whether the thread's number and its `_name` say who it is.

    One that `threading` only learnt of may have ended, and its number may be another one's now.
    """
    learnt = isinstance(thread, threading._DummyThread)
    return not learnt and type(thread).name is threading.Thread.name


def described(name: str, key: int) -> Described:
    """Return how a worker of that name and key stands in events."""
    return f"{os.getpid()}\t{key}", escape(name)


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


def current_key() -> str:
    """Return what identifies the calling worker: its pid and native thread id, or its task."""
    task = tasks.get(get_ident()) if tasks else None
    return f"{os.getpid()}.{get_native_id() if task is None else task_key(task)}"


def _child() -> str:
    """Return the name of this process; "" for the program's main process."""
    current = _processes._current_process
    if current is _forked_from:
        return _fork
    if _processes._parent_process is not None:
        return str(current.name)
    return str(current.name) if _started_for_child and current.name != UNNAMED else ""
