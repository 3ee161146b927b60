"""Locks and simple queues that wait for a schedule instead of the operating system.

`Lock` and `RLock` replace the locks below the recorder's, and those that the standard library makes
for itself. A step of the program is a point before it acquires one of its own; the standard
library's own locks are only waited for: nobody comes between its steps, unless it has to wait.
"""

from __future__ import annotations

import threading
from _queue import Empty
from collections import deque
from typing import TYPE_CHECKING, Any

from webapp.engine.directed.footprints import (
    ACQUIRE,
    RELEASE,
    SYNC,
    TRY,
    WRITE,
    Access,
    Place,
)
from webapp.engine.events import How, Kind
from webapp.engine.recorder import callers
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.waiting import report_wait

if TYPE_CHECKING:
    from webapp.engine.directed.scheduler import Scheduler, Worker

_scheduler: Scheduler
"""Of this process, once `direct` was called."""

tries = False
"""Whether the program acquires a lock without waiting for ever, or looks whether one is held. Then
it matters when a lock is released."""


def direct(scheduler: Scheduler, *, program_tries: bool) -> None:
    """Let this scheduler decide who gets a lock."""
    global _scheduler, tries
    _scheduler, tries = scheduler, program_tries


class Lock:
    """A lock of `_thread`; `held` by any worker. Raises as the original does."""

    __slots__ = ("__weakref__", "held", "place")

    def __init__(self) -> None:
        self.held = False
        self.place: Place = (SYNC, id(self), "")  # where its accesses are

    def is_free(self) -> bool:
        """Return whether the next acquire need not wait."""
        return not self.held

    def take(self) -> None:
        """Acquire it; it must be free."""
        self.held = True

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire it for the standard library: no point, unless it has to wait."""
        if not blocking or timeout != -1:
            check_timeout(blocking, timeout)
        waits = blocking and timeout != 0
        mode = ACQUIRE if waits and timeout == -1 else TRY
        if self.is_free():
            _scheduler.touch((self.place, mode))
        elif not waits or not self.wait(mode, timeout):
            return False
        self.take()
        return True

    def wait(self, mode: str, timeout: float, announce: Any = None) -> bool:
        """Wait until it is free, at most `timeout` seconds (-1: for ever); return whether it is."""
        limit = None if timeout == -1 else timeout
        return _scheduler.wait([(self.place, mode)], self.is_free, limit, announce)

    def release(self) -> None:
        """Release it. Raises RuntimeError if it is free."""
        if not self.held:
            raise RuntimeError("release unlocked lock")
        _scheduler.touch((self.place, RELEASE))
        self.held = False

    def locked(self) -> bool:
        """Return whether it is held."""
        return self.held

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def __repr__(self) -> str:
        state = "locked" if self.locked() else "unlocked"
        return f"<{state} _thread.lock object at {id(self):#x}>"

    def _at_fork_reinit(self) -> None:
        self.held = False


class RLock(Lock):
    """A reentrant lock: its holder may acquire it again."""

    __slots__ = ("_depth", "_holder")

    def __init__(self) -> None:
        super().__init__()
        self._holder: Worker | None = None
        self._depth = 0

    def is_free(self) -> bool:
        """Return whether the calling worker need not wait."""
        return not self.held or self._is_owned()

    def take(self) -> None:
        """Acquire it once more; it must be free for the calling worker."""
        self.held, self._holder = True, _scheduler.current
        self._depth += 1

    def wait(self, mode: str, timeout: float, announce: Any = None) -> bool:
        """Wait until nobody holds it; see `Lock.wait`."""
        limit = None if timeout == -1 else timeout
        return _scheduler.wait([(self.place, mode)], lambda: not self.held, limit, announce)

    def release(self) -> None:
        """Release it once. Raises RuntimeError if another worker, or nobody, holds it."""
        if not self._is_owned():
            raise RuntimeError("cannot release un-acquired lock")
        self._depth -= 1
        if not self._depth:
            _scheduler.touch((self.place, RELEASE))
            self.held, self._holder = False, None

    def _is_owned(self) -> bool:
        return self.held and self._holder is _scheduler.current

    def _recursion_count(self) -> int:
        return self._depth if self._is_owned() else 0

    def _release_save(self) -> int:
        depth, self._depth = self._depth, 1
        self.release()
        return depth

    def _acquire_restore(self, depth: int) -> None:
        self.acquire()
        self._depth = depth

    def _at_fork_reinit(self) -> None:
        self.held, self._holder, self._depth = False, None, 0


def check_timeout(blocking: bool, timeout: float) -> None:
    """Raise what the original raises for such arguments."""
    if not blocking and timeout != -1:
        raise ValueError("can't specify a timeout for a non-blocking call")
    if timeout < 0 and timeout != -1:
        raise ValueError("timeout value must be a non-negative number")
    if timeout > threading.TIMEOUT_MAX:
        raise OverflowError("timeout value is too large")


class Recorded:
    """What replaces the methods of the recorder's `lock` and `rlock`, around a `Lock` of ours."""

    _raw: Any
    _name: str
    _report: Any

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Acquire; the calls of a condition are no points."""
        return take_for_program(self, blocking, timeout, quiet=callers.is_standard_library())

    def __enter__(self) -> bool:
        return take_for_program(self, True, -1, quiet=False)

    def release(self) -> None:
        """Report first, then release."""
        raw = self._raw
        if tries and not callers.is_standard_library():
            _scheduler.point([(raw.place, RELEASE)])
        if raw.held and (not isinstance(raw, RLock) or raw._is_owned()):
            self._report(Kind.RELEASED)
        raw.release()

    def __exit__(self, *_: object) -> None:
        Recorded.release(self)

    def locked(self) -> bool:
        """Return whether it is held."""
        _scheduler.point([(self._raw.place, TRY)])
        return bool(self._raw.locked())


def take_for_program(own: Any, blocking: bool, timeout: float, *, quiet: bool) -> bool:
    """Acquire the recorder's lock `own`; with `quiet` without a point, unless it has to wait."""
    raw = own._raw
    check_timeout(blocking, timeout)
    waits = blocking and timeout != 0
    mode = ACQUIRE if waits and timeout == -1 else TRY
    again = isinstance(raw, RLock) and raw._is_owned()
    if again or (quiet and raw.is_free()):
        _scheduler.touch((raw.place, mode))
    elif not waits:
        if not quiet:
            _scheduler.point([(raw.place, TRY)])
        if not raw.is_free():
            return False
    elif not _waited(own, mode, timeout):
        return False
    raw.take()
    own._report(Kind.GOT)
    return True


