"""Measures of sleeping, holding and waiting. All of them need the observer."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable

from webapp.engine.events import Kind
from webapp.engine.recording import Recording, Span, overlaps, workers_at_once
from webapp.lessons.claims import Check, judged
from webapp.lessons.measures import Measure, Share, both, watched
from webapp.lessons.values import Values

# --- sleeping ---------------------------------------------------------------------------------


def most_asleep() -> Measure[int]:
    """Measure the largest number of workers that slept at the same time."""
    return watched(lambda recording, values: overlaps(recording.sleeps))


def slept_together(at_least: Callable[[Values], int] = lambda values: 2) -> Check:
    """Check that at some moment at least `at_least` workers slept at the same time."""
    return judged(most_asleep(), lambda most, values: most >= at_least(values))


# --- holding ----------------------------------------------------------------------------------


def holdings(name: str) -> Measure[list[Span]]:
    """Measure every interval in which a worker held the object `name`."""
    return watched(lambda recording, values: [h for h in recording.holdings if h.object == name])


def never_held_together(name: str) -> Check:
    """Check that no two workers held the object `name` at the same time."""
    return judged(
        holdings(name),
        lambda held, values: workers_at_once(held) == 1,
        lambda held: f"× {len(held)}",
    )


def held_at_once(name: str, at_most: Callable[[Values], int]) -> Check:
    """Check that never more than `at_most` workers held the object `name` (a semaphore)."""
    return judged(
        holdings(name),
        lambda held, values: bool(held) and overlaps(held) <= at_most(values),
        lambda held: str(overlaps(held)),
    )


def deepest_hold(name: str) -> Measure[int]:
    """Measure the largest recursion depth of the RLock `name`."""

    def depth(recording: Recording, values: Values) -> int:
        got = [e for e in recording.events if e.kind is Kind.GOT and e.object == name]
        return max((int(event.text or 1) for event in got), default=0)

    return watched(depth)


def held_deepest(name: str, depth: Callable[[Values], int]) -> Check:
    """Check the largest recursion depth of the RLock `name`."""
    return judged(deepest_hold(name), lambda deepest, values: deepest == depth(values))


# --- waiting ----------------------------------------------------------------------------------


def waits_for(name: str) -> Measure[int]:
    """Count the waits for the object `name`."""
    return watched(lambda recording, values: sum(w.object == name for w in recording.waits))


def line_of_longest_wait(worker: str) -> Measure[int]:
    """Measure the number of the line at which workers waited longest, all their waits together.

    `worker` is a pattern of their names. A wait that did not end is the longest. None if none of
    them waited.
    """

    def line(recording: Recording, values: Values) -> int | None:
        begun = {
            (event.key, event.time, event.object): event.line
            for event in recording.events
            if event.kind is Kind.WAITS
        }
        times: defaultdict[int, float] = defaultdict(float)
        for wait in recording.waits:
            if re.search(worker, wait.worker):
                end = math.inf if wait.end is None else wait.end
                times[begun[wait.key, wait.start, wait.object]] += end - wait.start
        return max(times, key=times.__getitem__, default=None)

    return watched(line)


def waited_for(name: str) -> Check:
    """Check that some worker waited for the object `name`."""
    return judged(waits_for(name), lambda waits, values: waits > 0)


def nobody_waited_for(name: str) -> Check:
    """Check that no worker waited for the object `name`."""
    return judged(waits_for(name), lambda waits, values: waits == 0)


def nobody_waited() -> Check:
    """Check that no worker but the main thread waited for anything."""

    def waits(recording: Recording, values: Values) -> int:
        workers = {span.key for span in recording.workers}
        return sum(span.key in workers for span in recording.waits)

    return judged(watched(waits), lambda waits, values: waits == 0)


def nobody_passed_before_the_last_arrived(name: str, parties: Callable[[Values], int]) -> Check:
    """Check that at each use of the barrier, all its parties arrived before any of them passed."""

    def passings(recording: Recording, values: Values) -> tuple[bool, Share]:
        arrived = passed = 0
        right = True
        for event in recording.events:
            if event.object != name:
                continue
            arrived += event.kind is Kind.ARRIVED
            if event.kind is Kind.PASSED:
                # A worker of the n-th use passes only after n × parties arrivals in all.
                uses = passed // parties(values) + 1
                right = right and arrived >= uses * parties(values)
                passed += 1
        return right, Share(passed, arrived)

    return judged(
        watched(passings),
        lambda found, values: found[0] and found[1].part > 0,
        lambda found: str(found[1]),
    )


def queue_sizes(name: str) -> Measure[list[int]]:
    """Measure the size of the queue `name` after each put, if it was known."""

    def sizes(recording: Recording, values: Values) -> list[int]:
        puts = [e for e in recording.events if e.kind is Kind.PUT and e.object == name]
        return [int(number) for e in puts if (number := e.text.partition(":")[0]).isdigit()]

    return watched(sizes)


def never_longer_than(name: str, size: Callable[[Values], int]) -> Check:
    """Check that the queue `name` never had more than `size` items."""
    return judged(
        queue_sizes(name),
        lambda sizes, values: bool(sizes) and max(sizes) <= size(values),
        lambda sizes: str(max(sizes, default=0)),
    )


def items(name: str, kind: Kind) -> Measure[list[str]]:
    """Measure the items that were put into the queue `name` (PUT), or taken (TOOK)."""

    def texts(recording: Recording, values: Values) -> list[str]:
        events = (e for e in recording.events if e.kind is kind and e.object == name)
        return [event.text.partition(": ")[2] for event in events]

    return watched(texts)


def taken_as_put(name: str) -> Check:
    """Check that all that was put into the queue `name` was taken, in the same order."""
    return judged(
        both(items(name, Kind.PUT), items(name, Kind.TOOK)),
        lambda found, values: bool(found[0]) and found[0] == found[1],
        lambda found: str(Share(len(found[1]), len(found[0]))),
    )


# --- for ever ---------------------------------------------------------------------------------


def waited_in_a_cycle(*waits: tuple[str, str, str]) -> Check:
    """Check the cycle of a deadlock: (worker, what it waited for, who could have given it)."""

    def cycle(recording: Recording, values: Values) -> set[tuple[str, str, str]] | None:
        return {(wait.worker, wait.object, wait.giver) for wait in recording.cycle} or None

    return judged(cycle, lambda found, values: found == set(waits), lambda found: str(len(found)))
