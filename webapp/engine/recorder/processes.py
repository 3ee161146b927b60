"""Reports the lifetimes of child processes, and installs the recorder in them.

A forked child inherits the recorder. A spawned child and the fork server are new interpreters,
started with `-c CODE`. A statement that installs the recorder is put before the code. The resource
tracker gets no recorder, since it runs no code of the program.
"""

from __future__ import annotations

import atexit
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from multiprocessing import (
    forkserver,
    get_start_method,
    popen_fork,
    popen_forkserver,
    process,
    util,
)
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder import channel, tracebacks
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit, program
from webapp.engine.recorder.waiting import reporting_wait
from webapp.engine.recorder.workers import current_key, name_by

name_by(process)

# Since 3.14.8 the fork server's code begins with another import.
WORKERS = re.compile(r"(import sys; )?from multiprocessing\.(spawn|forkserver) import ")
"""How the code of the interpreters begins that multiprocessing starts for workers."""

ROOT = str(Path(__file__).resolve().parent.parent.parent.parent)

SLOWLY = "from webapp.engine.slow_motion.tracing import begin_child; ", "begin_child(); "
"""Statements of a new interpreter in slow motion: before the recorder is installed, and after."""

# In a parent: the names of its children by pid. In a forked child that has not begun: the worker
# that started it, by id() of the process.
_names: dict[int, str] = {}
_starters: dict[int, str] = {}

_old_server: int | None = None


# The arguments of `install` in a child: where to report to, whether to observe, and whether the
# standard streams stay its own. And what `begin` takes: the terminals, and whether in slow motion.
_events = ""
_observe = True
_shows = False
_terminals: Mapping[str, tuple[int, int]] = {}
_outlets: Sequence[str] | None = None
_slow_motion = False


def install() -> None:
    """Report the lifetimes of processes, and install the recorder in new interpreters."""
    _report_lives()
    _report_exits(popen_fork.Popen)
    _report_exits(popen_forkserver.Popen)
    _report_exceptions()
    _install_in_spawned()


def observe() -> None:
    """Report joins, terminate() and kill()."""
    _report_joins()
    for name, signal in (("terminate", "SIGTERM"), ("kill", "SIGKILL")):
        _report_signal(name, signal)


def take_along(events: str, *, observe: bool, shows: bool = False) -> None:
    """Make every interpreter that is started for a child report to the FIFO or file `events`.

    With `shows` it also writes what it prints to its own streams.
    """
    global _events, _observe, _shows
    _events, _observe, _shows = events, observe, shows


def note_old_server(pid: int | None) -> None:
    """Note the fork server from before a recorded part: its children have no recorder."""
    global _old_server  # noqa: PLW0603  (a process has one fork server)
    _old_server = pid


def is_recorded(workers: Iterable[Any], method: str = "") -> bool:
    """Return whether all workers of a pool that are processes were started with the recorder.

    `method` is how further ones are started.
    """
    methods = {method}
    for worker in workers:
        if isinstance(worker, BaseProcess):
            if worker.pid not in _names:
                return False
            methods.add(getattr(worker._popen, "method", ""))  # type: ignore[attr-defined]
    server: int | None = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return "forkserver" not in methods or server is None or server != _old_server


def take_along_streams(
    terminals: Mapping[str, tuple[int, int]], outlets: Sequence[str] | None
) -> None:
    """Tell every interpreter that is started for a child of its streams (see `begin`)."""
    global _terminals, _outlets
    _terminals, _outlets = dict(terminals), outlets


def take_along_slow_motion(slow_motion: bool) -> None:
    """Make every interpreter that is started for a child record its lines, or not."""
    global _slow_motion  # noqa: PLW0603  (likewise)
    _slow_motion = slow_motion


def _install_in_spawned() -> None:
    spawn = util.spawnv_passfds

    @wraps(spawn)
    def recorded_spawn(path: bytes, args: Sequence[str | bytes], passfds: Sequence[int]) -> int:
        slowly = SLOWLY if _slow_motion else ("", "")
        first = (
            f"import sys; sys.path.insert(0, {ROOT!r}); "
            f"from webapp.engine.recorder.installation import begin, install; {slowly[0]}"
            "del sys.path[0]; "
            f"install({_events!r}, observe={_observe}, shows={_shows}); "
            f"begin({program()!r}, {_terminals!r}, {_outlets!r}, slow_motion={_slow_motion}); "
            f"{slowly[1]}"
        )
        return spawn(path, _preceded(args, first), passfds)

    util.spawnv_passfds = recorded_spawn  # type: ignore[assignment]


