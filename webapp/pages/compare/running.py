"""Runs two programs, the second when the first is over, so that neither takes time from the other.

    first ──follow──> Going, Printed …, Over ──start──> second ──follow──> Going, Printed …, Over

Somebody follows from the first start to the last end: where they leave, what is going on is ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from webapp.engine.recording import Outcome
from webapp.engine.runner import Busy, Phase, State, UnknownRun
from webapp.pages.run.keeping import Ended, keep_ended
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.transcript import Screen, Shown

PATIENCE = 30.0
"""Seconds for which the second program asks for room, where the runner has none."""

PAUSE = 0.5
"""Seconds from one such question to the next."""


@dataclass(frozen=True)
class Going:
    """Where a run stands; `begun` if it was just started. Sides are counted from 0."""

    side: int
    run: Run
    state: State
    begun: bool = False


@dataclass(frozen=True)
class Printed:
    """A run has printed."""

    side: int
    lines: Sequence[Shown]


@dataclass(frozen=True)
class Over:
    """A run is over, the rest of whose transcript is `lines`, `hidden` ones and the `last`."""

    side: int
    ended: Ended
    lines: Sequence[Shown]
    hidden: int
    last: Sequence[Shown]


class NoRoom:
    """The runner has no room for the second run at the moment."""


Happening = Going | Printed | Over | NoRoom


def run_both(
    site: Site, first: Run, second: Callable[[], Run]
) -> Generator[Happening | None, None, None]:
    """Tell what happens to a run that was started and to one that is then started by `second`.

    That one is not started where the first was stopped, and given up where there is no room for
    it. None comes now and then while nothing happens.
    """
    over = yield from _follow(site, 0, first)
    if over.ended.recording.outcome is not Outcome.CANCELLED:
        run = yield from _started(second)
        if run:
            yield from _follow(site, 1, run)


def _follow(site: Site, side: int, run: Run) -> Generator[Happening | None, None, Over]:
    screen = Screen()
    try:
        state = site.runner.state(run.id)
        yield Going(side, run, state, begun=True)
        with closing(site.runner.follow(run.id)) as batches:
            for batch in batches:
                if state.phase is Phase.QUEUED:
                    before, state = state, site.runner.state(run.id)
                    if state != before:
                        yield Going(side, run, state)
                lines = screen.feed(batch)
                yield Printed(side, lines) if lines else None
    except GeneratorExit:
        with suppress(UnknownRun):
            site.runner.cancel(run.id)
        raise
    ended = keep_ended(site, run)
    over = Over(side, ended, screen.rest(), screen.hidden, screen.last())
    yield over
    return over


def _started(start: Callable[[], Run]) -> Generator[NoRoom | None, None, Run | None]:
    """Start a run as soon as there is room for it."""
    until = time.monotonic() + PATIENCE
    told = False
    while time.monotonic() < until:
        try:
            return start()
        except Busy:
            yield None if told else NoRoom()
            told = True
            time.sleep(PAUSE)
    return None
