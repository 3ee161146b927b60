"""Takes away what Windows does not have, as far as Python's own library then still works here."""

import ctypes  # noqa: F401  (it asks for names that are taken away)
import os
import select
import signal
import sys
import sysconfig
from typing import Any

OF_UNIX = {
    os: (
        *("fork", "forkpty", "register_at_fork", "sysconf", "sched_getaffinity", "eventfd"),
        *("mkfifo", "pidfd_open", "setsid", "setpgid", "getpgid", "killpg", "getuid", "geteuid"),
        *("wait", "wait3", "wait4", "O_CLOEXEC", "O_NONBLOCK", "uname"),
    ),
    signal: (
        *("sigtimedwait", "sigwaitinfo", "sigwait", "pthread_sigmask", "pthread_kill"),
        *("SIGRTMIN", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGKILL"),
    ),
    select: ("epoll", "poll", "PIPE_BUF", "POLLIN", "POLLOUT"),
}


class Absent:
    """Finds no module that is only in Python for Unix."""

    NAMES = ("fcntl", "resource", "grp", "pwd", "termios", "tty", "pty")

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> None:
        """Raise what an import of such a module raises."""
        if name in cls.NAMES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sysconfig.get_config_vars()  # read from a file that has the system's name
# With "win32" the library would ask for modules that are not here.
vars(sys).update(platform="darwin")
sys.meta_path.insert(0, Absent)
for name in Absent.NAMES:
    sys.modules.pop(name, None)
for module, names in OF_UNIX.items():
    for name in names:
        vars(module).pop(name, None)
