"""Makes a step of each line that a worker runs, with the values of what it touches.

A point calls `Stepper.at` right before an instruction. What is looked up there must be what the
instruction then reads, although threads take turns. The interpreter lets another thread go on only
after a call and at a jump back. So a look is the last thing that `at` does, and makes no call: no
other thread can run between it and the instruction (with the GIL). What an instruction has written
is looked up at the worker's next point; a write of another thread to the same place looks it up
earlier. Both are marked below.

A step holds all that its line touches, but ends as soon as another worker has touched something:
a line that reads, and writes after another worker's write, is two steps.
"""

from __future__ import annotations

import threading
from _thread import get_ident
from collections.abc import Iterator
from types import FrameType
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder import channel, workers
from webapp.engine.slow_motion import between
from webapp.engine.slow_motion.labels import is_own
from webapp.engine.slow_motion.shown import DATA, shown
from webapp.engine.slow_motion.sites import Form, Found, Point, Starts
from webapp.engine.touches import LIMIT, MOST_LINES, Read, Touched, Write

MOST_TOUCHED = 8
"""Variables that a step reads, or writes."""

UNSET, ABSENT = object(), object()
"""A value that is not looked up yet, and that of a name that does not exist."""


class Access:
    """An instruction's access to a place.

    `value` is what was there before it, `after` what it wrote. `apart` is whether another worker
    has touched anything since this one's last access.
    """

    __slots__ = ("after", "apart", "found", "place", "time", "value", "writes")

    def __init__(self, found: Found, *, writes: bool) -> None:
        self.found = found
        self.place = found.place
        self.writes = writes
        self.value: object = UNSET
        self.after: object = UNSET
        self.time = 0
        self.apart = False


class State:
    """The step that a thread is in."""

    __slots__ = (
        "access", "between", "busy", "function", "line", "offset", "open", "reads", "task",
        "thread", "time", "writes",
    )  # fmt: skip

    def __init__(self) -> None:
        self.open = self.busy = False
        self.access: Access | None = None
        self.thread = threading._active.get(get_ident())  # type: ignore[attr-defined]
        self.line = self.offset = self.time = 0
        self.function = ""
        self.task: workers.Task | None = None
        self.reads: list[Read] = []
        self.writes: list[Write] = []
        self.between: set[str] = set()


