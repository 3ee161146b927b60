"""Claims: statements about a run, checked on its recording.

A claim is a measure and a predicate. It holds, fails, or is undecided if the recording does not
suffice. `measures` defines the checks, and all topics share them.

    Claim("every-number-once",
          printed_once_each(r"my_func (\\d+)", lambda v: range(v["thread_count"])))

A claim of time, such as that two sleeps end in the order of their lengths, may fail on a busy
machine though the program is right. So it has a margin: if it fails in a run that the machine
delayed by more than EXCUSED × the margin, it is undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from webapp.engine.lateness import lateness
from webapp.engine.recording import Outcome, Recording
from webapp.lessons.measures import Measure
from webapp.lessons.text import UNSAID, Text
from webapp.lessons.values import Values

T = TypeVar("T")

# The measured lateness is coarse (0.01 s) and incomplete, so that half of the margin is enough.
EXCUSED = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of a check: `holds` is None if it is undecided; `figure` has no words.

    `excess` is the seconds by which a duration is too long. `late` is the seconds by which the
    machine delayed the run, if that is why the claim is undecided.
    """

    holds: bool | None
    figure: str = ""
    excess: float | None = None
    late: float | None = None


Check = Callable[[Recording, Values], Measured]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about a run and its check. `name` is the key of the sentence.

    `margin` computes, for a claim of time, the lateness in seconds from which the claim may fail
    though the program is right. Claims of duration need none: see `took_about`.
    """

    name: str
    check: Check
    of_any_run: bool = False
    margin: Callable[[Values], float] | None = None
    text: Text = UNSAID  # set when the topic is loaded

    def measure(self, recording: Recording, values: Values) -> Measured:
        """Check the claim on one run. Only a claim `of_any_run` decides on an unfinished one."""
        finished = recording.outcome is Outcome.FINISHED and not recording.cut
        if not finished and not self.of_any_run:
            return Measured(None)
        found = self.check(recording, values)
        margin = self.margin(values) if self.margin else found.excess
        if found.holds is not False or margin is None:
            return found
        late = lateness(recording)
        return found if late <= EXCUSED * margin else Measured(None, found.figure, late=late)


def judged(
    measure: Measure[T],
    holds: Callable[[T, Values], bool],
    figure: Callable[[T], str] = str,
    *,
    untold: bool | None = None,
) -> Check:
    """Return a check of a measure: `holds` is the predicate, `figure` formats the value.

    `untold` is the result if the measure is None.
    """

    def check(recording: Recording, values: Values) -> Measured:
        found = measure(recording, values)
        if found is None:
            return Measured(untold)
        return Measured(holds(found, values), figure(found))

    return check


def where(condition: Callable[[Values], bool], check: Check) -> Check:
    """Return `check` for parameters that meet the condition; with others it is undecided."""

    def checked(recording: Recording, values: Values) -> Measured:
        return check(recording, values) if condition(values) else Measured(None)

    return checked


def unless(*checks: Check) -> Check:
    """Return a check that holds if none of `checks` does; undecided if one of them is."""

    def checked(recording: Recording, values: Values) -> Measured:
        found = [check(recording, values).holds for check in checks]
        return Measured(None if None in found else not any(found))

    return checked


def unless_stopped(check: Check) -> Check:
    """Return `check`, undecided for runs that were cancelled or lost."""

    def checked(recording: Recording, values: Values) -> Measured:
        if recording.outcome in (Outcome.CANCELLED, Outcome.LOST):
            return Measured(None)
        return check(recording, values)

    return checked


def of_any(name: str, check: Check) -> Claim:
    """Declare a claim that must also hold in runs that did not end by themselves."""
    return Claim(name, unless_stopped(check), of_any_run=True)


def without_figure(check: Check) -> Check:
    """Drop the figure of a check of the outcome: the page shows the outcome above the claims."""
    return lambda recording, values: Measured(check(recording, values).holds)
