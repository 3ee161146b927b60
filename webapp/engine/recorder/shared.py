"""Reports the primitives of `multiprocessing`, in every process that has got hold of them.

They are made by methods of a context (`multiprocessing.Lock()` is one), which is where they are
named. The name goes along when one is pickled for a spawned child. What the package makes for
itself, as the locks inside a queue, has no name and is left alone.
"""

from __future__ import annotations

import multiprocessing
import threading
from _thread import RLock
from collections.abc import Callable
from functools import partial, wraps
from multiprocessing import (
    connection,
    context,
    managers,
    queues,
    reduction,
    sharedctypes,
    synchronize,
)
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from webapp.engine.events import How, Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit
from webapp.engine.recorder.queues import item_text
from webapp.engine.recorder.waiting import LABEL, label_new, label_of, reporting_wait

LABELLED = (
    synchronize.SemLock,
    synchronize.Condition,
    synchronize.Event,
    synchronize.Barrier,
    queues.Queue,
    queues.SimpleQueue,
)

# What a queue's semaphore must know of the put that acquires it: which item it makes room for.
_putting = threading.local()


def observe() -> None:
    """Report the primitives that a program makes, or is given, from now on."""
    _label_what_contexts_make()
    _report_locks()
    _leave_values_alone()
    _report_conditions()
    _report_events()
    _report_queues()
    _report_connections()
    _report_managers()
    _report_signals()


# --- naming ---


def _label_what_contexts_make() -> None:
    names = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")
    for name in (*names, "Queue", "JoinableQueue", "SimpleQueue", "Value", "Array"):
        label_made(name, LABELLED)
    _label_pipes()
    renew_package()


def label_made(name: str, kinds: type | tuple[type, ...]) -> None:
    """Have what a context's method `name` makes named by the program, if it is of these kinds."""
    make: Callable[..., Any] = getattr(context.BaseContext, name)

    @wraps(make)
    def recorded_make(self: Any, *args: Any, **options: Any) -> Any:
        made = make(self, *args, **options)
        # A shared value is reported by its lock; a bare one has none.
        shared = made.get_lock() if hasattr(made, "get_lock") else made
        if isinstance(shared, kinds) and label_of(shared) is None:
            label_new(shared, name)
            _attach(shared)
        return made

    setattr(context.BaseContext, name, recorded_make)


def _label_pipes() -> None:
    make = context.BaseContext.Pipe

    @wraps(make)
    def recorded_pipe(self: Any, duplex: bool = True) -> Any:
        ends = make(self, duplex)
        for end in ends:
            label_new(end, "Connection")
        return ends

    context.BaseContext.Pipe = recorded_pipe  # type: ignore[method-assign]


def renew_package() -> None:
    """Have `multiprocessing.Lock` and its like be the methods as they are now.

    The package's own names were bound to its default context's methods when it was imported.
    """
    for name in multiprocessing.__all__:
        if hasattr(context.BaseContext, name):
            setattr(multiprocessing, name, getattr(context._default_context, name))


def _attach(thing: Any) -> None:
    """Report an object whose methods are its own attributes, bound when it is made or unpickled.

    They must not hold the object itself: its semaphore goes as soon as nobody holds it.
    """
    label = label_of(thing)
    if label is None:
        return
    if isinstance(thing, synchronize.SemLock):
        raw = _Raw(label, type(thing), thing._semlock)  # type: ignore[attr-defined]
        thing.acquire = partial(_acquire, raw)  # type: ignore[method-assign]
        thing.release = partial(_release, raw)  # type: ignore[method-assign]
    elif isinstance(thing, synchronize.Condition):
        _attach_condition(thing, label)
    elif isinstance(thing, queues.Queue):
        slots: Any = vars(thing)["_sem"]
        raw = _Raw(label, type(slots), slots._semlock)
        slots.acquire = partial(_acquire_slot, raw, vars(thing)["_maxsize"])


def _attach_condition(condition: Any, label: str) -> None:
    """Its own lock goes by its own name; a lock that it was given has one."""
    if label_of(condition._lock) is None:
        setattr(condition._lock, LABEL, label)
        _attach(condition._lock)
    condition.acquire, condition.release = condition._lock.acquire, condition._lock.release


