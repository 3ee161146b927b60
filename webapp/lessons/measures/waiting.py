"""Sleeping, holding and waiting, which takes the observer to see."""

from __future__ import annotations

from collections.abc import Callable

from webapp.engine.events import Kind
from webapp.engine.recording import Recording, Span, overlaps, workers_at_once
from webapp.lessons.claims import Check, judged
from webapp.lessons.measures import Measure, Share, Values, watched

# --- sleeping ---------------------------------------------------------------------------------


def most_asleep() -> Measure[int]:
    """How many workers slept at the same time, at most."""
    return watched(lambda recording, values: overlaps(recording.sleeps))


def slept_together(at_least: Callable[[Values], int] = lambda values: 2) -> Check:
    """At some moment at least so many workers slept at the same time."""
    return judged(most_asleep(), lambda most, values: most >= at_least(values))


# --- holding ----------------------------------------------------------------------------------


def holdings(name: str) -> Measure[list[Span]]:
    """Every time that a worker held the object of that name."""
    return watched(lambda recording, values: [h for h in recording.holdings if h.object == name])


def never_held_together(name: str) -> Check:
    """At no moment did two workers hold the object of that name."""
    return judged(
        holdings(name),
        lambda held, values: workers_at_once(held) == 1,
        lambda held: f"× {len(held)}",
    )


def held_at_once(name: str, at_most: Callable[[Values], int]) -> Check:
    """Never did more workers than told hold the object of that name (a semaphore)."""
    return judged(
        holdings(name),
        lambda held, values: bool(held) and overlaps(held) <= at_most(values),
        lambda held: str(overlaps(held)),
    )


def deepest_hold(name: str) -> Measure[int]:
    """How many times over one worker held the RLock of that name, at most."""

    def depth(recording: Recording, values: Values) -> int:
        got = [e for e in recording.events if e.kind is Kind.GOT and e.object == name]
        return max((int(event.text or 1) for event in got), default=0)

    return watched(depth)


def held_deepest(name: str, depth: Callable[[Values], int]) -> Check:
    """An RLock of that name was held so many times over by one worker, at most."""
    return judged(deepest_hold(name), lambda deepest, values: deepest == depth(values))


# --- waiting ----------------------------------------------------------------------------------


def waits_for(name: str) -> Measure[int]:
    """How often a worker had to wait for the object of that name."""
    return watched(lambda recording, values: sum(w.object == name for w in recording.waits))


def waited_for(name: str) -> Check:
    """Some worker had to wait for the object of that name."""
    return judged(waits_for(name), lambda waits, values: waits > 0)


def nobody_waited_for(name: str) -> Check:
    """Who asked for the object of that name got it at once."""
    return judged(waits_for(name), lambda waits, values: waits == 0)


def nobody_waited() -> Check:
    """No worker but the main thread had to wait for another."""

    def waits(recording: Recording, values: Values) -> int:
        workers = {span.key for span in recording.workers}
        return sum(span.key in workers for span in recording.waits)

    return judged(watched(waits), lambda waits, values: waits == 0)


def nobody_passed_before_the_last_arrived(name: str, parties: Callable[[Values], int]) -> Check:
    """At each use of the barrier, all its parties arrived before one of them passed."""

    def passings(recording: Recording, values: Values) -> tuple[bool, Share]:
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
        return right, Share(passed, arrived)

    return judged(
        watched(passings),
        lambda found, values: found[0] and found[1].part > 0,
        lambda found: str(found[1]),
    )


def queue_sizes(name: str) -> Measure[list[int]]:
    """How many items waited in the queue of that name after each put, where it could say so."""

    def sizes(recording: Recording, values: Values) -> list[int]:
        puts = [e for e in recording.events if e.kind is Kind.PUT and e.object == name]
        return [int(number) for e in puts if (number := e.text.partition(":")[0]).isdigit()]

    return watched(sizes)


def never_longer_than(name: str, size: Callable[[Values], int]) -> Check:
    """Never did more items than told wait in the queue of that name."""
    return judged(
        queue_sizes(name),
        lambda sizes, values: bool(sizes) and max(sizes) <= size(values),
        lambda sizes: str(max(sizes, default=0)),
    )
