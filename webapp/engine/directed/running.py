"""Carries out a directed run, or a search, in the main process of a run."""

from __future__ import annotations

import json
import sys
from _thread import allocate_lock, get_native_id, start_new_thread
from contextlib import closing
from os import getpid
from typing import NoReturn

from webapp.engine import interpreter
from webapp.engine.directed.install import direct
from webapp.engine.directed.points import Points, compiled
from webapp.engine.directed.scheduler import Scheduler, Worker
from webapp.engine.directed.searching import search
from webapp.engine.directed.server_process import Job
from webapp.engine.directed.trial import Trials
from webapp.engine.directed.turns import LOOK_EVERY, Patience
from webapp.engine.directed.watching import look_at
from webapp.engine.entry import execute
from webapp.engine.events import Kind
from webapp.engine.recorder import channel
from webapp.engine.request import Request
from webapp.engine.schedules import Search, from_request, imported, parse
from webapp.engine.slow_motion.tracing import SlowMotion


class Directed:
    """A program with its schedule, or its search, prepared to be run."""

    def __init__(
        self, request: Request, text: str | bytes, slowly: SlowMotion | None = None
    ) -> None:
        """`text` is the program's source, with its parameters. Raises SyntaxError.

        With `slowly` it is run in slow motion; a search is not.
        """
        self._request, self._text, self._slowly = request, text, slowly
        self._code, self._tree = compiled(text, request.path)
        self._how = from_request(request.directed)

    @property
    def searches(self) -> bool:
        """Whether it searches, and the program's own end is not this process's."""
        return isinstance(self._how, Search)

    def run(self, names: dict[str, object]) -> int:
        """Run it with the names of its `__main__`, or search; return its exit code."""
        if isinstance(self._how, Search):
            ahead = [name for name in imported(self._tree) if name in sys.modules]
            job = Job(self._request, self._text, ahead, interpreter.has_hidden_seed())
            with closing(Trials(job)) as trials:
                search(trials, self._how)
            return 0
        assert self._how is not None
        scheduler = Scheduler(parse(self._how.schedule), lambda *_: _wait(), announces=True)
        points = Points(self._code, self._tree)
        halting = _Halting(scheduler, points)
        scheduler.halt = halting.halt
        if self._how.pauses:
            scheduler.pauses, scheduler.report = True, _report
        start_new_thread(halting.watch, ())
        watch = self._slowly.watched() if self._slowly else None
        direct(scheduler, points, watch)()
        try:
            return execute(self._code, names)
        finally:
            sys.settrace(None)


class _Halting:
    """Reports why a run cannot go on; the engine then ends it."""

    def __init__(self, scheduler: Scheduler, points: Points) -> None:
        self._scheduler = scheduler
        self._points = points
        self._pause = allocate_lock()

    def halt(self, reason: str, text: str) -> NoReturn:
        """Report the reason, and wait for the end."""
        sys.settrace(None)
        self._scheduler.halted = True
        if reason == "choose":
            text = json.dumps(look_at(self._scheduler, self._points, text))
        channel.emit(Kind.HALTED, reason, text)
        _wait()

    def watch(self) -> None:
        """Report a turn that does not end; for a thread of its own."""
        patience = Patience(getpid(), lambda: self._scheduler.count, but=get_native_id())
        self._pause.acquire()
        while not self._pause.acquire(True, LOOK_EVERY):
            if patience.is_over() and not self._scheduler.alone:
                worker = self._scheduler.current.name
                channel.emit(Kind.HALTED, "turn", worker=worker, line=0)
                return


def _report(chosen: Worker) -> None:
    channel.emit(Kind.CHOSEN, chosen.name, line=0)


def _wait() -> NoReturn:
    lock = allocate_lock()
    while True:
        lock.acquire()