def _carry_label(kind: Any) -> None:
    """Have the name go along when an object is pickled for a spawned child."""
    getstate, setstate = kind.__getstate__, kind.__setstate__

    @wraps(getstate)
    def recorded_getstate(self: Any) -> Any:
        label = label_of(self)
        return (LABEL, label, getstate(self)) if label else getstate(self)

    @wraps(setstate)
    def recorded_setstate(self: Any, state: Any) -> None:
        if state[0] != LABEL:
            setstate(self, state)
            return
        setstate(self, state[2])
        setattr(self, LABEL, state[1])
        _attach(self)

    kind.__getstate__, kind.__setstate__ = recorded_getstate, recorded_setstate


# --- locks and semaphores ---


def _report_locks() -> None:
    semlock: Any = synchronize.SemLock
    enter, leave = semlock.__enter__, semlock.__exit__
    _carry_label(semlock)

    @wraps(enter)
    def recorded_enter(self: Any) -> bool:
        return bool(self.acquire() if label_of(self) else enter(self))

    @wraps(leave)
    def recorded_leave(self: Any, *args: Any) -> None:
        if label_of(self):
            self.release()
        else:
            leave(self, *args)

    semlock.__enter__, semlock.__exit__ = recorded_enter, recorded_leave


def _leave_values_alone() -> None:
    """Reading `.value`, or an element of an array, takes the lock each time: too much to tell.

    What the program does itself, by `with array` or `with get_lock()`, is told.
    """
    base: Any = sharedctypes.SynchronizedBase
    init, enter, leave = base.__init__, base.__enter__, base.__exit__

    @wraps(init)
    def recorded_init(self: Any, obj: Any, lock: Any = None, ctx: Any = None) -> None:
        init(self, obj, lock, ctx)
        if isinstance(self._lock, synchronize.SemLock):
            raw = self._lock._semlock  # type: ignore[attr-defined]
            self.acquire, self.release = raw.acquire, raw.release

    @wraps(enter)
    def recorded_enter(self: Any) -> bool:
        return bool(self.acquire() if is_standard_library() else enter(self))

    @wraps(leave)
    def recorded_leave(self: Any, *args: Any) -> None:
        if is_standard_library():
            self.release()
        else:
            leave(self, *args)

    base.__init__ = recorded_init
    base.__enter__, base.__exit__ = recorded_enter, recorded_leave


class _Raw(NamedTuple):
    """What is behind a lock or a semaphore: how it is called, its class, the semaphore itself."""

    label: str
    kind: type[synchronize.SemLock]
    semaphore: Any


def _acquire(raw: _Raw, block: bool = True, timeout: float | None = None) -> bool:
    acquire: Callable[..., bool] = raw.semaphore.acquire
    got = acquire(False)
    if not got and block:
        got = bool(reporting_wait(raw.label, How.ACQUIRE, timeout, lambda: acquire(True, timeout)))
    if got:
        emit(Kind.GOT, raw.label, _count(raw))
    return got


def _release(raw: _Raw) -> None:
    if _may_release(raw):
        emit(Kind.RELEASED, raw.label, _count(raw, after_release=True))
    raw.semaphore.release()


def _may_release(raw: _Raw) -> bool:
    if issubclass(raw.kind, synchronize.RLock):
        return bool(raw.semaphore._is_mine())
    if raw.kind is synchronize.Semaphore:
        return True
    return bool(raw.semaphore._get_value() < raw.semaphore.maxvalue)


def _count(raw: _Raw, *, after_release: bool = False) -> str:
    """An RLock's depth, a semaphore's value; nothing for a lock."""
    if issubclass(raw.kind, synchronize.RLock):
        return str(raw.semaphore._count() - after_release)
    if issubclass(raw.kind, synchronize.Semaphore):
        return str(raw.semaphore._get_value() + after_release)
    return ""


# --- conditions and events; a Barrier is a threading.Barrier and reported as one ---


