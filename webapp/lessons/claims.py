"""What is stated of a run, checked on the recorded events of that very run.

A claim is a measure and a predicate: it holds, it does not, or the record cannot tell. The checks
stand beside their measures in `measures`, and all topics share them.

    Claim("every-number-once",
          printed_once_each(r"my_func (\\d+)", lambda v: range(v["thread_count"])))

A claim of time holds only where the machine keeps up: that two sleeps end in the order of their
lengths, or that a run takes about as long as its sleeps. A busy machine may break it, and the
program is right all the same. So such a claim has a margin, and one that fails in a run that was
late by more than its margin cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from webapp.engine.lateness import lateness
from webapp.engine.recording import Outcome, Recording
from webapp.lessons.measures import Measure, Values
from webapp.lessons.text import UNSAID, Text

T = TypeVar("T")

# What a run was late by is measured in hundredths of a second, and not all of it is seen: half of a
# margin excuses a claim.
EXCUSED = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """What a check found: `holds` is None where the record cannot tell; `figure` has no words.

    `excess` is by how many seconds a duration is too long. `late` is by how many seconds the
    machine made the run late, where that is why the record cannot tell.
    """

    holds: bool | None
    figure: str = ""
    excess: float | None = None
    late: float | None = None


Check = Callable[[Recording, Values], Measured]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about a run, and how it is checked. Its `name` is the sentence's key.

    `margin` gives, of a claim of time, by how many seconds a run may be late before the claim may
    fail though the program is right. A duration needs none: see `took_about`.
    """

    name: str
    check: Check
    of_any_run: bool = False
    margin: Callable[[Values], float] | None = None
    text: Text = UNSAID  # set when the topic is found

    def measure(self, recording: Recording, values: Values) -> Measured:
        """Check it on one run. Only a claim `of_any_run` is told by one that did not finish."""
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
    """Make a check of a measure: `holds` judges what was measured, `figure` writes it.

    `untold` is the verdict where the measure is None: False if the run should have shown it.
    """

    def check(recording: Recording, values: Values) -> Measured:
        found = measure(recording, values)
        if found is None:
            return Measured(untold)
        return Measured(holds(found, values), figure(found))

    return check


def where(condition: Callable[[Values], bool], check: Check) -> Check:
    """Ask `check` only if the parameters say so; with others the record cannot tell."""

    def checked(recording: Recording, values: Values) -> Measured:
        return check(recording, values) if condition(values) else Measured(None)

    return checked
