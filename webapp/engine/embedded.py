"""The runner that needs nothing but Python: its launcher is a child of this process.

One thread does all reading, so that a slow visitor never slows a run, and owns all that changes:

    start, cancel ──commands──> the engine's thread ──> launcher
                                      ^    │
                        FIFOs of runs ┘    └─> _Run (events, state) ──condition──> followers
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import fcntl
import logging
import os
import secrets
import select
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from webapp.engine import deadlock, launcher, wire
from webapp.engine.events import Event, Joiner, Kind, decode
from webapp.engine.fair import FairQueue
from webapp.engine.limits import MB, Limits
from webapp.engine.machines import Machine, this_machine
from webapp.engine.pressure import held_up
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Receipt, Recording, Wait
from webapp.engine.run_user import Identity, find_run_user
from webapp.engine.runner import HEARTBEAT, Busy, Load, Phase, State, UnknownRun, Unreachable
from webapp.engine.surroundings import Surroundings, bare

log = logging.getLogger(__name__)

READ_SIZE = 1 << 18
FIFO_SIZE, WIDE_FIFO_SIZE = 1 << 16, 1 << 20
"""Bytes that a FIFO holds: as it is made, and at most, for a program that reports faster than we
read (see pipe(7)). All FIFOs of a user share a limit, so only those are widened that need it."""

TICK = 0.1
"""Seconds between looks at the clock: for runs that nobody follows and for deadlocks."""

ESSENTIAL = frozenset({Kind.PRINTED, Kind.STARTED, Kind.ENDED, Kind.EXITED, Kind.RAISED})
ESSENTIAL_SHARE = 1.5
"""How far beyond the limit of events those are kept that a run's result stands on."""

BURST = 300
"""Reads within a TICK, times the runs that go on, after which the engine's thread rests between two
of them: a reader that waits for each event is woken for each, by the program's thread, which takes
as long as to report it. A short run ends before, and is not held up; a class is read together."""

REST = 0.001
"""Seconds of such a rest."""

GATHER, LONGEST_GATHER = 0.001, 0.2
"""Seconds that a follower is left to itself after a batch, for each run that goes on, and at most:
what comes meanwhile is one batch. To wake hundreds for every step takes longer than to show it."""

FRAME = 16
"""Batches of one run after which even a single one is gathered for so many GATHER: a screen shows
nothing more often, and what comes first is never held up."""

MEMORY_FOLDER = Path("/dev/shm")
"""Where the FIFOs of runs are, if it is there: on a disk their making and removing takes longer
than the forks of a run, most of it in the file system's own bookkeeping."""

PASSED_THROUGH, USED = 0o2710, 0o2770
"""What the group of the user that runs go under may do in a folder: open what it knows the name of,
or everything."""

REFILL = 0.01
"""Seconds of quiet after which the next seat is prepared: not while a run begins."""

RETRY = 2.0
"""Seconds until that is tried again where there was no room for it."""


STOPPED = "the server was stopped"
"""Why a run was lost that had to end with the server."""

BYTES_PER_EVENT = 256
"""What an event takes in memory, about: text that is kept counts as so many events as it fills."""


def _decoders() -> defaultdict[str, codecs.IncrementalDecoder]:
    """One for each output of a seat: a letter may come in two reads."""
    return defaultdict(partial(codecs.getincrementaldecoder("utf-8"), "replace"))


@dataclass
class _Seat:
    """A place for one run, prepared ahead; of the engine's thread alone."""

    folder: Path
    descriptors: dict[str, int] = field(default_factory=dict)
    joiner: Joiner = field(default_factory=Joiner)
    decoders: defaultdict[str, codecs.IncrementalDecoder] = field(default_factory=_decoders)
    run: _Run | None = None


