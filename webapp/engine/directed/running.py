"""Carries out a directed run, or a search, in the main process of a run."""

from __future__ import annotations

import ast
import json
import sys
from _thread import allocate_lock, get_native_id, start_new_thread
from collections.abc import Callable, Mapping
from contextlib import closing
from os import getpid
from types import CodeType
from typing import Any, NoReturn

from webapp.engine.directed.install import direct
from webapp.engine.directed.points import Points
from webapp.engine.directed.scheduler import Scheduler, Worker
from webapp.engine.directed.searching import search
from webapp.engine.directed.trial import Trials
from webapp.engine.directed.turns import LOOK_EVERY, Patience
from webapp.engine.directed.watching import look_at
from webapp.engine.events import Kind
from webapp.engine.recorder import channel
from webapp.engine.schedules import Search, from_request, parse
from webapp.engine.slow_motion.tracing import SlowMotion


class Directed:
    """A program with its schedule, or its search, prepared to be run."""

    def __init__(
        self,
        directed: Mapping[str, Any],
        text: str | bytes,
        path: str,
        slowly: SlowMotion | None = None,
    ) -> None:
        """`directed` is what `schedules.as_request` returned. Raises SyntaxError.

        With `slowly` it is run in slow motion; a search is not.
        """
        self._slowly = slowly
        tree = ast.parse(text, path)
        self._how = from_request(directed)
        self._code = compile(tree, path, "exec", dont_inherit=True)
        self._points = Points(self._code, tree)

    @property
    def searches(self) -> bool:
        """Whether it searches, and the program's own end is not this process's."""
        return isinstance(self._how, Search)

    def run(self, execute: Callable[[CodeType], int]) -> int:
        """Run it, or search; `execute` runs the program's code, and returns its exit code."""
        if isinstance(self._how, Search):
            with closing(Trials(self._points, lambda: execute(self._code))) as trials:
                search(trials, self._how)
            return 0
        assert self._how is not None
        scheduler = Scheduler(parse(self._how.schedule), lambda *_: _wait(), announces=True)
        halting = _Halting(scheduler, self._points)
        scheduler.halt = halting.halt
        if self._how.pauses:
            scheduler.pauses, scheduler.report = True, _report
        start_new_thread(halting.watch, ())
        watch = self._slowly.watched() if self._slowly else None
        direct(scheduler, self._points, watch)()
        try:
            return execute(self._code)
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
