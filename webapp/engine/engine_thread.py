"""The engine's thread: starts runs, reads what they report, and ends them.

Only this thread reads from runs, so that a slow visitor never slows a run. Other threads send it
commands. `loop` calls the function that belongs to what has come.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter

from webapp.engine import deadlock, wire
from webapp.engine.limits import Limits
from webapp.engine.link import Link
from webapp.engine.live_run import LiveRun
from webapp.engine.loop import Loop, guard
from webapp.engine.machines import Machine
from webapp.engine.other_ends import find_other_ends
from webapp.engine.pace import TICK, Pace
from webapp.engine.recording import Outcome
from webapp.engine.run_folder import RunFolder
from webapp.engine.run_user import find_run_user
from webapp.engine.runner import Phase
from webapp.engine.runs import Runs
from webapp.engine.slots import Slot, Slots
from webapp.engine.surroundings import Surroundings
from webapp.engine.verdict import judge, printed_too_much
from webapp.engine.waits import State

log = logging.getLogger(__name__)

STARTING = 2
"""Programs per core that may be starting at a time. If a whole class started at once, all first
lines would come late."""

REFILL = 0.01
"""Seconds without anything to read after which the next slot is made ready."""

STOPPED = "the server was stopped"
"""The detail of a run that was lost because the server was stopped."""


class EngineThread:
    """Carries out runs in a thread of its own; other threads call only the methods marked so."""

    def __init__(self, runs: Runs, limits: Limits, around: Surroundings, machine: Machine) -> None:
        """Start the launcher and the thread. Raises OSError, RunUserError."""
        self._runs = runs
        self._limits = limits
        self._around = around
        self._machine = machine
        self._running: dict[str, LiveRun] = {}  # by the names of their slots
        self._starting: set[str] = set()  # names of the slots whose programs have not begun
        self._most_starting = STARTING * machine.cores
        self._ended = Counter(dict.fromkeys(Outcome, 0))
        self._closing = False
        self._loop = Loop()
        self.command = self._loop.command  # called from any thread
        self._pace = Pace(self._loop.take_urgent)
        self.end_all_at: float | None = None  # time.monotonic(), once the server drains
        user = find_run_user(around.user)
        self._folder = RunFolder(user)
        self.folder = self._folder.path
        self.link = Link(
            self.folder,
            user,
            around,
            self._loop.urgent,
            over=self._end,
            reaped=self._vacate,
            gone=self._start_anew,
        )
        # Opened after the link, which may fork the launcher: that must not inherit it.
        self._loop.open()
        self._terms = wire.Terms(limits.soft_deadline, limits.grace, limits.processes)
        self.slots = Slots(
            self._folder,
            user,
            limits.resources(),
            around.work,
            self._loop.outputs,
            ahead=not around.forks,  # a command runs one program
            tell=self.link.tell,
            take=self._take_and_say if around.output else self._take,
        )
        self.slots.refill()
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    # --- called from any thread ---

    @property
    def running(self) -> int:
        """The number of running runs."""
        return len(self._running)

    @property
    def ended(self) -> Counter[Outcome]:
        """The number of ended runs, by outcome."""
        return self._ended.copy()

    def close(self) -> None:
        """End all runs, the launcher and the engine's thread, and wait for them."""
        if self._closing:
            return
        self._closing = True
        self.command(lambda: None)
        self._thread.join()
        self.link.close(self._limits.grace + 5)
        self._loop.close()
        self._folder.remove()

    # --- the loop ---

    def _serve(self) -> None:
        while not self._closing:
            is_idle = not self._loop.take(self._patience())
            if is_idle and self.slots.is_to_refill():
                guard(self.slots.refill)
            if self._pace.keep(len(self._running)):
                guard(self._look)
        for name in self.slots.names:
            self._vacate(name)

    def _patience(self) -> float | None:
        """Return how long to wait for something to read, in seconds; None: for ever."""
        if self.slots.is_to_refill():
            return REFILL
        idle = not self._running and self.slots.is_settled and not self._runs.waiting
        return None if idle else TICK

    def _look(self) -> None:
        """Do the periodic checks: runs without followers, deadlines, deadlocks, draining."""
        now = time.monotonic()
        self.slots.thin_out(now)
        if self._running:
            self.link.look(now)
        for run in self._runs.not_over():
            if self.end_all_at is not None and now >= self.end_all_at:
                self.stop(run, Outcome.LOST, STOPPED)
            elif run.is_abandoned(now):
                self.stop(run, Outcome.CANCELLED, "nobody followed it any more")
            elif run.slot and run.is_beyond_deadline(now):
                log.error("the supervisor of run %s does not keep its deadline", run.id)
                self.link.tell(wire.Kill(run.slot.name))
            elif run.phase is Phase.RUNNING and run.is_to_examine(now):
                self._examine(run)

    def _examine(self, run: LiveRun) -> None:
        state = State(run.events)
        run.other_ends = state.other_ends = find_other_ends(state)
        cycle = deadlock.find_cycle(state, interruptible=self._around.inherits)
        # Checked after the search: a thread that sleeps because its FIFO is full has unread events.
        if cycle and not (run.slot and run.slot.has_unread()):
            run.cycle = cycle
            self.stop(run, Outcome.DEADLOCKED, deadlock.describe(cycle))

    # --- how a run begins ---

    def fill(self) -> None:
        """Start waiting runs while there is room."""
        while self._has_room() and (run := self._runs.next()):
            self._launch(run)

    def _has_room(self) -> bool:
        few = len(self._starting) < self._most_starting
        return few and len(self._running) < self._limits.capacity

    def _launch(self, run: LiveRun) -> None:
        try:
            slot = self.slots.get(observe=run.observe)
        except OSError as error:
            self._finish(run, Outcome.FAILED, f"no room for its files: {error.strerror}")
            return
        run.slot = slot
        self._running[slot.name] = run
        self._starting.add(slot.name)
        request = wire.dump_line(self._around.request(run.program))
        if len(request) > wire.MESSAGE_SIZE:
            self._finish(run, Outcome.FAILED, "its parameters and arguments are too long")
            return
        slot.write("terms", wire.dump_line(self._terms))
        slot.write("request", request)
        self._pace.hurry()
        run.begin()

    # --- what it reports ---

    def _take_and_say(self, slot: Slot, output: str) -> None:
        with slot.saying_so():
            self._take(slot, output)

    def _take(self, slot: Slot, output: str) -> None:
        if output == "events":
            data = slot.read(output)
        else:
            size = slot.unread(output)  # the events before this output are in their FIFO by now
            self._take(slot, "events")
            if data := slot.read(output, size):
                slot.count_read()
        run = self._running.get(slot.name)
        if not data or run is None:
            return  # from a process that outlived its run: read only to empty the FIFO
        if output == "events":
            self._take_events(run, slot, data)
        else:
            self._take_output(run, output, data)

    def _take_events(self, run: LiveRun, slot: Slot, data: bytes) -> None:
        events = run.reports.read(data, len(run.events) + 1)
        if not run.printed:
            self._pace.hurry()
        if run.reports.began and slot.name in self._starting:
            self._starting.remove(slot.name)
            self.fill()
        if run.keep(events, run.reports.held, run.reports.take_unsent()):
            run.reports.forget()
            self.stop(run, Outcome.FAILED, printed_too_much(self._limits))
        if halt := run.take_halt(events):
            self.stop(run, *halt)

    def _take_output(self, run: LiveRun, stream: str, data: bytes) -> None:
        if run.keep(run.reports.read_output(stream, data, len(run.events) + 1)):
            self.stop(run, Outcome.FAILED, printed_too_much(self._limits))

    def _take_rest(self, run: LiveRun, slot: Slot) -> None:
        """Read what is left in the FIFOs of a run whose processes have ended."""
        while data := slot.read("events"):
            self._take_events(run, slot, data)
        for stream in ("stdout", "stderr"):
            while data := slot.read(stream):
                self._take_output(run, stream, data)

    # --- how it ends ---

    def stop(self, run: LiveRun, outcome: Outcome, detail: str = "") -> None:
        """End a run, unless it is over or already being stopped."""
        if run.phase is Phase.OVER or run.stopped_as is not None:
            return
        run.stopped_as, run.detail = outcome, detail
        if run.slot is not None:
            self.link.tell(wire.Stop(run.slot.name))
            return
        self._runs.leave_line(run)
        self._finish(run, outcome, detail)

    def _end(self, over: wire.Over) -> None:
        """Finish a run, after its supervisor's report."""
        slot, run = self.slots.find(over.slot), self._running.get(over.slot)
        if slot is None or run is None:
            return
        self._take_rest(run, slot)
        outcome, detail = judge(over, run.stopped_as, run.detail, self._limits)
        # A late SIGTERM meant for this run must not hit the slot's next run.
        again = over.intact and run.stopped_as is None and not self._closing
        self._finish(run, outcome, detail, over, again=again)

    def _vacate(self, name: str) -> None:
        """Give up a slot whose supervisor has ended; a run in it is lost."""
        if (slot := self.slots.find(name)) is None:
            return
        if run := self._running.get(name):
            self._take_rest(run, slot)
            self._finish(run, Outcome.LOST)
        else:
            self.slots.lose(slot, remove=not self._closing)

    def _start_anew(self) -> None:
        """Start a new launcher, after the old one and all runs have ended."""
        if self._closing:
            return
        vacant = self.slots.names
        self.link.start()
        for name in vacant:
            self._vacate(name)

    def _finish(
        self,
        run: LiveRun,
        outcome: Outcome,
        detail: str = "",
        over: wire.Over | None = None,
        *,
        again: bool = False,
    ) -> None:
        if run.slot is not None:
            # While we close, the launcher may still use the folder: close() removes all folders.
            leave = self.slots.take_back if again else self.slots.give_up
            leave(run.slot, remove=not self._closing)
        self._runs.finish(run)
        run.end(outcome, detail, self._machine, over)
        if run.slot is not None:
            self._running.pop(run.slot.name, None)
            self._starting.discard(run.slot.name)
        self._ended[outcome] += 1
        self.command(self.fill)  # not called directly: fill() may call _finish()
