"""Reports the connections of pipes of `multiprocessing`."""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Callable
from functools import partial, wraps
from multiprocessing import connection, context, reduction
from typing import Any

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.names import name_pair
from webapp.engine.recorder.queues import item_text
from webapp.engine.recorder.shared.queues import reporting_get
from webapp.engine.recorder.waiting import LABEL, label_of, reporting_wait

OTHER = "_recorded_other"
"""The attribute of an end that names the other one, as the kernel does in /proc/PID/fd."""


def observe() -> None:
    """Report what is sent and received, and the waits for it."""
    _label_pipes()
    kind: Any = connection.Connection
    for send, receive in (("send", "recv"), ("send_bytes", "recv_bytes")):
        setattr(kind, send, _reporting_send(getattr(kind, send)))
        setattr(kind, receive, _reporting_receive(getattr(kind, receive), kind.poll))
    _report_room(kind)
    _report_polls(kind)
    reduction.register(kind, _reduce_connection)


def _label_pipes() -> None:
    make = context.BaseContext.Pipe

    @wraps(make)
    def recorded_pipe(self: Any, duplex: bool = True) -> Any:
        ends = make(self, duplex)
        if not is_standard_library():
            names = name_pair("Connection", sys._getframe(1))
            for end, other, name in zip(ends, ends[::-1], names, strict=True):
                setattr(end, LABEL, name)
                setattr(end, OTHER, _name(other))
        return ends

    context.BaseContext.Pipe = recorded_pipe  # type: ignore[method-assign]


def _name(end: Any) -> str:
    told = os.fstat(end.fileno())
    return f"{'socket' if stat.S_ISSOCK(told.st_mode) else 'pipe'}:[{told.st_ino}]"


def _how(how: How, end: Any) -> str:
    """Return how an end waits without a time-out, and what its other end is."""
    other = getattr(end, OTHER, "")
    return f"{how}  {other}" if other else how


def _reporting_send(send: Any) -> Any:
    @wraps(send)
    def recorded_send(self: Any, obj: Any, *args: Any, **options: Any) -> None:
        if label := label_of(self):
            emit(Kind.PUT, label, item_text(None, obj))
        send(self, obj, *args, **options)

    return recorded_send


def _report_room(kind: Any) -> None:
    """Report that a send waits until the other side has received."""
    write_all = kind._send

    @wraps(write_all)
    def recorded_write(self: Any, buf: Any, *args: Any) -> None:
        label, rest = label_of(self), memoryview(buf)
        if label is None or args:
            write_all(self, buf, *args)
            return
        room = select.poll()
        room.register(self._handle, select.POLLOUT)
        # A pipe that is ready takes so much without waiting: see pipe(7).
        while rest and room.poll(0):
            rest = rest[os.write(self._handle, rest[: select.PIPE_BUF]) :]
        if rest:
            how = _how(How.PUT, self)
            reporting_wait(label, how, None, lambda: write_all(self, rest), lambda: True)
            emit(Kind.PASSED, label)

    kind._send = recorded_write


def _reporting_receive(receive: Any, poll: Callable[[Any], bool]) -> Any:
    @wraps(receive)
    def recorded_receive(self: Any, *args: Any, **options: Any) -> Any:
        get = partial(receive, self, *args, **options)
        label = label_of(self)
        if label is None:
            return get()
        item = get() if poll(self) else reporting_get(label, get, _how(How.GET, self))
        emit(Kind.TOOK, label, item_text(None, item))
        return item

    return recorded_receive


def _report_polls(kind: Any) -> None:
    poll, wait = kind.poll, connection.wait

    @wraps(poll)
    def recorded_poll(self: Any, timeout: float | None = 0.0) -> bool:
        label = label_of(self)
        if label is None or timeout == 0 or poll(self):
            return bool(poll(self, timeout))
        how = _how(How.GET, self) if timeout is None else How.GET
        return bool(_waiting(label, timeout, lambda: poll(self, timeout), how))

    @wraps(wait)
    def recorded_wait(object_list: Any, timeout: float | None = None) -> list[Any]:
        if is_standard_library():
            return wait(object_list, timeout)
        things = list(object_list)
        labels = [label for thing in things if (label := label_of(thing))]
        # If the program waits for other objects too, it is not known what ends the wait.
        if not labels or len(labels) < len(things):
            return wait(things, timeout)
        ready = [] if timeout == 0 else wait(things, 0)
        return ready or list(_waiting(", ".join(labels), timeout, lambda: wait(things, timeout)))

    kind.poll, connection.wait = recorded_poll, recorded_wait


def _waiting(label: str, timeout: float | None, wait: Callable[[], Any], how: str = How.GET) -> Any:
    """Wait until there is something to receive, without receiving it."""
    found = reporting_wait(label, how, timeout, wait)
    if found:
        emit(Kind.PASSED, label)
    return found


def _reduce_connection(end: Any) -> tuple[Any, ...]:
    """Pickle as the original does, with what we have noted as state."""
    rebuild, args = connection.reduce_connection(end)  # type: ignore[attr-defined]
    noted = {name: value for name in (LABEL, OTHER) if (value := getattr(end, name, None))}
    return (rebuild, args, noted) if noted else (rebuild, args)
