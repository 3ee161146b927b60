"""What is stated of a run, checked on the recorded events of that very run.

A claim is a function over the record with a measured figure: it holds, it does not, or the record
cannot tell. The vocabulary below is shared by all topics; each of its functions makes one check.

    Claim(Text("every number exactly once", "هر عدد درست یک بار"),
          printed_once_each(r"my_func (\\d+)", lambda v: range(v["thread_count"])))

A claim of time holds only where the machine keeps up: that two sleeps end in the order of their
lengths, or that a run takes about as long as its sleeps. A busy machine may break it, and the
program is right all the same. So such a claim has a margin, and one that fails in a run that was
late by more than its margin cannot be told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.lateness import lateness
from webapp.engine.recording import Line, Outcome, Recording, overlaps, workers_at_once
from webapp.lessons.text import Text

Values = Mapping[str, Any]

# What starting workers and switching between them may add to a time, in seconds, and what a sleep
# may fall short of its time by (clocks are rounded to microseconds).
SLACK = 0.35
SLACK_SHARE = 0.25
ROUNDING = 0.002

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
    """A sentence about a run, in both languages, and how it is checked.

    `margin` gives, of a claim of time, by how many seconds a run may be late before the claim may
    fail though the program is right. A duration needs none: see `took_about`.
    """

    text: Text
    check: Check
    of_any_run: bool = False
    margin: Callable[[Values], float] | None = None

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


def watched(check: Check) -> Check:
    """Mark a check that needs the observer: without it the record cannot tell."""

    @wraps(check)
    def checked(recording: Recording, values: Values) -> Measured:
        if not recording.receipt.observed or recording.dropped:
            return Measured(None)
        return check(recording, values)

    return checked


def where(condition: Callable[[Values], bool], check: Check) -> Check:
    """Ask `check` only if the parameters say so; with others the record cannot tell."""

    def checked(recording: Recording, values: Values) -> Measured:
        return check(recording, values) if condition(values) else Measured(None)

    return checked


# --- what was printed -------------------------------------------------------------------------


def printed_once_each(pattern: str, expected: Callable[[Values], Iterable[object]]) -> Check:
    """The group of `pattern` takes each expected value in exactly one line, and no other value."""

    def check(recording: Recording, values: Values) -> Measured:
        seen = Counter(found.group(1) for found in matches(recording, pattern))
        wanted = Counter(str(value) for value in expected(values))
        right = sum((seen & wanted).values())
        return Measured(seen == wanted, f"{right} / {wanted.total()}")

    return check


def printed_in_order(*patterns: str) -> Check:
    """Every line that fits a pattern comes before every line that fits the next pattern."""

    def check(recording: Recording, values: Values) -> Measured:
        places = [
            [at for at, line in enumerate(recording.lines) if re.search(pattern, line.text)]
            for pattern in patterns
        ]
        if not all(places):
            return Measured(False)
        return Measured(all(max(a) < min(b) for a, b in pairwise(places)))

    return check


def printed_in_pairs(first: str, second: str) -> Check:
    """A line that fits `first` is followed at once by its own worker's that fits `second`."""

    def check(recording: Recording, values: Values) -> Measured:
        lines = [
            line for line in recording.lines if re.search(f"(?:{first})|(?:{second})", line.text)
        ]
        pairs = list(zip(lines[::2], lines[1::2], strict=False))
        kept = sum(_is_pair(a, b, first, second) for a, b in pairs)
        return Measured(len(lines) == 2 * kept, f"{kept} / {(len(lines) + 1) // 2}")

    return check


def every_line_from(worker: str) -> Check:
    """One worker, known by name, printed everything."""

    def check(recording: Recording, values: Values) -> Measured:
        names = {line.worker for line in recording.lines}
        return Measured(names == {worker}, ", ".join(sorted(names)))

    return check


def at_most(pattern: str, limit: str | Callable[[Values], float]) -> Check:
    """The printed number of `pattern` is not above `limit`: of the parameters, or printed too."""
    return _compared(pattern, limit, lambda number, bound: number <= bound)


