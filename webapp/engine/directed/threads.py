"""Makes each thread of a program a worker, which begins when it gets the turn.

The thread that calls `start` goes on; the original would wait until the new one has begun. A thread
ends when it gives up the turn for the last time: who joins it waits for `_Life`, a lock that it
holds meanwhile. From Python 3.13 `threading` has a handle where older ones have such a lock.
"""

from __future__ import annotations

import sys
import threading
from _thread import get_ident
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from webapp.engine.directed.footprints import SYNC, WRITE
from webapp.engine.directed.locks import Lock
from webapp.engine.directed.scheduler import Scheduler, Worker
from webapp.engine.directed.tracing import Begin

HAS_HANDLES = sys.version_info >= (3, 13)

_module: Any = threading
_start = _module._start_joinable_thread if HAS_HANDLES else _module._start_new_thread


def direct(scheduler: Scheduler, begin: Begin) -> None:
    """Make every thread that is started from now on a worker, which begins with `begin`."""
    _note_starts()
    if HAS_HANDLES:
        _direct_handles(scheduler, begin)
    else:
        _direct_locks(scheduler, begin)


class _Started:
    """The Event of a thread that was started. Nobody waits for it: `start` sets it at once."""

    __slots__ = ("_is_set",)

    def __init__(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True

    def wait(self, timeout: float | None = None) -> bool:
        return self._is_set

    def _at_fork_reinit(self) -> None:
        pass


def _note_starts() -> None:
    """Note the start of a thread without a lock, which others would seem to wait for."""
    init = _module.Thread.__init__

    @wraps(init)
    def directed_init(self: Any, *args: Any, **options: Any) -> None:
        init(self, *args, **options)
        self._started = _Started()

    _module.Thread.__init__ = directed_init


def _begin(
    scheduler: Scheduler, worker: Worker, life: Lock, begin: Begin, function: Callable[[], None]
) -> None:
    """Run a thread's function when its worker first gets the turn."""
    scheduler.sit_out(worker)
    worker.ident = get_ident()
    begin()
    try:
        function()
    finally:
        sys.settrace(None)
        life.release()
        scheduler.end()


def _new_worker(
    scheduler: Scheduler, thread: threading.Thread, begin: Begin
) -> tuple[Worker, Lock]:
    was_alone = scheduler.alone
    worker = scheduler.add(thread.name)
    if was_alone:
        begin()
    scheduler.touch(((SYNC, id(thread), ""), WRITE))
    life = Lock()
    life.held = True
    return worker, life


class _InOrder(dict[Lock, None]):
    """The set of locks that `threading._shutdown` waits for, in the order of the starts."""

    def add(self, lock: Lock) -> None:
        self[lock] = None

    def discard(self, lock: Lock) -> None:
        self.pop(lock, None)

    def difference_update(self, locks: Iterable[Lock]) -> None:
        for lock in locks:
            self.discard(lock)


def _direct_locks(scheduler: Scheduler, begin: Begin) -> None:
    def start(function: Any, args: tuple[()], kwargs: Any = None) -> int:
        thread: Any = function.__self__
        worker, life = _new_worker(scheduler, thread, begin)
        thread._tstate_lock = life
        if not thread.daemon:
            _module._shutdown_locks.add(life)
        ident: int = _start(_begin, (scheduler, worker, life, begin, function))
        thread._ident = ident
        thread._started.set()
        return ident

    _module._shutdown_locks = _InOrder()
    _module._start_new_thread = start
    # `start` has set it: a thread can be joined before it has begun.
    _module.Thread._set_tstate_lock = lambda self: None


class _Handle:
    """A `_thread._ThreadHandle` whose thread ends with its worker's last turn."""

    def __init__(self) -> None:
        self.raw = _RawHandle()
        self.life: Lock | None = None

    @property
    def ident(self) -> int:
        return int(self.raw.ident)

    def is_done(self) -> bool:
        return not self.life.held if self.life else bool(self.raw.is_done())

    def join(self, timeout: float | None = None) -> None:
        if self.life is None:
            self.raw.join(timeout)
        elif self.life.acquire(True, -1 if timeout is None else max(0, timeout)):
            self.life.release()
            self.raw.join()

    def _set_done(self) -> None:
        self.raw._set_done()


_RawHandle: Any = getattr(_module, "_ThreadHandle", None)


def _direct_handles(scheduler: Scheduler, begin: Begin) -> None:
    ends = _module._thread_shutdown

    def start(function: Any, *, handle: _Handle, daemon: bool) -> None:
        thread: Any = function.__self__
        worker, handle.life = _new_worker(scheduler, thread, begin)
        if not daemon:
            lives.append(handle.life)

        def run() -> None:
            assert handle.life is not None
            _begin(scheduler, worker, handle.life, begin, function)

        _start(run, handle=handle.raw, daemon=daemon)
        thread._ident = handle.ident
        thread._started.set()

    def shut_down() -> None:
        while lives:
            life = lives.pop(0)
            life.acquire()
            life.release()
        ends()

    lives: list[Lock] = []
    _module._ThreadHandle = _Handle
    _module._start_joinable_thread = start
    _module._thread_shutdown = shut_down
