"""The ignored signals, blocked signals and umask that a program inherits.

`nohup` ignores SIGHUP, and a shell without job control starts background jobs with SIGINT ignored.
A user's own program must inherit that, as under plain Python. A demo of the site must not: it
starts the same way however the server was started.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import signal
from dataclasses import dataclass

USUAL_UMASK = 0o022

_INTERPRETERS = {signal.SIGPIPE, signal.SIGXFSZ}
"""Signals that Python itself ignores at start."""

_CHANGEABLE = signal.valid_signals() - _INTERPRETERS - {signal.SIGKILL, signal.SIGSTOP}


@dataclass(frozen=True, slots=True)
class Inherited:
    """Signal numbers and the umask. The defaults are those of a demo of the site."""

    ignored: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()
    umask: int = USUAL_UMASK

    def restore(self) -> None:
        """Set them in this process, after `take_away`."""
        for number in self.ignored:
            signal.signal(number, signal.SIG_IGN)
        os.umask(self.umask)
        # signal.pthread_sigmask() would make Signals of the returned numbers: each run pays for it.
        _signal.pthread_sigmask(signal.SIG_SETMASK, self.blocked)


def take_away() -> Inherited:
    """Reset the signals and the umask of this process, and return what it had."""
    ignored = {number for number in _CHANGEABLE if signal.getsignal(number) is signal.SIG_IGN}
    for number in ignored:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)
    umask = os.umask(USUAL_UMASK)
    blocked = signal.pthread_sigmask(signal.SIG_SETMASK, ())
    return Inherited(frozenset(ignored), frozenset(blocked), umask)
