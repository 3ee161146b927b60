"""Passes the turn among the workers of a run. Only the worker that has the turn runs.

At a choice point more than one worker can go on. There the schedule's next choice decides; when it
is used up, the worker that has the turn keeps it (`_default`). Time is virtual: it stands still
while anybody can go on, and then jumps to the end of the next sleep or time-out.
"""

from __future__ import annotations

from _thread import LockType, allocate_lock, get_ident
from collections.abc import Callable, Sequence
from typing import NoReturn

from webapp.engine.directed.footprints import Access, Footprint

SLICE = 50_000
"""Points after which a worker that keeps the turn gives it to the next one: a program may loop
until another thread has done something."""

YIELD = 20
"""Points that a `sleep(0)` counts for."""

MOST_STEPS = 200_000
"""Points of a run, after which it is ended: it may never end by itself."""

Choice = int
"""A worker's number: 0 is the main thread, the others count from 1 in the order of their starts."""


class Worker:
    """A thread of the run.

    `ready` returns whether it can go on (None: it can), at the latest at `deadline` (seconds of
    virtual time). `announce` reports that it waits, the first time that it cannot go on.
    """

    __slots__ = (
        "announce", "deadline", "ended", "footprint", "ident", "name", "number", "ready", "turn"
    )  # fmt: skip

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.turn: LockType = allocate_lock()
        self.turn.acquire()
        self.footprint: Footprint = ()
        self.ready: Callable[[], bool] | None = None
        self.deadline: float | None = None
        self.announce: Callable[[], None] | None = None
        self.ended = False
        self.ident = 0  # its get_ident(), once it has begun

    def can_go_on(self, now: float) -> bool:
        """Return whether it can go on at a virtual time."""
        if self.ready is None or self.ready():
            return True
        return self.deadline is not None and self.deadline <= now


class Scheduler:
    """The workers of this process, the schedule's choices, and the virtual clock.

    `live` holds the workers that have not ended, `choices` what was chosen so far, and `steps` each
    step that was taken: who, the bits of those who could, and the footprint. `halt` is called with
    a reason and a text when the run cannot go on; it does not return. If it `pauses`, the reason
    "choose" says that the schedule is used up, and `report` is called with who goes on by each of
    the schedule's choices, before it does.
    """

    def __init__(
        self, schedule: Sequence[Choice], halt: Callable[[str, str], NoReturn], *, announces: bool
    ) -> None:
        self.halt = halt
        self._announces = announces
        self.begin(schedule)

    def begin(self, schedule: Sequence[Choice]) -> None:
        """Begin a run, in the thread that calls this; no other worker of ours may live."""
        self.schedule = schedule
        self.choices: list[Choice] = []
        self.deviated = 0  # places of the schedule up to the last one that is not the default
        self.pauses = self.halted = False
        self.report: Callable[[Worker], None] | None = None
        self.steps: list[tuple[int, int, list[Access]]] = []
        self.switches = 0
        self.now = 0.0
        self.count = 0  # points
        self._kept = 0  # points since the turn was passed on
        self.current = Worker(0, "MainThread")
        self.current.ident = get_ident()
        self.workers = [self.current]
        self.live = [self.current]
        self.alone = True  # only one worker lives
        self.steps.append((0, 1, []))

    def add(self, name: str) -> Worker:
        """Add a worker that can go on."""
        worker = Worker(len(self.workers), name)
        self.workers.append(worker)
        self.live.append(worker)
        self.alone = False
        return worker

    def touch(self, access: Access) -> None:
        """Add an access to the footprint of the present step."""
        self.steps[-1][2].append(access)

    def point(self, footprint: Footprint, weight: int = 1) -> None:
        """Let the schedule decide who goes on, before a step with this footprint."""
        if self.alone or self.halted:
            return
        self._kept += weight
        me = self.current
        me.footprint = footprint
        self._pass_on(me)

    def wait(
        self,
        footprint: Footprint,
        ready: Callable[[], bool],
        timeout: float | None = None,
        announce: Callable[[], None] | None = None,
    ) -> bool:
        """Wait until `ready`, at most `timeout` seconds of virtual time; return whether it is."""
        me = self.current
        me.footprint, me.ready = footprint, ready
        me.deadline = None if timeout is None else self.now + timeout
        me.announce = announce if self._announces else None
        if me.announce and not ready():
            self._announce(me)
        self._pass_on(me)
        me.ready = me.deadline = me.announce = None
        return ready()

    def end(self) -> None:
        """End the worker that has the turn; the thread must do nothing more."""
        me = self.current
        me.ended = True
        self.live.remove(me)
        self.alone = len(self.live) == 1
        self._pass_on(me)

    def _pass_on(self, me: Worker) -> None:
        self.count += 1
        if self.count > MOST_STEPS:
            self.halt("steps", str(MOST_STEPS))
        chosen, able = self._choose(me)
        if chosen is not me:
            self._kept = 0
            self.current = chosen
        self.steps.append((chosen.number, able, list(chosen.footprint)))
        if chosen is not me:
            chosen.turn.release()
            if not me.ended:
                self.sit_out(me)

    def sit_out(self, me: Worker) -> None:
        """Wait for the turn; announce a wait if asked to."""
        while True:
            me.turn.acquire()
            if self.current is me:
                return
            self._announce(me)
            self.current.turn.release()

    def _choose(self, me: Worker) -> tuple[Worker, int]:
        """Return who goes on, and the bits of those who could."""
        able = self._able()
        while not able:
            self._let_announce(me)
            times = [worker.deadline for worker in self.live if worker.deadline is not None]
            if not times:
                self.halt("deadlock", "")
            self.now = min(times)
            able = self._able()
        if self._announces:
            self._let_announce(me)
        bits = 0
        for worker in able:
            bits |= 1 << worker.number
        if len(able) == 1:
            return able[0], bits
        usual = chosen = self._default(me, able)
        if len(self.choices) < len(self.schedule):
            chosen = self._scheduled(able, len(self.choices))
            if self.report:
                self.report(chosen)
        elif self.pauses:
            self.halt("choose", ",".join(str(worker.number) for worker in able))
        self.choices.append(chosen.number)
        if chosen is not usual:
            self.deviated = len(self.choices)
        if chosen is not me and me in able and self._kept <= SLICE:
            self.switches += 1
        return chosen, bits

    def _able(self) -> list[Worker]:
        able, now = [], self.now
        for worker in self.live:
            if worker.ready is None or worker.can_go_on(now):
                able.append(worker)
        return able

    def _scheduled(self, able: list[Worker], place: int) -> Worker:
        number = self.schedule[place]
        for worker in able:
            if worker.number == number:
                return worker
        there = number < len(self.workers)
        self.halt("cannot go on" if there else "not there", f"{place + 1} {number}")

    def _default(self, me: Worker, able: list[Worker]) -> Worker:
        """Return `me` if it can go on and did not keep the turn for too long, else the next."""
        if me in able:
            if self._kept <= SLICE:
                return me
            return next((worker for worker in able if worker.number > me.number), able[0])
        return able[0]

    def _let_announce(self, me: Worker) -> None:
        """Let all workers report that they wait, who have begun to."""
        for worker in self.live:
            if worker.announce and worker is not me and not worker.can_go_on(self.now):
                worker.turn.release()
                me.turn.acquire()

    def _announce(self, me: Worker) -> None:
        announce, me.announce = me.announce, None
        if announce:
            announce()