class Stepper:
    """The steps of this process's threads."""

    def __init__(self) -> None:
        self.stopped = False
        self._left = MOST_LINES
        self._states: dict[int, State] = {}
        self._last: State | None = None  # of the worker that has touched something last
        self._pending: dict[tuple[object, ...], Access] = {}  # the last write to each place
        self._clock: Iterator[int] = iter(())

    def at(self, frame: FrameType, point: Point) -> None:
        """Take note of a point that the calling thread has reached; must be called last."""
        state = self._states.get(get_ident()) or self._begin_thread()
        if state.busy or self.stopped:
            return
        state.busy = True
        access = self._prepare(state, frame, point)
        state.access, state.busy = access, False
        if access is None:
            return
        form, box, key, place = access.found.form, access.found.box, access.found.key, access.place
        pending, clock = self._pending, self._clock
        # From here on: no call, and no jump back.
        try:
            if form is Form.ITEM:
                access.value = box[key]
            elif form is Form.CELL:
                access.value = box.f_locals[key]
        except Exception:
            access.value = ABSENT
        access.apart = self._last is not state
        self._last = state
        for access.time in clock:
            break
        if access.writes:
            try:
                other = pending[place]
                if other.after is UNSET:
                    other.after = access.value
            except KeyError:
                pass
            pending[place] = access

    def _begin_thread(self) -> State:
        # Its next item is the time. A `for` takes it without a call of the interpreter's.
        self._clock = iter(channel.clock(), None)
        state = self._states[get_ident()] = State()
        return state

    def _prepare(self, state: State, frame: FrameType, point: Point) -> Access | None:
        """End the step before, begin another one if it is time; return the access of the point."""
        if state.access is not None:
            self._take(state)
        starts, before, state.offset = point.starts, state.offset, frame.f_lasti
        if starts is Starts.ALWAYS or (
            starts is not Starts.NO
            and (point.line != state.line or (starts is Starts.AGAIN and state.offset <= before))
        ):
            self._begin(state, frame, point)
        if point.site is None or (found := point.site.find(frame)) is None:
            return None
        if not state.open or point.line != state.line:
            self._begin(state, frame, point)
        access = Access(found, writes=point.site.writes)
        if found.form in (Form.WHOLE, Form.BETWEEN):
            access.value = _look(found)
        return access

    def flush(self, kind: Kind) -> None:
        """End the calling thread's step, before it reports an event of this kind."""
        state = self._states.get(get_ident())
        if state is None or state.busy:
            return
        state.busy = True
        if state.access is not None:
            self._take(state)
        if state.open:
            self._report(state)
        state.busy = False
        if kind is Kind.ENDED:  # another thread may get its number
            del self._states[get_ident()]

    def note(self, value: object, written: bool) -> None:
        """Take the value that the calling thread's access to shared memory really had."""
        state = self._states.get(get_ident())
        access = state.access if state is not None else None
        if access is None or access.found.form is not Form.BETWEEN:
            return
        if written == access.writes:
            access.time = channel.clock()()
            if written:
                access.after = value
            else:
                access.value = value

    def forget_others(self) -> None:
        """Forget the other threads, in a child that was forked."""
        own = self._states.get(get_ident())
        self._states = {get_ident(): own} if own is not None else {}
        self._pending = {}
        self._last = None

    def stop(self, reason: str, text: str = "") -> None:
        """Record no more steps."""
        if not self.stopped:
            self.stopped = True
            channel.emit(Kind.UNWATCHED, reason, text, line=0)

    def _begin(self, state: State, frame: FrameType, point: Point) -> None:
        if state.open:
            self._report(state)
        code: Any = frame.f_code
        state.open, state.line, state.function = True, point.line, code.co_qualname
        state.task = workers.tasks.get(get_ident()) if workers.tasks else None
        state.time = channel.clock()()

    def _take(self, state: State) -> None:
        """Add the access of the last point to the step."""
        access, state.access = state.access, None
        assert access is not None
        found = access.found
        if access.writes and access.after is UNSET:
            # No other thread can run after the look and before the test.
            after = _look(found)
            if access.after is UNSET:
                access.after = after
        if not _is_data(access.value) and not (access.writes and _is_data(access.after)):
            return
        before = _text(access.value)
        after_text = _text(access.after) if access.writes else None
        access.found = access.value = access.after = None  # type: ignore[assignment]
        # Another process may have touched shared memory since.
        apart = access.apart or found.form is Form.BETWEEN
        if apart and (state.reads or state.writes):
            self._report(state)
            state.open = True
        state.time = access.time
        self._add(state, found, before, after_text, writes=access.writes)

    def _add(
        self, state: State, found: Found, before: str | None, after: str | None, *, writes: bool
    ) -> None:
        reads_only = not writes or (found.form is Form.WHOLE and before == after)
        if found.form is Form.BETWEEN:
            state.between.add(found.name)
        if reads_only:
            read = Read(found.name, before)
            if len(state.reads) < MOST_TOUCHED and read not in state.reads:
                state.reads.append(read)
        elif len(state.writes) < MOST_TOUCHED:
            state.writes.append(Write(found.name, before, after))

    def _report(self, state: State) -> None:
        touched = Touched(state.reads, state.writes, sorted(state.between))
        state.reads, state.writes, state.between, state.open = [], [], set(), False
        if self.stopped:
            return
        task = state.task
        worker = workers.worker_name(state.thread) if task is None else None
        channel.emit(
            Kind.STEPPED,
            state.function,
            touched.dump(),
            line=state.line,
            time=state.time,
            task=task,
            worker=worker,
        )
        self._left -= 1
        if self._left <= 0:
            self.stop(LIMIT, str(MOST_LINES))


def _look(found: Found) -> object:
    """Return what is at a place now."""
    box: Any = found.box
    try:
        if found.form is Form.BETWEEN:
            return between.look(box, found.key)
        if found.form is Form.CELL:
            return box.f_locals[found.key]
        if found.form is Form.ITEM:
            return box[found.key]
        return _Text(shown(box))
    except Exception:
        return ABSENT


class _Text(str):
    """A value that is written already."""

    __slots__ = ()


def _is_data(value: object) -> bool:
    kind = type(value)
    return kind in DATA or kind is _Text or is_own(value)


def _text(value: object) -> str | None:
    if value is ABSENT or value is UNSET:
        return None
    return str(value) if type(value) is _Text else shown(value)
