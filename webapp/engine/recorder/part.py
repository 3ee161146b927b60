"""Records a part of a program from inside of its own process, into a file.

All that `arm` installs is taken back when the part ends. It has no FIFO: a thread that reads one
would take turns with the program's own. Signal handlers are left alone, since only the main thread
may set them. A child that the part has started and that outlives it reports on into the file,
which has no name any more.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Collection
from multiprocessing import forkserver, process
from types import ModuleType
from typing import Any

from webapp.engine.recorder import (
    channel,
    forks,
    names,
    observation,
    processes,
    tee,
    threads,
    tracebacks,
)
from webapp.engine.recorder.callers import is_engine_file

OURS = __name__.partition(".")[0]


class _Installing:
    """A module of the recorder whose `install` can be taken back, too."""

    def __init__(self, install: Callable[[], None]) -> None:
        self.observe = install


THREADS = tuple(_Installing(module.install) for module in (tracebacks, threads))
CHILDREN = tuple(_Installing(module.install) for module in (processes, forks))


def is_armed() -> bool:
    """Return whether this process is recorded already, as a whole or in part."""
    return is_engine_file(threading.Thread.start.__code__.co_filename)


def begin(
    events: str,
    program: str,
    observers: Collection[observation.Observer],
    left_out: Collection[threading.Thread] = (),
    *,
    children: bool = True,
) -> None:
    """Report to the file at the path `events` from now on; the lines are those of `program`.

    `observers` are the recorder's own. Of the threads that are `left_out` nothing is reported, and
    without `children` nothing of child processes.
    """
    names.forget_names()
    channel.open_file(events)
    channel.set_program(program)
    if children:
        _renew_fork_server()
        processes.take_along(events, observe=True, shows=True)
    elif hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: channel.open_file(os.devnull))
    observation.begin([*THREADS, *(CHILDREN if children else ()), *observers])
    observation.begin_in(_program_modules())
    channel.muted.update(thread.ident for thread in left_out if thread.ident)
    begun = [thread for thread in threading.enumerate() if thread not in left_out]
    for thread in sorted(begun, key=lambda thread: thread is not threading.main_thread()):
        channel.report_begun(thread)


def end() -> None:
    """Take everything back, and report to nowhere."""
    observation.end()
    _renew_fork_server()
    channel.open_file(os.devnull)
    channel.muted.clear()


def report_child(events: str) -> None:
    """Report to the same file, in an interpreter that was started for a child of the part."""
    channel.open_file(events)
    processes.take_along(events, observe=True, shows=True)
    tee.take_streams()


def _program_modules() -> list[ModuleType]:
    """Return the modules that are neither the standard library's nor ours."""
    known = sys.stdlib_module_names - {"__main__"} | {OURS}
    return [
        module
        for name, module in list(sys.modules.items())
        if type(module) is ModuleType and name.partition(".")[0] not in known
    ]


def _renew_fork_server() -> None:
    """End the fork server if it has no children: a new one has the recorder, or has it no more."""
    children = process._children  # type: ignore[attr-defined]
    server: Any = forkserver._forkserver
    if not any(getattr(child._popen, "method", "") == "forkserver" for child in children):
        server._stop()
    processes.note_old_server(server._forkserver_pid)
