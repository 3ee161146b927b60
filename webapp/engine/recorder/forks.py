"""Reports children that the program forks with os.fork(), and the waits for their ends.

multiprocessing does not know such a child. It is named `fork#1` here, and its threads
`fork#1/Thread-1`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, NoReturn

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_engine, is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new
from webapp.engine.recorder.waiting import reporting_wait
from webapp.engine.recorder.workers import current_key, set_fork

ANY = "child"
"""The object of a wait for the end of any child."""

# In a parent: the names of its forked children that it has not reaped yet, by pid.
_names: dict[int, str] = {}


def install() -> None:
    """Report the lifetimes of children that are forked with os.fork()."""
    _report_forks()
    _report_exits()


def observe() -> None:
    """Report the waits for them."""
    _report_waits()


def _report_forks() -> None:
    fork = os.fork

    @wraps(fork)
    def recorded_fork() -> int:
        if is_standard_library():
            return _from_our_caller(fork)
        name, parent = name_new("fork", None), current_key()
        emit(Kind.STARTS, name, "fork")
        pid = _from_our_caller(fork)
        if pid:
            _names[pid] = name
            return pid
        _names.clear()
        set_fork(name)
        emit(Kind.STARTED, "process", parent)
        return 0

    os.fork = recorded_fork


def _from_our_caller(fork: Callable[[], int]) -> int:
    """Fork in the line of our caller's caller.

    Since Python 3.12 a fork of a process with several threads is warned of, with that line.
    """
    if sys.version_info < (3, 12) or threading.active_count() == 1:
        return fork()
    frame = sys._getframe(2)
    lines_before = "\n" * (frame.f_lineno - 1)
    code = compile(f"{lines_before}fork()", frame.f_code.co_filename, "eval")
    pid: int = eval(code, frame.f_globals, {"fork": fork})
    return pid


def _report_exits() -> None:
    leave = os._exit

    @wraps(leave)
    def recorded_exit(status: int) -> NoReturn:
        # multiprocessing and the engine report the end themselves.
        if not is_standard_library() and not is_engine():
            emit(Kind.ENDED)
        leave(status)

    os._exit = recorded_exit


def _report_waits() -> None:
    wait, waitpid = os.wait, os.waitpid

    @wraps(wait)
    def recorded_wait() -> tuple[int, int]:
        return _wait(waitpid, -1, 0) if _names else wait()

    @wraps(waitpid)
    def recorded_waitpid(pid: int, options: int, /) -> tuple[int, int]:
        if is_standard_library() or not (pid in _names or (pid == -1 and _names)):
            return waitpid(pid, options)
        return _wait(waitpid, pid, options)

    os.wait, os.waitpid = recorded_wait, recorded_waitpid


def _wait(waitpid: Callable[[int, int], Any], pid: int, options: int) -> tuple[int, int]:
    """Call `waitpid`; report a wait if it has to wait, and the end of a child."""
    known = _names.get(pid, ANY)
    ended, status = waitpid(pid, options | os.WNOHANG)
    if not ended and not options & os.WNOHANG:
        rest = partial(waitpid, pid, options)
        ended, status = reporting_wait(known, How.JOIN, None, rest)
        if known == ANY:
            emit(Kind.PASSED, ANY)
    if ended in _names and not os.WIFSTOPPED(status) and not os.WIFCONTINUED(status):
        name = _names.pop(ended)
        emit(Kind.EXITED, name, f"{ended} {os.waitstatus_to_exitcode(status)}")
        emit(Kind.JOINED, name, f"{ended}.{ended}")
    return ended, status
