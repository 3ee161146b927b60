"""The conditions under which `steady` runs the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

NOBODY = 65533
"""A user and group id that no system assigns: the user has no name and no home."""

BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"


@dataclass(frozen=True)
class Condition:
    """A run's environment variables, ignored signals, number of cores, load and user."""

    environment: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[signal.Signals, ...] = ()
    cores: int | None = None
    busy: bool = False
    unprivileged: bool = False


CONDITIONS = {
    "idle": Condition(),
    "busy": Condition(busy=True),
    "one-core": Condition(cores=1),
    # As `nohup make test &` in a script: a shell has its background jobs ignore SIGINT.
    "background": Condition(ignored=(signal.SIGINT, signal.SIGHUP)),
    "not-root": Condition(unprivileged=True),
    "surroundings": Condition(
        {"LANG": "fa_IR.UTF-8", "TZ": "Asia/Tehran", "PYTHONUNBUFFERED": "1"}
    ),
    # Not even root can write there; the mode of a folder does not stop root.
    "home": Condition({"HOME": "/proc/1"}),
}


def apply(condition: Condition, user: int | None) -> None:
    """Set this process's signals, umask, cores and user, whatever it has inherited."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        ignored = number in condition.ignored
        signal.signal(number, signal.SIG_IGN if ignored else signal.SIG_DFL)
    os.umask(0o022)
    if condition.cores is not None:
        cores = sorted(os.sched_getaffinity(0))[: condition.cores]
        os.sched_setaffinity(0, cores)
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


@contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core busy. The loops also end when this process dies."""
    cores = os.sched_getaffinity(0)
    loops = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in cores]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