@dataclass
class _Run:
    """A run as the engine's thread writes it and followers read it, under `changed`."""

    id: str
    program: Program
    observe: bool
    about: str
    asked_at: datetime
    unfollowed_since: float | None
    phase: Phase = Phase.QUEUED
    events: list[Event] = field(default_factory=list)
    dropped: int = 0
    cut: bool = False
    printed: int = 0  # bytes
    followers: int = 0
    began: wire.Began | None = None
    recording: Recording | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    ended: threading.Event = field(default_factory=threading.Event)
    # Of the engine's thread alone:
    seat: _Seat | None = None
    stop_as: Outcome | None = None
    detail: str = ""
    cycle: tuple[Wait, ...] = ()
    last_event_at: float = 0.0
    examined: int = -1
    patience: float = 0.0


class EmbeddedRunner:
    """Runs programs on this machine; see `runner.Runner` for what its methods promise."""

    def __init__(
        self,
        limits: Limits | None = None,
        around: Surroundings | None = None,
        machine: Machine | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._around = around or bare()
        self._user = find_run_user(self._around.user)
        self._machine = machine or this_machine()
        self.folder = Path(tempfile.mkdtemp(prefix="movazi-", dir=_folder_of_fifos()))
        self._share(self.folder, PASSED_THROUGH)
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._lock = threading.Lock()  # of _runs and _waiting
        self._waiting = FairQueue()
        self._running: set[str] = set()
        self._ended = Counter(dict.fromkeys(Outcome, 0))
        self._seats: dict[str, _Seat] = {}
        self._free: _Seat | None = None
        self._refill_at = 0.0
        self._commands: deque[Callable[[], None]] = deque()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake, selectors.EVENT_READ, self._run_commands)
        self._drained_at: float | None = None  # when runs are ended, if the server is to stop
        self._closing = False
        self._start_launcher()
        self._free = self._prepare_seat()
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)
        self._thread.start()

    # --- the seam: called from any thread ---

    def start(
        self, program: Program, *, visitor: str = "", observe: bool = True, about: str = ""
    ) -> str:
        """Put a run in line and return its id at once. Raises Busy."""
        if not self._machine.meets(program.needs):
            raise Unreachable
        id = secrets.token_urlsafe(12)
        run = _Run(
            id=id,
            program=program,
            observe=observe,
            about=about,
            asked_at=datetime.now(UTC),
            unfollowed_since=time.monotonic(),
        )
        with self._lock:
            if self._drained_at is not None or len(self._waiting) >= self.limits.in_line:
                raise Busy
            self._waiting.put(id, visitor)
            self._runs[id] = run
        self._command(self._fill)
        return id

    def follow(self, run: str, after: int = 0) -> Generator[Sequence[Event], None, None]:
        """Give the events after the id `after` as they come. Raises UnknownRun."""
        found = self._find(run)
        with found.changed:
            found.followers += 1
            found.unfollowed_since = None
        batches = 0
        try:
            while True:
                with found.changed:
                    if len(found.events) <= after and found.phase is not Phase.OVER:
                        found.changed.wait(HEARTBEAT)
                    batch = found.events[after:]
                    over = found.phase is Phase.OVER
                if batch or not over:
                    yield batch
                after += len(batch)
                if over:
                    return
                if batch:
                    batches += 1
                    many = max(len(self._running), min(batches, FRAME))
                    found.ended.wait(min(LONGEST_GATHER, GATHER * many))
        finally:
            with found.changed:
                found.followers -= 1
                if not found.followers:
                    found.unfollowed_since = time.monotonic()

    def cancel(self, run: str) -> None:
        """End the run, if it is not over. Raises UnknownRun."""
        found = self._find(run)
        self._command(partial(self._stop, found, Outcome.CANCELLED))

    def state(self, run: str) -> State:
        """Where the run stands. Raises UnknownRun."""
        found = self._find(run)
        with self._lock:
            place = self._waiting.place(run)
        return State(run, found.phase, place, found.about)

    def recording(self, run: str) -> Recording | None:
        """The whole record of a run that is over, else None. Raises UnknownRun."""
        return self._find(run).recording

    def load(self) -> Load:
        """How much goes on."""
        with self._lock:
            waiting = len(self._waiting)
        return Load(len(self._running), waiting, self.limits.capacity, self._ended.copy())

    def machines(self) -> Sequence[Machine]:
        """This machine."""
        return [self._machine]

    def answers(self, within: float) -> bool:
        """Whether the engine's thread takes commands and its launcher lives."""
        answered = threading.Event()
        self._command(answered.set)
        return answered.wait(within) and self._launcher.poll() is None

    def drain(self, within: float) -> None:
        """Start no run any more, and end those that go on when so many seconds have passed."""
        with self._lock:
            self._drained_at = time.monotonic() + within
            waiting = [run for run in self._runs.values() if run.phase is Phase.QUEUED]
        for run in waiting:
            self._command(partial(self._stop, run, Outcome.LOST, STOPPED))

    @property
    def launcher_pid(self) -> int:
        """The launcher's process, as it is now."""
        return self._launcher.pid

    def close(self) -> None:
        """End all runs, the launcher and the engine's thread, and wait for them."""
        if self._closing:
            return
        self._closing = True
        self._command(lambda: None)
        self._thread.join()
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._launcher.wait(self.limits.grace + 5)
        with contextlib.suppress(PermissionError):  # another user's ends with its socket, if late
            self._launcher.kill()
        self._launcher.wait()
        self._selector.close()
        os.close(self._wake)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _find(self, run: str) -> _Run:
        with self._lock:
            found = self._runs.get(run)
        if found is None:
            raise UnknownRun(run)
        return found

    def _command(self, command: Callable[[], None]) -> None:
        """Have the engine's thread carry something out."""
        self._commands.append(command)
        os.eventfd_write(self._wake, 1)

    # --- the engine's thread ---

    def _serve(self) -> None:
        looked, reads = time.monotonic(), 0
        while not self._closing:
            ready = self._selector.select(self._patience())
            for key, _ in ready:
                self._guard(key.data)
            if not ready and self._is_to_refill():
                self._guard(self._refill)
            reads += 1
            if (now := time.monotonic()) - looked >= TICK:
                looked, reads = now, 0
                self._guard(partial(self._look, now))
            elif reads * len(self._running) > BURST:
                time.sleep(REST)
        for seat in [*self._seats]:
            self._vacate(seat)

    def _patience(self) -> float | None:
        """How long the engine's thread waits for something to read, in seconds."""
        if self._is_to_refill():
            return REFILL
        return TICK if self._running or self._waiting or self._free is None else None

    def _is_to_refill(self) -> bool:
        return self._free is None and time.monotonic() >= self._refill_at

    def _refill(self) -> None:
        self._refill_at = time.monotonic() + RETRY
        self._free = self._prepare_seat()
        self._refill_at = 0.0

    def _guard(self, step: Callable[[], None]) -> None:
        """Take one step; whatever goes wrong with one run must not end the others."""
        try:
            step()
        except Exception:
            log.exception("the engine could not take a step")

    def _run_commands(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._wake)
        while self._commands:
            self._guard(self._commands.popleft())

    def _look(self, now: float) -> None:
        """What the clock alone brings about: abandoned runs, deadlocks, forgetting."""
        with self._lock:
            going = [run for run in self._runs.values() if run.phase is not Phase.OVER]
        for run in going:
            since = run.unfollowed_since
            if self._drained_at is not None and now >= self._drained_at:
                self._stop(run, Outcome.LOST, STOPPED)
            elif (
                self.limits.unfollowed is not None
                and since is not None
                and now - since > self.limits.unfollowed
            ):
                self._stop(run, Outcome.CANCELLED, "nobody followed it any more")
            elif run.phase is Phase.RUNNING:
                self._examine(run, now - run.last_event_at)

    def _examine(self, run: _Run, silent: float) -> None:
        """Look for a deadlock when a run has been silent for a while, and each time twice as long.

        What is no deadlock for certain yet may be one later, when all its workers are asleep.
        """
        if len(run.events) != run.examined:
            run.examined, run.patience = len(run.events), self.limits.quiet
        if silent <= run.patience or run.stop_as is not None or run.dropped:
            return
        run.patience = 2 * silent
        cycle = deadlock.find_cycle(run.events)
        # Looked at last: who sleeps since its FIFO is full has taken a step that is not read yet.
        if cycle and not _has_unread(run.seat):
            run.cycle = cycle
            self._stop(run, Outcome.DEADLOCKED, deadlock.describe(cycle))

    def _fill(self) -> None:
        """Start runs while there is room."""
        while len(self._running) < self.limits.capacity:
            with self._lock:
                if not self._waiting:
                    return
                run = self._runs[self._waiting.get()]
            self._launch(run)

    def _launch(self, run: _Run) -> None:
        try:
            seat = self._take_seat(observe=run.observe)
        except OSError as error:
            run.detail = f"no room for its files: {error.strerror}"
            self._finish(run, Outcome.FAILED, None)
            return
        seat.run, run.seat = run, seat
        self._running.add(run.id)
        request = self._request(run, seat)
        if len(request) > wire.MESSAGE_SIZE:
            run.detail = "its parameters and arguments are too long"
            self._finish(run, Outcome.FAILED, None)
            return
        limits = self.limits
        terms = wire.Terms(limits.soft_deadline, limits.grace, limits.processes)
        os.write(seat.descriptors["terms"], wire.dump_line(terms))
        os.write(seat.descriptors["request"], request)
        run.last_event_at = time.monotonic()
        with run.changed:
            run.phase = Phase.RUNNING
            run.changed.notify_all()

    def _take_seat(self, *, observe: bool) -> _Seat:
        """The seat that is free. One without the observer is seldom asked for: it is made then."""
        if not observe or self._free is None:
            return self._prepare_seat(observe=observe, ahead=False)
        seat, self._free = self._free, None
        return seat

    def _request(self, run: _Run, seat: _Seat) -> bytes:
        work = self._around.work or seat.folder / "work"
        request = wire.Request(
            path=str(run.program.path.resolve()),
            work=str(work),
            parameters=dict(run.program.parameters),
            arguments=list(run.program.arguments),
            temporary=str(work) if self._around.work is None else None,
        )
        return wire.dump_line(request)

    def _prepare_seat(self, *, observe: bool = True, ahead: bool = True) -> _Seat:
        """Make a folder with FIFOs, and have a supervisor wait in it."""
        seat = _Seat(Path(tempfile.mkdtemp(prefix="", dir=self.folder)))
        try:
            self._furnish(seat)
        except OSError:
            for fifo in seat.descriptors.values():
                os.close(fifo)
            shutil.rmtree(seat.folder, ignore_errors=True)
            raise
        for name in wire.OUTPUTS:
            read = partial(self._read, seat, name)
            self._selector.register(seat.descriptors[name], selectors.EVENT_READ, read)
        self._seats[str(seat.folder)] = seat
        resources = self.limits.resources()
        self._tell(wire.Prepare(str(seat.folder), observe, resources, rehearse=ahead))
        return seat

    def _furnish(self, seat: _Seat) -> None:
        self._share(seat.folder, PASSED_THROUGH)
        work = seat.folder / "work"
        work.mkdir()
        self._share(work, USED)
        for name in (*wire.OUTPUTS, *wire.INPUTS):
            path = seat.folder / name
            os.mkfifo(path)
            self._share(path, 0o660)
            # For both, though we do one: so that a FIFO has no end while we live, and one when we
            # do not.
            fifo = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            seat.descriptors[name] = fifo

    def _share(self, path: Path, mode: int) -> None:
        """Let the user that runs go under have what it needs of ours."""
        if self._user is not None:
            self._user.share(path, mode)

    def _read(self, seat: _Seat, name: str) -> None:
        if name not in seat.descriptors:
            return  # given up by another descriptor's turn
        try:
            data = os.read(seat.descriptors[name], READ_SIZE)
        except BlockingIOError:
            return
        if seat.run is None:
            return  # of the rehearsal; what is left unread would wake us for ever
        if name == "events":
            if len(data) >= FIFO_SIZE:
                _widen(seat.descriptors[name])
            self._take_events(seat, seat.run, data)
        else:
            self._take_output(seat, seat.run, name, data)

    def _take_events(self, seat: _Seat, run: _Run, data: bytes) -> None:
        events: list[Event] = []
        over: wire.Over | None = None
        next_id = len(run.events) + 1
        for line in seat.joiner.feed(data):
            if line.startswith(wire.MARK):
                message = wire.load_report(line)
                if isinstance(message, wire.Began):
                    run.began = message
                else:
                    over = message
            elif run.began is not None:
                try:
                    events.append(decode(line, id=next_id + len(events), began=run.began.time))
                except ValueError:
                    continue  # a program may write to the FIFO itself
        self._keep(run, events)
        if self._is_too_much(run, seat.joiner.held):
            seat.joiner.forget()
        if over is not None:
            self._take_rest(seat, run)
            self._finish(run, self._outcome(run, over), over)

    def _take_output(self, seat: _Seat, run: _Run, stream: str, data: bytes) -> None:
        """Keep what the program wrote past `print`; who wrote it is not known."""
        text = seat.decoders[stream].decode(data)
        if not text:
            return  # the beginning of a letter
        began = run.began.time if run.began else time.monotonic_ns()
        event = Event(
            id=len(run.events) + 1,
            time=max(0, time.monotonic_ns() - began) // 1000,
            pid=0,
            tid=0,
            worker="",
            kind=Kind.PRINTED,
            object=stream,
            text=text,
        )
        self._keep(run, [event])

    def _keep(self, run: _Run, events: list[Event]) -> None:
        """Keep events within the limit; beyond it what a result stands on, within another."""
        if not events:
            return
        run.last_event_at = time.monotonic()
        events = self._within_output(run, events)
        if self._around.output is not None:
            printed = (event for event in events if event.kind is Kind.PRINTED)
            for stream, own in groupby(printed, lambda event: event.object):
                self._around.output(stream, "".join(event.text for event in own))
        with run.changed:
            if len(run.events) + len(events) <= self.limits.events:
                run.events += events
            else:
                self._keep_essentials(run, events)
            run.changed.notify_all()

    def _within_output(self, run: _Run, events: list[Event]) -> list[Event]:
        """Count what is printed; of what comes when it is too much, keep nothing."""
        for place, event in enumerate(events):
            if event.kind is Kind.PRINTED:
                run.printed += len(event.text.encode())
                if self._is_too_much(run):
                    run.dropped += len(events) - place
                    run.cut = True
                    return events[:place]
        return events

    def _is_too_much(self, run: _Run, held: int = 0) -> bool:
        """Whether a run has printed, and begun to print, beyond the limit; it is ended then."""
        limit = self.limits.output
        if limit is None or run.printed + held <= limit:
            return False
        run.printed = max(run.printed, limit + 1)
        self._stop(run, Outcome.FAILED, f"more than {limit / MB:g} MB printed")
        return True

    def _keep_essentials(self, run: _Run, events: list[Event]) -> None:
        for event in events:
            essential = event.kind in ESSENTIAL
            limit = self.limits.events * (ESSENTIAL_SHARE if essential else 1)
            if len(run.events) < limit:
                run.events.append(replace(event, id=len(run.events) + 1))
            else:
                run.dropped += 1
                run.cut = run.cut or essential

    def _take_rest(self, seat: _Seat, run: _Run) -> None:
        """Read what is left in the output FIFOs of a run that has no writer any more."""
        for name in ("stdout", "stderr"):
            with contextlib.suppress(BlockingIOError):
                while data := os.read(seat.descriptors[name], READ_SIZE):
                    self._take_output(seat, run, name, data)

    def _outcome(self, run: _Run, over: wire.Over) -> Outcome:
        if run.stop_as is Outcome.FAILED:
            return Outcome.FAILED  # it may have ended by itself before it was told to
        if over.by == "deadline":
            run.detail = f"{self.limits.soft_deadline:g} s"
            return Outcome.TIMED_OUT
        if over.by == "request":
            return run.stop_as or Outcome.LOST
        run.detail = self._failure(over)
        return Outcome.FAILED if run.detail else Outcome.FINISHED

    def _failure(self, over: wire.Over) -> str:
        if over.by == "processes":
            return f"more than {self.limits.processes} processes and threads"
        if over.by == "processor":
            return f"more than {self.limits.cpu} s of processor time"
        return _exit(over.code) if over.code else ""

    def _stop(self, run: _Run, outcome: Outcome, detail: str = "") -> None:
        if run.phase is Phase.OVER or run.stop_as is not None:
            return
        run.stop_as = outcome
        run.detail = detail
        if run.seat is not None:
            self._tell(wire.Stop(str(run.seat.folder)))
            return
        with self._lock:
            self._waiting.remove(run.id)
        self._finish(run, outcome, None)

    def _lose(self, run: _Run) -> None:
        """The run's supervisor is gone: its last word, if there is one, stands in the FIFO."""
        seat = run.seat
        if seat is None:
            return
        with contextlib.suppress(BlockingIOError):
            while "events" in seat.descriptors:
                data = os.read(seat.descriptors["events"], READ_SIZE)
                self._take_events(seat, run, data)
        if run.phase is not Phase.OVER:
            self._take_rest(seat, run)
            run.detail = ""
            self._finish(run, Outcome.LOST, None)

    def _finish(self, run: _Run, outcome: Outcome, over: wire.Over | None) -> None:
        if run.seat is not None:
            self._give_up(run.seat)
        recording = _record(run, self._machine, outcome, over)
        with run.changed:
            run.recording = recording
            run.phase = Phase.OVER
            run.changed.notify_all()
        run.ended.set()
        self._running.discard(run.id)
        self._ended[outcome] += 1
        self._forget()
        self._command(self._fill)  # not at once: one that cannot begin ends here as well

    def _give_up(self, seat: _Seat) -> None:
        """Close the seat's FIFOs, which ends a supervisor that waits in it, and remove it."""
        self._seats.pop(str(seat.folder), None)
        for name, fifo in seat.descriptors.items():
            if name in wire.OUTPUTS:
                self._selector.unregister(fifo)
            os.close(fifo)
        seat.descriptors.clear()
        if not self._closing:  # else a supervisor may be on its way to it; all go in close()
            shutil.rmtree(seat.folder, ignore_errors=True)

    def _forget(self) -> None:
        """Forget the oldest finished runs beyond what is kept; the last one always stays."""
        with self._lock:
            finished = [run for run in self._runs.values() if run.phase is Phase.OVER]
            total, count = sum(map(_weight, finished)), len(finished)
            for run in finished[:-1]:
                if total <= self.limits.kept and count <= self.limits.finished:
                    break
                if not run.followers:
                    total, count = total - _weight(run), count - 1
                    del self._runs[run.id]

    # --- the launcher ---

    def _start_launcher(self) -> None:
        # Messages keep their bounds, and the end of either side is seen by the other.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = launcher.command(theirs.fileno(), self.folder, inherits=self._around.inherits)
        identity: Identity = {}
        if self._user is not None:
            command, identity = self._user.command(command), self._user.identity()
        self._launcher = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=self._around.stdin,
            stdout=subprocess.DEVNULL,
            env=dict(self._around.environment),
            # A Ctrl-C in the terminal is for the server; the launcher ends with its socket.
            start_new_session=True,
            **identity,
        )
        theirs.close()
        self._control = ours
        self._selector.register(ours, selectors.EVENT_READ, self._hear)

    def _hear(self) -> None:
        try:
            data = self._control.recv(wire.MESSAGE_SIZE)
        except ConnectionResetError:
            data = b""
        if not data:
            self._replace_launcher()
            return
        message = wire.load(data)
        if isinstance(message, wire.Reaped):
            self._vacate(message.seat)

    def _vacate(self, name: str) -> None:
        """A seat has no supervisor any more."""
        seat = self._seats.get(name)
        if seat is None:
            return
        if seat.run is not None:
            self._lose(seat.run)
        else:
            self._give_up(seat)
        if seat is self._free:
            self._free = None

    def _replace_launcher(self) -> None:
        """The launcher is gone, and its runs with it: start another."""
        self._selector.unregister(self._control)
        self._control.close()
        self._launcher.wait()
        if self._closing:
            return
        vacant = [*self._seats]
        self._start_launcher()
        for seat in vacant:
            self._vacate(seat)

    def _tell(self, message: wire.Prepare | wire.Stop) -> None:
        try:
            self._control.send(wire.dump(message))
        except OSError as error:
            # _hear() sees the end of the launcher next, and reports its runs as lost.
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise


