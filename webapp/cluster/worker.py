"""The worker: a machine that runs programs for web servers.

    Celery's queues ──> a thread per run: claims it, runs it in the engine, and sends its events
    orders, deserted ─> one thread: ends runs, and announces this machine

All programs are files of one folder, and a job has a path in it and the file's hash. So write
access to Redis does not allow running any other program.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from redis.exceptions import RedisError

from webapp.cluster.connection import GONE
from webapp.cluster.endings import unfinished
from webapp.cluster.records import Announcement, Job
from webapp.cluster.registry import Registry
from webapp.cluster.scripts import OverAlready, Vanished
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event
from webapp.engine.machines import Machine
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Phase, UnknownRun
from webapp.engine.schedules import from_request

T = TypeVar("T")

log = logging.getLogger(__name__)

PULSE = 0.5
"""Seconds between two announcements, and between two checks that runs have followers."""

SWEEP = 2.0
"""Seconds between two checks for runs in line without followers."""

RETRY = 0.2
"""Seconds between two attempts to reach Redis."""

GIVE_UP = 60.0
"""Seconds without Redis after which a run is ended."""

UNFOLLOWED = "nobody followed it any more"


@dataclass
class Going:
    """A run on this machine: its id in our engine, and why we cancelled it, if we did."""

    own: str
    why: str = ""


class Worker:
    """Carries out jobs in its own engine."""

    def __init__(
        self,
        registry: Registry,
        engine: EmbeddedRunner,
        root: Path,
        machine: Machine,
        queues: Sequence[str],
    ) -> None:
        """`root` is the folder of all programs. `serve` announces the worker."""
        self._registry = registry
        self._engine = engine
        self._root = root
        self._machine = machine
        self._queues = tuple(queues)
        self._going: dict[str, Going] = {}
        self._spared_until = 0.0  # time.monotonic()
        self._closing = threading.Event()
        self._pulse = threading.Thread(target=self._serve, name="pulse", daemon=True)

    def serve(self) -> None:
        """Start to announce this machine; Celery calls it each time it has connected to Redis."""
        if not self._pulse.is_alive():
            self._announce()
            self._pulse.start()

    def leave(self) -> None:
        """Announce that this machine takes no more runs; running ones continue."""
        self._queues = ()

    def close(self) -> None:
        """Withdraw the announcement; all runs must be over."""
        self._closing.set()
        if self._pulse.is_alive():
            self._pulse.join()
        with suppress(RedisError):
            self._registry.leave(self._machine.name)

    def run(self, id: str) -> None:
        """Claim a run, carry it out, and report its events and ending. Does nothing if the run is
        forgotten or already claimed.
        """
        standing = self._retried(lambda: self._registry.standing(id))
        if standing is None:
            return  # expired while it waited
        job = standing.job
        token, machine = secrets.token_hex(8), self._machine
        claimed = self._retried(lambda: self._registry.claim(job, machine.name, machine, token))
        if claimed is None:
            self._finish(job, unfinished(job, Outcome.CANCELLED, UNFOLLOWED), Phase.QUEUED)
        elif claimed:
            try:
                self._carry_out(job)
            except Exception:
                # No server would end it, since its worker is announced.
                log.exception("the run %s could not be carried out", id)
                lost = unfinished(job, Outcome.LOST, "its worker failed", machine=machine)
                self._finish(job, lost)

    def _carry_out(self, job: Job) -> None:
        try:
            program = self._program(job)
        except ValueError as error:
            machine = self._machine
            self._finish(job, unfinished(job, Outcome.FAILED, str(error), machine=machine))
            return
        own = self._engine.start(program, observe=job.observe)
        going = self._going[job.id] = Going(own)
        try:
            self._report(job, going)
        finally:
            del self._going[job.id]

    def _program(self, job: Job) -> Program:
        """Return the job's program. Raises ValueError if our file is a different one."""
        path = (self._root / job.path).resolve()
        if not path.is_relative_to(self._root):
            raise ValueError("no program of the course")
        directed = from_request(job.directed)
        program = Program(
            path,
            job.parameters,
            tuple(job.arguments),
            directed=directed,
            slow_motion=job.slow_motion,
        )
        # A missing file is reported by the engine, as on one machine.
        if path.exists() and program.sha256 != job.sha256:
            raise ValueError("the worker has another version of the program")
        return program

    # --- what a run reports ---

    def _report(self, job: Job, going: Going) -> None:
        """Send a run's events as they come, and its ending; send all again if Redis lost them."""
        sent = 0
        while True:
            try:
                with closing(self._engine.follow(going.own, sent)) as batches:
                    for batch in batches:
                        if batch:
                            self._send(job, batch)
                            sent = batch[-1].id
                recording = self._recording(job, going)
                self._retried(partial(self._registry.finish, job, recording))
            except Vanished:
                sent = 0
                self._retried(
                    lambda: self._registry.restore(job, self._machine.name, self._machine)
                )
                continue
            except (OverAlready, *GONE):
                # A server has ended it, or Redis has been gone for GIVE_UP.
                with suppress(UnknownRun):
                    self._engine.cancel(going.own)
            return

    def _recording(self, job: Job, going: Going) -> Recording:
        """Return the recording of a run that is over, with the job's id and time."""
        recording = self._engine.recording(going.own)
        assert recording is not None
        receipt = replace(recording.receipt, run=job.id, started_at=job.asked_at)
        cancelled = recording.outcome is Outcome.CANCELLED
        return replace(
            recording, receipt=receipt, detail=going.why if cancelled else recording.detail
        )

    def _send(self, job: Job, batch: Sequence[Event]) -> None:
        self._retried(lambda: self._registry.append(job.id, batch))

    def _finish(self, job: Job, recording: Recording, only: Phase | None = None) -> None:
        with suppress(OverAlready, Vanished):
            self._retried(lambda: self._registry.finish(job, recording, only=only))

    def _retried(self, step: Callable[[], T]) -> T:
        """Call `step` until Redis answers; after GIVE_UP raise its error."""
        until = time.monotonic() + GIVE_UP
        while True:
            try:
                return step()
            except GONE:
                if time.monotonic() > until:
                    raise
                time.sleep(RETRY)

    # --- the pulse ---

    def _serve(self) -> None:
        # From the beginning of the stream: older orders are for runs that are not here any more.
        last, swept, answered = "0", 0.0, True
        while not self._closing.is_set():
            try:
                self._announce()
                if not answered:
                    self._spare_the_deserted()
                if time.monotonic() >= self._spared_until:
                    self._end_deserted()
                    if time.monotonic() - swept > SWEEP:
                        swept = time.monotonic()
                        self._sweep_lines()
                ended, last = self._registry.orders(self._machine.name, last, PULSE)
                for id in ended:
                    self._end(id)
                answered = True
            except RedisError as error:
                if answered:
                    log.error("Redis does not answer: %s", error)
                answered = False
                self._closing.wait(RETRY)

    def _announce(self) -> None:
        self._registry.announce(
            Announcement(
                machine=self._machine,
                queues=self._queues,
                running=len(self._going),
                capacity=self._engine.limits.capacity,
            )
        )

    def _end(self, id: str, why: str = "") -> None:
        if going := self._going.get(id):
            going.why = why
            with suppress(UnknownRun):
                self._engine.cancel(going.own)

    def _spare_the_deserted(self) -> None:
        """Give servers time to mark runs as followed again: Redis was gone, and may be empty."""
        self._spared_until = time.monotonic() + self._registry.unfollowed

    def _end_deserted(self) -> None:
        for id in self._registry.deserted(list(self._going)):
            self._end(id, UNFOLLOWED)

    def _sweep_lines(self) -> None:
        """Cancel runs in line that have no followers: they take the places of others."""
        for queue in self._queues:
            for id in self._registry.deserted(self._registry.in_line(queue)):
                standing = self._registry.standing(id)
                if standing is None:
                    self._registry.remove_from_line(queue, id)
                    continue
                left = unfinished(standing.job, Outcome.CANCELLED, UNFOLLOWED)
                with suppress(OverAlready, Vanished):
                    self._registry.finish(standing.job, left, only=Phase.QUEUED)
