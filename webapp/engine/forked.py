"""A launcher that is forked from this process, which saves the start of a second interpreter.

The programs that it runs leave all frames of this process (see `bottom`). So this is only for a
command that is alone in its process, before it has other threads or open files. It directs no
program, which saves the imports for that.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import NoReturn

from webapp.engine import interpreter, launcher

POLL = 0.002
"""Seconds between two looks whether it has ended."""


class ForkedLauncher:
    """The process of a launcher, with the methods of `subprocess.Popen` that are needed."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return its exit code, negative for a signal.

        Raises subprocess.TimeoutExpired after `timeout` seconds.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG if until else 0)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
            elif until and time.monotonic() > until:
                raise subprocess.TimeoutExpired("the launcher", timeout or 0)
            else:
                time.sleep(POLL)
        return self._code


def become_launcher(
    control: int, endings: int, folder: Path, stdin: int, *, slow_motion: bool
) -> NoReturn:
    """Be a launcher, in a process that was just forked; see `launcher.command`.

    No object that would close a descriptor of its own may be left, except for the standard streams.
    """
    os.setsid()
    gc.freeze()  # what we have is here to stay, and to look it through takes longer than a fork
    gc.enable()
    # The numbers of standard streams may be theirs if those are closed.
    control, endings = (fcntl.fcntl(own, fcntl.F_DUPFD_CLOEXEC, 3) for own in (control, endings))
    _close_all_but({control, endings, stdin})
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere if stdin == subprocess.DEVNULL else stdin, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    # As in an interpreter that is started with `-c`.
    sys.orig_argv[:] = [sys.orig_argv[0], *interpreter.flags(), "-c", ""]
    if not sys.flags.safe_path:
        del sys.path[0]
    launcher.main(
        control, endings, str(folder), inherits=True, directs=False, slow_motion=slow_motion
    )
    os._exit(0)


def _close_all_but(kept: Collection[int]) -> None:
    """Close what a new interpreter would not inherit."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  (numbers, not paths)
        descriptor = int(name)
        with contextlib.suppress(OSError):  # that of the folder itself
            flags = fcntl.fcntl(descriptor, fcntl.F_GETFD)
            if flags & fcntl.FD_CLOEXEC and descriptor not in kept:
                os.close(descriptor)
