"""Handmade records, for what a real run does only by chance."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.engine.events import TASK_BITS, Event, Key, Kind, thread_of
from webapp.engine.recording import Outcome, Receipt, Recording, Wait

MAIN, A, B = (100, 100), (100, 101), (100, 102)
CHILD = (200, 200)
NAMES = {MAIN: "MainThread", A: "A", B: "B", CHILD: "child"}

Step = tuple[int, Key, Kind, str, str]
"""Microseconds, worker, kind, object, text."""


def record(
    steps: Sequence[Step],
    *,
    wall: int = 1000,
    outcome: Outcome = Outcome.FINISHED,
    dropped: int = 0,
    observed: bool = True,
    cycle: tuple[Wait, ...] = (),
) -> Recording:
    """Return the record of a run whose events came in this order; `wall` in microseconds."""
    events = tuple(
        Event(
            id,
            time,
            *thread_of(key),
            NAMES.get(key, f"w{key[1]}"),
            kind,
            object,
            text,
            line=id,
            task=key[1] >> TASK_BITS,
        )
        for id, (time, key, kind, object, text) in enumerate(steps, 1)
    )
    return Recording(
        events=events,
        outcome=outcome,
        detail="",
        wall=wall / 1_000_000,
        cpu=0.001,
        dropped=dropped,
        exit_code=0,
        swept=0,
        receipt=Receipt("r" * 16, "2026-01-01", 100, "3", "CPython", "any", 2, (), "", observed),
        cut=bool(dropped),
        cycle=cycle,
    )


def life(key: Key, start: int, end: int | None, *steps: Step) -> list[Step]:
    """Return a worker's start, these steps, and its end."""
    kind = "thread" if key[0] == MAIN[0] != key[1] else "process"
    lived: list[Step] = [(start, key, Kind.STARTED, kind, "100.100"), *steps]
    return lived if end is None else [*lived, (end, key, Kind.ENDED, "", "")]


def many(events: int) -> Recording:
    """Return the record of four threads that share one lock, in about so many events."""
    steps: list[Step] = []
    workers = [(100, 101 + at) for at in range(4)]
    for key in workers:
        steps += life(key, 0, None)
    for turn in range(events // 4):
        key, at = workers[turn % 4], 100 + 40 * turn
        steps += [
            (at, key, Kind.WAITS, "lock", "acquire"),
            (at + 10 + turn % 7, key, Kind.GOT, "lock", ""),
            (at + 25, key, Kind.PRINTED, "stdout", f"turn {turn}\n"),
            (at + 30, key, Kind.RELEASED, "lock", ""),
        ]
    return record(steps, wall=200 + 40 * (events // 4))