def equals(pattern: str, limit: str | Callable[[Values], float]) -> Check:
    """The printed number of `pattern` is exactly `limit`: of the parameters, or printed too."""
    return _compared(pattern, limit, lambda number, bound: number == bound)


def below(pattern: str, limit: str | Callable[[Values], float]) -> Check:
    """The printed number of `pattern` is under `limit`: of the parameters, or printed too."""
    return _compared(pattern, limit, lambda number, bound: number < bound)


def printed(pattern: str, times: Callable[[Values], int] = lambda values: 1) -> Check:
    """As many lines as told fit `pattern`."""

    def check(recording: Recording, values: Values) -> Measured:
        seen = sum(1 for _ in matches(recording, pattern))
        return Measured(seen == times(values), str(seen))

    return check


def printed_exactly_when(pattern: str, condition: Callable[[Values], bool]) -> Check:
    """A line fits `pattern` if the parameters say so, and none does if they do not."""

    def check(recording: Recording, values: Values) -> Measured:
        seen = any(matches(recording, pattern))
        return Measured(seen == condition(values), "✓" if seen else "–")

    return check


def printed_ascending(pattern: str) -> Check:
    """The number of `pattern` never goes down from one line that fits to the next."""

    def check(recording: Recording, values: Values) -> Measured:
        seen = [found.group(1) for found in matches(recording, pattern)]
        numbers = [float(number) for number in seen]
        return Measured(bool(seen) and numbers == sorted(numbers), " ".join(seen))

    return check


def printed_alike(pattern: str) -> Check:
    """The group of `pattern` is the same in every line that fits it."""

    def check(recording: Recording, values: Values) -> Measured:
        seen = [found.group(1) for found in matches(recording, pattern)]
        return Measured(len(set(seen)) == 1, ", ".join(dict.fromkeys(seen)))

    return check


def printed_sequence(pattern: str, expected: Callable[[Values], Iterable[object]]) -> Check:
    """The group of `pattern` takes the expected values, line by line, in this order."""

    def check(recording: Recording, values: Values) -> Measured:
        seen = [found.group(1) for found in matches(recording, pattern)]
        return Measured(seen == [str(value) for value in expected(values)], " ".join(seen))

    return check


def printed_distinct(pattern: str) -> Check:
    """The group of `pattern` is another one in every line that fits it."""

    def check(recording: Recording, values: Values) -> Measured:
        seen = [found.group(1) for found in matches(recording, pattern)]
        return Measured(bool(seen) and len(set(seen)) == len(seen), f"{len(set(seen))}")

    return check


def never_printed(pattern: str) -> Check:
    """No line fits `pattern`."""

    def check(recording: Recording, values: Values) -> Measured:
        seen = sum(1 for _ in matches(recording, pattern))
        return Measured(seen == 0, str(seen))

    return check


def printed_after(later: str, earlier: str) -> Check:
    """Each line that fits `later` comes after the line that fits `earlier` with the same group."""

    def check(recording: Recording, values: Values) -> Measured:
        seen: set[str] = set()
        lines = right = 0
        for line in recording.lines:
            if found := re.search(earlier, line.text):
                seen.add(found.group(1))
            elif found := re.search(later, line.text):
                lines += 1
                right += found.group(1) in seen
        return Measured(lines > 0 and right == lines, f"{right} / {lines}")

    return check


# --- how it ended -----------------------------------------------------------------------------


def ended_as(outcome: Callable[[Values], str]) -> Check:
    """The run ended in the outcome told (`finished`, `deadlocked` …); for claims `of_any_run`."""

    def check(recording: Recording, values: Values) -> Measured:
        return Measured(recording.outcome == outcome(values), recording.detail)

    return check


