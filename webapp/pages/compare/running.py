"""Runs two programs one after the other, so that neither takes CPU time from the other.

Each run yields StateUpdate …, LinesUpdate …, EndUpdate, and in between what the stream waits for.
If the client leaves, the second run is not started, and the engine ends the live one unless it is
followed again soon.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from webapp.engine.recording import Outcome
from webapp.engine.runner import Busy, Phase, State
from webapp.pages.run.keeping import Ended, keep_ended
from webapp.pages.run.live import REFRESH
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.transcript import Screen, Shown
from webapp.streaming import SLOW, Signal, Step, Wait

PATIENCE = 30.0
"""Seconds for which starting the second run is retried while the runner is full."""

PAUSE = 0.5
"""Seconds between two attempts."""


@dataclass(frozen=True)
class StateUpdate:
    """The state of a run has changed. `begun` is set for its first state. Sides count from 0."""

    side: int
    run: Run
    state: State
    begun: bool = False


@dataclass(frozen=True)
class LinesUpdate:
    """A run has printed lines."""

    side: int
    lines: Sequence[Shown]


@dataclass(frozen=True)
class EndUpdate:
    """A run has ended. `lines`, the `hidden` count and `last` are the rest of its transcript."""

    side: int
    ended: Ended
    lines: Sequence[Shown]
    hidden: int
    last: Sequence[Shown]


class NoRoom:
    """The runner is full, so the second run has to wait."""


Update = StateUpdate | LinesUpdate | EndUpdate | NoRoom
Both = Update | Wait | Step


def run_both(site: Site, first: Run, second: Callable[[], Run]) -> Generator[Both, None, None]:
    """Yield the updates of the started run `first`, then of the run that `second` starts.

    The second run is not started if the first was stopped, or if the runner stays full for
    PATIENCE.
    """
    over = yield from _follow(site, 0, first)
    if over.ended.recording.outcome is not Outcome.CANCELLED:
        run = yield from _started(second)
        if run:
            yield from _follow(site, 1, run)


def _follow(site: Site, side: int, run: Run) -> Generator[Both, None, EndUpdate]:
    screen, signal = Screen(), Signal()
    state = site.runner.state(run.id)
    yield StateUpdate(side, run, state, begun=True)
    with closing(site.runner.follow(run.id, changed=signal.set)) as batches:
        for batch in batches:
            if state.phase is Phase.QUEUED:
                yield SLOW
                before, state = state, site.runner.state(run.id)
                if state != before:
                    yield StateUpdate(side, run, state)
            if lines := screen.feed(batch):
                yield LinesUpdate(side, lines)
            yield Wait(signal, least=REFRESH)
    yield SLOW
    ended = keep_ended(site, run)
    over = EndUpdate(side, ended, screen.rest(), screen.hidden, screen.last())
    yield over
    return over


def _started(start: Callable[[], Run]) -> Generator[NoRoom | Wait | Step, None, Run | None]:
    """Start a run as soon as the runner has room for it. Returns None after PATIENCE."""
    until = time.monotonic() + PATIENCE
    reported = False
    while time.monotonic() < until:
        try:
            return start()
        except Busy:
            if not reported:
                yield NoRoom()
            reported = True
            yield Wait(Signal(), PAUSE)
            yield SLOW
    return None