def _report_conditions() -> None:
    _carry_label(synchronize.Barrier)
    condition: Any = synchronize.Condition
    wait, notify = condition.wait, condition.notify
    _carry_label(condition)

    @wraps(wait)
    def recorded_wait(self: Any, timeout: float | None = None) -> bool:
        label = label_of(self)
        if label is None:
            return bool(wait(self, timeout))
        passed = bool(reporting_wait(label, How.SIGNAL, timeout, lambda: wait(self, timeout)))
        if passed:
            emit(Kind.PASSED, label)
        return passed

    @wraps(notify)
    def recorded_notify(self: Any, n: int = 1) -> None:
        if label := label_of(self):
            emit(Kind.SIGNALLED, label)
        notify(self, n)

    condition.wait, condition.notify = recorded_wait, recorded_notify


def _report_events() -> None:
    event: Any = synchronize.Event
    wait, set_ = event.wait, event.set

    @wraps(wait)
    def recorded_wait(self: Any, timeout: float | None = None) -> bool:
        label = label_of(self)
        if label is None:
            return bool(wait(self, timeout))
        passed = bool(
            self.is_set() or reporting_wait(label, How.SIGNAL, timeout, lambda: wait(self, timeout))
        )
        if passed:
            emit(Kind.PASSED, label)
        return passed

    @wraps(set_)
    def recorded_set(self: Any) -> None:
        if label := label_of(self):
            emit(Kind.SIGNALLED, label)
        set_(self)

    event.wait, event.set = recorded_wait, recorded_set


# --- queues and pipes ---


def _report_queues() -> None:
    for kind in (queues.Queue, queues.JoinableQueue):
        _carry_label(kind)
        _report_puts(kind)
    _carry_label(queues.SimpleQueue)
    _report_gets(queues.Queue)
    _report_simple_queue()
    _report_queue_joins()


def _report_puts(kind: Any) -> None:
    if "put" not in vars(kind):
        return
    put = kind.put

    @wraps(put)
    def recorded_put(self: Any, obj: object, *args: Any, **options: Any) -> None:
        _putting.item = obj
        try:
            put(self, obj, *args, **options)
        finally:
            _putting.item = None  # or it would live as long as this thread

    kind.put = recorded_put


def _acquire_slot(
    raw: _Raw, maxsize: int, block: bool = True, timeout: float | None = None
) -> bool:
    """Make room for an item. It is reported before it is on its way, so before it can be taken."""
    acquire: Callable[..., bool] = raw.semaphore.acquire
    got = acquire(False)
    if not got and block:
        got = bool(reporting_wait(raw.label, How.PUT, timeout, lambda: acquire(True, timeout)))
    if got:
        size = maxsize - raw.semaphore._get_value()
        emit(Kind.PUT, raw.label, item_text(size, _putting.item))
    return got


def _report_gets(kind: Any) -> None:
    get = kind.get

    @wraps(get)
    def recorded_get(self: Any, block: bool = True, timeout: float | None = None) -> Any:
        label = label_of(self)
        if label is None:
            return get(self, block, timeout)
        if block and not self._poll():
            item = reporting_wait(
                label, How.GET, timeout, lambda: get(self, True, timeout), lambda: True
            )
        else:
            item = get(self, block, timeout)
        size = self._maxsize - self._sem._semlock._get_value()
        emit(Kind.TOOK, label, item_text(size, item))
        return item

    kind.get = recorded_get


def _report_simple_queue() -> None:
    kind: Any = queues.SimpleQueue
    put, get = kind.put, kind.get

    @wraps(put)
    def recorded_put(self: Any, obj: object) -> None:
        if label := label_of(self):
            emit(Kind.PUT, label, item_text(None, obj))
        put(self, obj)

    @wraps(get)
    def recorded_get(self: Any) -> Any:
        label = label_of(self)
        if label is None:
            return get(self)
        item = get(self) if not self.empty() else _waiting_get(label, partial(get, self))
        emit(Kind.TOOK, label, item_text(None, item))
        return item

    kind.put, kind.get = recorded_put, recorded_get