def _report_exceptions() -> None:
    # BaseProcess._bootstrap prints a traceback by this call, and then drops the exception.
    original = traceback.print_exc
    bootstrap = BaseProcess._bootstrap.__code__  # type: ignore[attr-defined]

    @wraps(original)
    def print_exc(*args: Any, **options: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and sys._getframe(1).f_code is bootstrap:
            tracebacks.report(error)
        original(*args, **options)

    traceback.print_exc = print_exc


def _report_lives() -> None:
    start, bootstrap = BaseProcess.start, BaseProcess._bootstrap  # type: ignore[attr-defined]

    @wraps(start)
    def recorded_start(self: BaseProcess) -> None:
        if self.pid is not None:
            start(self)  # raises: a process starts once
            return
        _starters[id(self)] = current_key()
        emit(Kind.STARTS, self.name, _start_method(self))
        try:
            start(self)
        finally:
            _starters.pop(id(self), None)
        if self.pid is not None:
            _names[self.pid] = self.name

    # Newer Pythons call the exit functions after it, among them one that writes what queues hold.
    leaves_exits = "_exit_function" not in bootstrap.__code__.co_names

    @wraps(bootstrap)
    def recorded_bootstrap(self: Any, *args: Any, **options: Any) -> int:
        parent = self._parent_pid
        by = _starters.pop(id(self), f"{parent}.{parent}")
        emit(Kind.STARTED, "process", by, worker=self.name, line=0)
        try:
            return int(bootstrap(self, *args, **options))
        finally:
            if leaves_exits:
                atexit._run_exitfuncs()
            emit(Kind.ENDED, worker=self.name, line=0)

    BaseProcess.start = recorded_start  # type: ignore[method-assign]
    BaseProcess._bootstrap = recorded_bootstrap  # type: ignore[attr-defined]
    channel.child_code = recorded_bootstrap.__code__  # type: ignore[attr-defined]


def _start_method(process: BaseProcess) -> str:
    return getattr(process, "_start_method", None) or get_start_method()


def _report_exits(popen: Any) -> None:
    poll: Callable[..., int | None] = popen.poll

    @wraps(poll)
    def recorded_poll(self: Any, *args: Any, **options: Any) -> int | None:
        known = self.returncode
        code = poll(self, *args, **options)
        if known is None and code is not None:
            emit(Kind.EXITED, _names.get(self.pid, f"pid {self.pid}"), f"{self.pid} {code}")
        return code

    popen.poll = recorded_poll


def _report_joins() -> None:
    join = BaseProcess.join

    @wraps(join)
    def recorded_join(self: BaseProcess, timeout: float | None = None) -> None:
        mine = self._popen is not None and self._parent_pid == os.getpid()  # type: ignore[attr-defined]
        if is_standard_library() or not mine:
            join(self, timeout)
            return
        if self.is_alive():
            reporting_wait(
                self.name,
                How.JOIN,
                timeout,
                lambda: join(self, timeout),
                lambda: not self.is_alive(),
            )
        if not self.is_alive():
            join(self)  # at once; this also removes it from the list of children
            emit(Kind.JOINED, self.name, f"{self.pid}.{self.pid}")

    BaseProcess.join = recorded_join  # type: ignore[method-assign]


def _report_signal(name: str, signal: str) -> None:
    send = getattr(BaseProcess, name)

    @wraps(send)
    def recorded_send(self: BaseProcess) -> None:
        if not is_standard_library():
            emit(Kind.SIGNALLED, self.name, signal)
        send(self)

    setattr(BaseProcess, name, recorded_send)


def _preceded(args: Sequence[str | bytes], first: str) -> list[str | bytes]:
    """Return an interpreter's arguments with `first` before its code, if a worker begins so."""
    given = [*args]
    place = given.index("-c") + 1 if "-c" in given[:-1] else 0
    if place and WORKERS.match(code := os.fsdecode(given[place])):
        given[place] = first + code
    return given
