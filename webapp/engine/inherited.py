"""What a process inherits and a program may notice: ignored signals, blocked ones, and the umask.

`nohup` ignores SIGHUP, and a shell without job control has its background jobs ignore SIGINT. A
program of one's own has to find that as plain Python would. A demo of the site begins the same
way whoever has started the server.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

USUAL_UMASK = 0o022

_INTERPRETERS = {signal.SIGPIPE, signal.SIGXFSZ}
"""Those that Python ignores by itself as it starts, whatever it has inherited."""

_CHANGEABLE = signal.valid_signals() - _INTERPRETERS - {signal.SIGKILL, signal.SIGSTOP}


@dataclass(frozen=True, slots=True)
class Inherited:
    """Numbers of signals, and the umask. The default is what a demo of the site begins with."""

    ignored: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()
    umask: int = USUAL_UMASK

    def restore(self) -> None:
        """Give it to this process, which must have had its own taken away."""
        for number in self.ignored:
            signal.signal(number, signal.SIG_IGN)
        os.umask(self.umask)
        signal.pthread_sigmask(signal.SIG_SETMASK, self.blocked)


def take_away() -> Inherited:
    """Have this process ignore and block nothing and give it the usual umask; give what it had."""
    ignored = {number for number in _CHANGEABLE if signal.getsignal(number) is signal.SIG_IGN}
    for number in ignored:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)
    umask = os.umask(USUAL_UMASK)
    blocked = signal.pthread_sigmask(signal.SIG_SETMASK, ())
    return Inherited(frozenset(ignored), frozenset(blocked), umask)