def _waiting_get(label: str, get: Callable[[], Any]) -> Any:
    return reporting_wait(label, How.GET, None, get, lambda: True)


def _report_queue_joins() -> None:
    kind: Any = queues.JoinableQueue
    join = kind.join

    @wraps(join)
    def recorded_join(self: Any) -> None:
        label = label_of(self)
        if label is None or self._unfinished_tasks._semlock._is_zero():
            join(self)
            return
        reporting_wait(label, How.SIGNAL, None, lambda: join(self), lambda: True)
        emit(Kind.PASSED, label)

    kind.join = recorded_join


def _report_connections() -> None:
    kind: Any = connection.Connection
    for send, receive in (("send", "recv"), ("send_bytes", "recv_bytes")):
        setattr(kind, send, _reporting_send(getattr(kind, send)))
        setattr(kind, receive, _reporting_receive(getattr(kind, receive), kind.poll))
    _report_polls(kind)
    reduction.register(kind, _reduce_connection)


def _reporting_send(send: Any) -> Any:
    @wraps(send)
    def recorded_send(self: Any, obj: Any, *args: Any, **options: Any) -> None:
        if label := label_of(self):
            emit(Kind.PUT, label, item_text(None, obj))
        send(self, obj, *args, **options)

    return recorded_send


def _reporting_receive(receive: Any, poll: Callable[[Any], bool]) -> Any:
    @wraps(receive)
    def recorded_receive(self: Any, *args: Any, **options: Any) -> Any:
        get = partial(receive, self, *args, **options)
        label = label_of(self)
        if label is None:
            return get()
        item = get() if poll(self) else _waiting_get(label, get)
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
        return bool(_waiting(label, timeout, lambda: poll(self, timeout)))

    @wraps(wait)
    def recorded_wait(object_list: Any, timeout: float | None = None) -> list[Any]:
        if is_standard_library():
            return wait(object_list, timeout)
        things = list(object_list)
        labels = [label for thing in things if (label := label_of(thing))]
        # Where the program waits for other things too, nothing can be said of who ends the wait.
        if not labels or len(labels) < len(things):
            return wait(things, timeout)
        ready = [] if timeout == 0 else wait(things, 0)
        return ready or list(_waiting(", ".join(labels), timeout, lambda: wait(things, timeout)))

    kind.poll, connection.wait = recorded_poll, recorded_wait


def _waiting(label: str, timeout: float | None, wait: Callable[[], Any]) -> Any:
    """Wait for something to come, which is left where it is."""
    found = reporting_wait(label, How.GET, timeout, wait)
    if found:
        emit(Kind.PASSED, label)
    return found


def _reduce_connection(end: Any) -> tuple[Any, ...]:
    """Pickle as the original does; the state that is set afterwards carries the name."""
    rebuild, args = connection.reduce_connection(end)  # type: ignore[attr-defined]
    label = label_of(end)
    return (rebuild, args, {LABEL: label}) if label else (rebuild, args)


# --- managers and signals ---


def _report_managers() -> None:
    proxy: Any = managers.BaseProxy
    call = proxy._callmethod
    # The function threading.RLock is pickled by a name that is ours now; the type is not.
    registry = managers.SyncManager._registry  # type: ignore[attr-defined]
    registry["RLock"] = (RLock, *registry["RLock"][1:])

    @wraps(call)
    def recorded_call(self: Any, methodname: str, *args: Any, **options: Any) -> Any:
        if not is_standard_library(depth=2):
            emit(Kind.ASKED, self._token.typeid, methodname)
        return call(self, methodname, *args, **options)

    proxy._callmethod = recorded_call


def _report_signals() -> None:
    for name, signal in (("terminate", "SIGTERM"), ("kill", "SIGKILL")):
        _report_signal(name, signal)


def _report_signal(name: str, signal: str) -> None:
    send = getattr(BaseProcess, name)

    @wraps(send)
    def recorded_send(self: BaseProcess) -> None:
        if not is_standard_library():
            emit(Kind.SIGNALLED, self.name, signal)
        send(self)

    setattr(BaseProcess, name, recorded_send)