def raised(error: str, times: Callable[[Values], int] = lambda values: 1) -> Check:
    """As many workers as told ended by an uncaught exception of that type."""

    def check(recording: Recording, values: Values) -> Measured:
        events = (event for event in recording.events if event.kind is Kind.RAISED)
        seen = sum(1 for event in events if event.object == error)
        return Measured(seen == times(values), str(seen))

    return check


def exit_codes(expected: Callable[[Values], Iterable[int]]) -> Check:
    """The child processes whose end was seen left these exit codes, in any order."""

    def check(recording: Recording, values: Values) -> Measured:
        events = (event for event in recording.events if event.kind is Kind.EXITED)
        codes = sorted(event.exit[1] for event in events)
        return Measured(codes == sorted(expected(values)), ", ".join(map(str, codes)))

    return check


# --- who ran ----------------------------------------------------------------------------------


def one_process() -> Check:
    """Everything happened in one process."""
    return processes(lambda values: 1)


def processes(count: Callable[[Values], int]) -> Check:
    """As many different processes reported something as told, the main one included."""

    def check(recording: Recording, values: Values) -> Measured:
        pids = {event.pid for event in recording.events if event.pid}
        return Measured(len(pids) == count(values), str(len(pids)))

    return check


def children_of_one_parent() -> Check:
    """Every process that was started has the main process as its parent."""

    def check(recording: Recording, values: Values) -> Measured:
        parents = {
            event.text.split(".")[0]
            for event in recording.events
            if event.kind is Kind.STARTED and event.object == "process" and event.text
        }
        return Measured(parents == {str(recording.receipt.pid)}, ", ".join(sorted(parents)))

    return check


def workers_started(count: Callable[[Values], int]) -> Check:
    """The program started as many threads and processes as told."""

    def check(recording: Recording, values: Values) -> Measured:
        started = len(recording.workers)
        return Measured(started == count(values), str(started))

    return check


def every_worker_ended() -> Check:
    """Each worker that was started came to its end."""

    def check(recording: Recording, values: Values) -> Measured:
        ended = sum(1 for span in recording.workers if span.end is not None)
        return Measured(ended == len(recording.workers), f"{ended} / {len(recording.workers)}")

    return check


def alive_at_once(at_most: int) -> Check:
    """Never more workers than that lived at the same time."""

    def check(recording: Recording, values: Values) -> Measured:
        most = overlaps(recording.workers)
        return Measured(most <= at_most, str(most))

    return check


def lived_together(at_least: int = 2) -> Check:
    """At some moment at least so many workers lived at the same time."""

    def check(recording: Recording, values: Values) -> Measured:
        most = overlaps(recording.workers)
        return Measured(most >= at_least, str(most))

    return check


# --- sleeping, waiting, holding ---------------------------------------------------------------


def slept_together(at_least: Callable[[Values], int] = lambda values: 2) -> Check:
    """At some moment at least so many workers slept at the same time."""

    @watched
    def check(recording: Recording, values: Values) -> Measured:
        most = overlaps(recording.sleeps)
        return Measured(most >= at_least(values), str(most))

    return check


def never_held_together(name: str) -> Check:
    """At no moment did two workers hold the object of that name."""

    @watched
    def check(recording: Recording, values: Values) -> Measured:
        held = [span for span in recording.holdings if span.object == name]
        return Measured(bool(held) and workers_at_once(held) == 1, f"× {len(held)}")

    return check


def held_at_once(name: str, at_most: Callable[[Values], int]) -> Check:
    """Never did more workers than told hold the object of that name (a semaphore)."""

    @watched
    def check(recording: Recording, values: Values) -> Measured:
        held = [span for span in recording.holdings if span.object == name]
        most = overlaps(held)
        return Measured(bool(held) and most <= at_most(values), str(most))

    return check


def held_deepest(name: str, depth: Callable[[Values], int]) -> Check:
    """An RLock of that name was held so many times over by one worker, at most."""

    @watched
    def check(recording: Recording, values: Values) -> Measured:
        got = [e for e in recording.events if e.kind is Kind.GOT and e.object == name]
        deepest = max((int(event.text or 1) for event in got), default=0)
        return Measured(deepest == depth(values), str(deepest))

    return check