def _folder_of_fifos() -> Path | None:
    """Where to make our folder; None: at the usual place for temporary files."""
    return MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK | os.X_OK) else None


def _has_unread(seat: _Seat | None) -> bool:
    """Whether a run has reported or printed what is not read yet."""
    if seat is None:
        return False
    poll = select.poll()
    for name in wire.OUTPUTS:
        poll.register(seat.descriptors[name], select.POLLIN)
    return bool(poll.poll(0))


def _widen(fifo: int) -> None:
    """Have a FIFO that was full hold more, so that its program does not wait for us."""
    with contextlib.suppress(PermissionError):  # the user's FIFOs hold as much as they may
        if fcntl.fcntl(fifo, fcntl.F_GETPIPE_SZ) < WIDE_FIFO_SIZE:
            fcntl.fcntl(fifo, fcntl.F_SETPIPE_SZ, WIDE_FIFO_SIZE)


def _weight(run: _Run) -> int:
    """How much memory a run takes, in events."""
    return len(run.events) + run.printed // BYTES_PER_EVENT


def _record(run: _Run, machine: Machine, outcome: Outcome, over: wire.Over | None) -> Recording:
    began = run.began
    last = run.events[-1].time if run.events else 0
    methods = (event.text for event in run.events if event.kind is Kind.STARTS and event.text)
    receipt = Receipt(
        run=run.id,
        started_at=run.asked_at.isoformat(timespec="milliseconds"),
        pid=began.pid if began else 0,
        python=began.python if began else "",
        implementation=began.implementation if began else "",
        machine=machine.system,
        cores=machine.cores,
        start_methods=tuple(dict.fromkeys(methods)),
        source_sha256=began.sha256 if began else "",
        observed=run.observe,
        host=machine.name,
        free_threaded=bool(began and began.free_threaded),
    )
    return Recording(
        events=tuple(run.events),
        outcome=outcome,
        detail=run.detail,
        wall=(over.time - began.time) / 1e9 if over and began else last / 1e6,
        cpu=over.cpu if over else 0.0,
        dropped=run.dropped,
        exit_code=over.code if over else None,
        swept=over.swept if over else 0,
        receipt=receipt,
        cut=run.cut,
        cycle=run.cycle if outcome is Outcome.DEADLOCKED else (),
        held_up=held_up(began.pressure, over.pressure, over.cpu) if over and began else 0.0,
    )


def _exit(code: int) -> str:
    if code < 0:
        return f"{signal.Signals(-code).name}"
    return f"exit code {code}"


if sys.platform != "linux":
    raise ImportError(
        "the engine needs Linux: subreapers, /proc and signals that can be waited for"
    )
