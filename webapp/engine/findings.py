"""What a search of schedules has found, and the sentences that say it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from webapp.engine.events import Event, Kind
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.engine.runner import Runner
from webapp.engine.schedules import Search, Searched, Tried

Breaks = Callable[[Tried], bool]


def fails(tried: Tried) -> bool:
    """Return whether a schedule makes a program fail, whatever it is for."""
    return tried.outcome in ("failed", "deadlocked")


HALTS = {
    "turn": "a thread did not end its turn within a second",
    "steps": "it took too many steps",
    "not there": "the same schedule gave another run",
    "cannot go on": "the same schedule gave another run",
}


def label_of(tried: Tried) -> str:
    """Return what a run did, in one line: how it failed, or the last line that it printed."""
    if tried.outcome == "failed":
        return tried.detail
    if tried.outcome == "deadlocked":
        return "deadlock"
    if tried.outcome == "halted":
        return f"ended: {HALTS.get(tried.detail, tried.detail)}"
    return f"ends with: {tried.lines[-1].text}" if tried.lines else "ends, prints nothing"


Label = TypeVar("Label", bound=Hashable)


@dataclass
class Found(Generic[Label]):
    """What a search has tried so far: `smallest` is the smallest schedule that breaks the program.

    `by_switches` counts the schedules, `outcomes` the runs by what `label` says of them. `stopped`
    holds the reasons why some runs were ended before their end.
    """

    label: Callable[[Tried], Label]
    breaks: Breaks = fails
    by_switches: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[Label] = field(default_factory=Counter)
    broken: int = 0
    stopped: Counter[str] = field(default_factory=Counter)
    smallest: Tried | None = None
    end: Searched | None = None

    def take(self, event: Event) -> None:
        """Take the next event of the search."""
        if event.kind is Kind.SEARCHED:
            self.end = Searched.load(event.text)
        if event.kind is Kind.TRIED:
            self.add(Tried.load(event.text))

    def add(self, tried: Tried) -> None:
        """Count a schedule."""
        self.by_switches[tried.switches] += 1
        self.outcomes[self.label(tried)] += 1
        if tried.outcome == "halted":
            self.stopped[tried.detail] += 1
        if self.breaks(tried):
            self.broken += 1
            if self.smallest is None or tried.size < self.smallest.size:
                self.smallest = tried


def search(runner: Runner, program: Program, found: Found[Label]) -> Recording:
    """Carry out a directed run or a search into `found`; return its recording. Raises Busy."""
    run, after = runner.start(program), 0
    while (recording := runner.recording(run)) is None:
        with contextlib.closing(runner.follow(run, after)) as batches:
            for batch in batches:
                for event in batch:
                    found.take(event)
                    after = event.id
    return recording


def report(found: Found[Label], limits: Search, recording: Recording) -> list[str]:
    """Return lines that say what was tried, and what it did."""
    lines = [
        f"{plural(count, 'switch')}: {plural(number, 'schedule')}"
        for count, number in sorted(found.by_switches.items())
    ]
    width = max((len(str(count)) for count in found.outcomes.values()), default=1)
    lines += [f"  {count:{width}} × {label}" for label, count in found.outcomes.most_common()]
    return [*lines, extent(found, limits, recording)]


def extent(found: Found[Label], limits: Search, recording: Recording) -> str:
    """Return the sentence that says exactly what was tried."""
    end = found.end
    if end is None:
        return f"the search did not end by itself: {recording.outcome} {recording.detail}".strip()
    told = f"{found.broken} of them break it" if found.broken else "none breaks it"
    if end.why == "all":
        few = at_most(limits.switches)
        return f"all {plural(end.number, 'schedule')} {few} were tried; {told}"
    after = plural(end.number, "schedule") if end.why == "number" else f"{end.seconds:.1f} s"
    whole = f"; all {at_most(end.complete)} were among them" if end.complete >= 0 else ""
    return f"stopped after {after} ({plural(end.number, 'schedule')}); {told}{whole}"


def at_most(switches: int) -> str:
    """Return the words for schedules of at most so many switches."""
    return f"with at most {plural(switches, 'switch')}" if switches else "without a switch"


def plural(count: int, noun: str) -> str:
    """Return a number of things."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}es" if noun.endswith("ch") else f"{count} {noun}s"
