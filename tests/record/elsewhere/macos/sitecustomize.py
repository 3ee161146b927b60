"""Takes away what macOS does not have, so that a test can run here what must work there."""

import builtins
import os
import select
import signal
import sys
import sysconfig
from collections.abc import Callable
from typing import Any

OF_LINUX = {
    os: ("sched_getaffinity", "eventfd", "eventfd_write", "eventfd_read", "pidfd_open"),
    signal: ("sigtimedwait", "sigwaitinfo", "SIGRTMIN", "SIGRTMAX", "pidfd_send_signal"),
    select: ("epoll",),
}


def without_proc(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of files for which there is no /proc and no /dev/shm."""

    def guarded(path: Any, *args: Any, **options: Any) -> Any:
        if str(path).startswith(("/proc", "/dev/shm")):
            raise FileNotFoundError(2, "No such file or directory", path)
        return function(path, *args, **options)

    return guarded


sysconfig.get_config_vars()  # read from a file that has the system's name
vars(sys).update(platform="darwin")
for module, names in OF_LINUX.items():
    for name in names:
        vars(module).pop(name, None)
vars(select).update(PIPE_BUF=512)
vars(builtins).update(open=without_proc(open))
vars(os).update(open=without_proc(os.open), listdir=without_proc(os.listdir))