def _waited(own: Any, mode: str, timeout: float) -> bool:
    """Wait for a lock, and report that if it had to; return whether it is free."""
    reported = False

    def announce() -> None:
        nonlocal reported
        reported = True
        report_wait(own._name, How.ACQUIRE, None if timeout == -1 else timeout)

    free: bool = own._raw.wait(mode, timeout, announce)
    if reported and not free:
        emit(Kind.GAVE_UP, own._name)
    return free


class SimpleQueue:
    """A `queue.SimpleQueue`: raises what the original does."""

    __slots__ = ("__weakref__", "_items")

    def __init__(self) -> None:
        self._items: deque[object] = deque()

    @property
    def _access(self) -> Access:
        return ((SYNC, id(self), ""), WRITE)

    def put(self, item: object, block: bool = True, timeout: float | None = None) -> None:
        """Put an item; it never has to wait."""
        _scheduler.touch(self._access)
        self._items.append(item)

    def get(self, block: bool = True, timeout: float | None = None) -> object:
        """Get an item. Raises Empty, ValueError."""
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        if self._items:
            _scheduler.touch(self._access)
        elif not block or not _scheduler.wait([self._access], self._has_items, timeout):
            raise Empty
        return self._items.popleft()

    def put_nowait(self, item: object) -> None:
        """Put an item."""
        self.put(item)

    def get_nowait(self) -> object:
        """Get an item. Raises Empty if there is none."""
        return self.get(block=False)

    def empty(self) -> bool:
        """Return whether it is empty."""
        _scheduler.touch(self._access)
        return not self._items

    def qsize(self) -> int:
        """Return the number of items."""
        _scheduler.touch(self._access)
        return len(self._items)

    def _has_items(self) -> bool:
        return bool(self._items)