def nobody_passed_before_the_last_arrived(name: str, parties: Callable[[Values], int]) -> Check:
    """At each use of the barrier, all its parties arrived before one of them passed."""

    @watched
    def check(recording: Recording, values: Values) -> Measured:
        arrived = passed = 0
        right = True
        for event in recording.events:
            if event.object != name:
                continue
            arrived += event.kind is Kind.ARRIVED
            if event.kind is Kind.PASSED:
                # The n-th use lets its n·parties pass once n·parties have arrived.
                uses = passed // parties(values) + 1
                right = right and arrived >= uses * parties(values)
                passed += 1
        return Measured(right and passed > 0, f"{passed} / {arrived}")

    return check


def never_longer_than(name: str, size: Callable[[Values], int]) -> Check:
    """Never did more items than told wait in the queue of that name."""

    @watched
    def check(recording: Recording, values: Values) -> Measured:
        puts = [e for e in recording.events if e.kind is Kind.PUT and e.object == name]
        sizes = [int(number) for e in puts if (number := e.text.partition(":")[0]).isdigit()]
        return Measured(bool(sizes) and max(sizes) <= size(values), str(max(sizes, default=0)))

    return check


def waited_for(name: str) -> Check:
    """Some worker had to wait for the object of that name."""

    @watched
    def check(recording: Recording, values: Values) -> Measured:
        waits = sum(1 for span in recording.waits if span.object == name)
        return Measured(waits > 0, str(waits))

    return check


def nobody_waited() -> Check:
    """No worker but the main thread had to wait for another."""

    @watched
    def check(recording: Recording, values: Values) -> Measured:
        workers = {span.key for span in recording.workers}
        waits = sum(1 for span in recording.waits if span.key in workers)
        return Measured(waits == 0, str(waits))

    return check


# --- how long ---------------------------------------------------------------------------------


def took_about(seconds: Callable[[Values], float]) -> Check:
    """The run took what the parameters say, and little more: a claim of time."""

    def check(recording: Recording, values: Values) -> Measured:
        expected = seconds(values)
        excess = recording.wall - (expected * (1 + SLACK_SHARE) + SLACK)
        holds = expected - ROUNDING <= recording.wall and excess <= 0
        figure = f"{recording.wall:.3f} s ~ {expected:g} s"
        # No machine makes a run too short.
        return Measured(holds, figure, excess if excess > 0 else None)

    return check


def took_at_least(seconds: Callable[[Values], float]) -> Check:
    """The run took what the parameters say, or longer: a bound that holds on any machine."""

    def check(recording: Recording, values: Values) -> Measured:
        expected = seconds(values)
        holds = recording.wall >= expected - ROUNDING
        return Measured(holds, f"{recording.wall:.3f} s ≥ {expected:g} s")

    return check


# --- helpers ----------------------------------------------------------------------------------


def matches(recording: Recording, pattern: str) -> Iterable[re.Match[str]]:
    """The match of each line that fits, in the order of the lines."""
    for line in recording.lines:
        if found := re.search(pattern, line.text):
            yield found


def _is_pair(a: Line, b: Line, first: str, second: str) -> bool:
    same = (a.pid, a.tid) == (b.pid, b.tid)
    return bool(same and re.search(first, a.text) and re.search(second, b.text))


def _number(recording: Recording, pattern: str) -> float | None:
    found: Sequence[re.Match[str]] = list(matches(recording, pattern))
    return float(found[-1].group(1)) if found else None


def _compared(
    pattern: str,
    limit: str | Callable[[Values], float],
    holds: Callable[[float, float], bool],
) -> Check:
    def check(recording: Recording, values: Values) -> Measured:
        number = _number(recording, pattern)
        bound = _number(recording, limit) if isinstance(limit, str) else float(limit(values))
        if number is None or bound is None:
            return Measured(False)
        return Measured(holds(number, bound), f"{number:g} / {bound:g}")

    return check
