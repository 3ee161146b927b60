"""Reports calls to the objects of a `multiprocessing.Manager`, and the waits for its answers.

The manager's process answers each call. What it does meanwhile is not seen; what the call is for
is seen: `acquire` of a lock, `get` of a queue. A wait is reported if no answer comes for a moment.
"""

from __future__ import annotations

import sys
from _thread import RLock
from functools import partial, wraps
from multiprocessing import managers
from types import FrameType
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_new
from webapp.engine.recorder.queues import item_text
from webapp.engine.recorder.waiting import LABEL, label_of, reporting_wait

QUICK = 0.001
"""Seconds within which most answers come: no wait is reported."""

LOCKS = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition")
QUEUES = ("Queue", "JoinableQueue")

HOWS = {
    **{(kind, "acquire"): How.ACQUIRE for kind in LOCKS},
    **{(kind, "get"): How.GET for kind in QUEUES},
    **{(kind, "put"): How.PUT for kind in QUEUES},
    **{(kind, "join"): How.SIGNAL for kind in QUEUES},
    ("Condition", "wait"): How.SIGNAL,
    ("Event", "wait"): How.SIGNAL,
    ("Barrier", "wait"): How.BARRIER,
}
"""What ends the wait for the answer to a call; of all others only the manager knows."""

TIMEOUTS = {"acquire": 1, "get": 1, "put": 2, "wait": 0}
"""The place of the timeout among the arguments."""


def observe() -> None:
    """Report each call of a proxy's method."""
    # threading.RLock is pickled by name, and that is our wrapper now; the type is not.
    registry = managers.SyncManager._registry  # type: ignore[attr-defined]
    registry["RLock"] = (RLock, *registry["RLock"][1:])
    _label_proxies()
    _report_calls()


def _label_proxies() -> None:
    """Name a proxy after the program's assignment; the name goes along to other processes."""
    proxy: Any = managers.BaseProxy
    init, reduce = proxy.__init__, proxy.__reduce__

    @wraps(init)
    def recorded_init(self: Any, token: Any, *args: Any, **options: Any) -> None:
        init(self, token, *args, **options)
        if (frame := _maker(sys._getframe(1))) is not None:
            setattr(self, LABEL, name_new(token.typeid, frame))

    @wraps(reduce)
    def recorded_reduce(self: Any) -> tuple[Any, ...]:
        rebuild, args = reduce(self)
        label = label_of(self)
        return (rebuild, args, {LABEL: label}) if label else (rebuild, args)

    proxy.__init__, proxy.__reduce__ = recorded_init, recorded_reduce


def _maker(frame: FrameType | None) -> FrameType | None:
    """Return the program's frame that a manager makes a proxy for; None if it is unpickled."""
    while frame is not None and frame.f_globals.get("__name__") == managers.__name__:
        if frame.f_code is managers.RebuildProxy.__code__:  # type: ignore[attr-defined]
            return None
        frame = frame.f_back
    return frame


def _report_calls() -> None:
    proxy: Any = managers.BaseProxy
    call = proxy._callmethod

    @wraps(call)
    def recorded_call(self: Any, methodname: str, args: Any = (), kwds: Any = {}) -> Any:  # noqa: B006
        if is_standard_library(depth=2):
            return call(self, methodname, args, kwds)
        kind, name = self._token.typeid, label_of(self) or self._token.typeid
        emit(Kind.ASKED, name, methodname)
        how = HOWS.get((kind, methodname), How.AWAIT)
        # Before the call: another worker may have the lock, or the item, before the answer is here.
        if methodname == "release" and kind in LOCKS:
            emit(Kind.RELEASED, name)
        elif how is How.PUT:
            emit(Kind.PUT, name, item_text(None, args[0] if args else kwds.get("item")))
        result = _waiting_for_answer(
            self,
            name,
            how,
            _timeout(methodname, args, kwds),
            partial(call, self, methodname, args, kwds),
        )
        if how is How.ACQUIRE and result:
            emit(Kind.GOT, name)
        elif how is How.GET:
            emit(Kind.TOOK, name, item_text(None, result))
        return result

    proxy._callmethod = recorded_call


def _timeout(method: str, args: Any, kwds: Any) -> float | None:
    at = TIMEOUTS.get(method, len(args))
    given: float | None = args[at] if at < len(args) else kwds.get("timeout")
    return given


def _waiting_for_answer(proxy: Any, name: str, how: How, timeout: float | None, call: Any) -> Any:
    """Call, and report a wait for the answer."""
    if not hasattr(proxy._tls, "connection"):
        proxy._connect()
    connection = proxy._tls.connection
    proxy._tls.connection = _Answering(connection, name, how, timeout)
    try:
        return call()
    finally:
        proxy._tls.connection = connection


class _Answering:
    """The connection to a manager while one call is answered."""

    def __init__(self, connection: Any, name: str, how: How, timeout: float | None) -> None:
        self.send, self._connection = connection.send, connection
        self._name, self._how, self._timeout = name, how, timeout

    def recv(self) -> Any:
        """Return the answer: its kind, and the result."""
        if self._connection.poll(QUICK):
            return self._connection.recv()
        answer: Any = None

        def wait() -> bool:
            nonlocal answer
            answer = self._connection.recv()
            return answer[0] != "#ERROR" and answer[1] is not False

        done = reporting_wait(self._name, self._how, self._timeout, wait)
        if done and self._how not in (How.ACQUIRE, How.GET):
            emit(Kind.PASSED, self._name)
        return answer
