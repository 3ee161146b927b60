"""Start a command as a shell, `nohup` or a service would, whatever the tests inherit."""

from __future__ import annotations

import signal
import sys
from collections.abc import Collection

STARTER = """
import os, signal, sys
ignored, blocked, umask, *command = sys.argv[1:]
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_DFL)
for number in map(int, ignored.split()):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_SETMASK, map(int, blocked.split()))
os.umask(int(umask, 8))
os.execvp(command[0], command)
"""


def started_with(
    *command: str,
    ignored: Collection[signal.Signals] = (),
    blocked: Collection[signal.Signals] = (),
    umask: int = 0o022,
) -> list[str]:
    """Return a command that runs `command` with exactly these signals ignored and blocked."""
    lists = [" ".join(str(int(number)) for number in numbers) for numbers in (ignored, blocked)]
    return [sys.executable, "-c", STARTER, *lists, f"{umask:o}", *command]
