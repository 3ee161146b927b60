"""Each check of the vocabulary can hold and can fail, on handmade records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from webapp.engine.events import TASK_BITS, Event, Kind, thread_of
from webapp.engine.recording import Outcome, Receipt, Recording, Wait
from webapp.lessons.claims import Check, Claim, Measured, of_any, where
from webapp.lessons.measures import timing, waiting, workers
from webapp.lessons.measures.printed import lines, numbers, order

MAIN = (100, 100)
RECEIPT = Receipt("id", "", 100, "3.11", "CPython", "Linux", 2, (), "", observed=True)

Step = tuple[int, tuple[int, int], Kind, str, str]
"""Time in milliseconds, worker, kind, object, text."""


def recording(
    steps: Sequence[Step], *, wall: float = 1.0, observed: bool = True, held_up: float = 0.0
) -> Recording:
    """Return the record of a finished run with these steps."""
    events = tuple(
        Event(
            id,
            time * 1000,
            *thread_of(key),
            f"w{key[1]}",
            kind,
            object,
            text,
            task=key[1] >> TASK_BITS,
        )
        for id, (time, key, kind, object, text) in enumerate(steps, 1)
    )
    return Recording(
        events=events,
        outcome=Outcome.FINISHED,
        detail="",
        wall=wall,
        cpu=0.1,
        dropped=0,
        exit_code=0,
        swept=0,
        receipt=replace(RECEIPT, observed=observed),
        held_up=held_up,
    )


def prints(*lines: str, key: tuple[int, int] = MAIN) -> list[Step]:
    """Return the steps of a worker that prints some lines."""
    return [(0, key, Kind.PRINTED, "stdout", f"{line}\n") for line in lines]


def lives(key: tuple[int, int], start: int, end: int | None, by: str = "100.100") -> list[Step]:
    """Return the start and the end, in milliseconds, of a worker; without `end` it never ends."""
    kind = "thread" if key[0] == MAIN[0] else "process"
    steps: list[Step] = [(start, key, Kind.STARTED, kind, by)]
    return steps if end is None else [*steps, (end, key, Kind.ENDED, "", "")]


def lasts(
    key: tuple[int, int], begin: Kind, end: Kind, times: tuple[int, int], object: str = ""
) -> list[Step]:
    """Return the steps of a worker that sleeps, waits or holds a lock."""
    return [(times[0], key, begin, object, ""), (times[1], key, end, object, "")]


def nested(key: tuple[int, int], times: tuple[int, int, int, int]) -> list[Step]:
    """Return the steps of a worker that acquires an RLock twice."""
    kinds = (Kind.GOT, Kind.GOT, Kind.RELEASED, Kind.RELEASED)
    return [(time, key, kind, "lock", "") for time, kind in zip(times, kinds, strict=True)]


def passes(queue: str, *steps: str) -> list[Step]:
    """Return steps such as "put 1" and "took 1" of a queue."""
    return [
        (at, MAIN, Kind(kind), queue, f"?: {item}")
        for at, (kind, item) in enumerate(step.split() for step in steps)
    ]


A, B, CHILD, GRANDCHILD = (100, 101), (100, 102), (200, 200), (300, 300)
TASK = (100, 100 | 1 << TASK_BITS)
SLEEP, HOLD, WAIT = (Kind.SLEPT, Kind.WOKE), (Kind.GOT, Kind.RELEASED), (Kind.WAITS, Kind.GOT)

CASES: dict[str, tuple[Check, list[Step], list[Step]]] = {
    "printed_once_each: twice": (
        lines.printed_once_each(r"n (\d)", lambda v: range(2)),
        prints("n 1", "n 0"),
        prints("n 1", "n 0", "n 1"),
    ),
    "printed_once_each: missing": (
        lines.printed_once_each(r"n (\d)", lambda v: range(2)),
        prints("n 1", "n 0", "m 1"),
        prints("n 1"),
    ),
    "printed_in_order": (
        order.printed_in_order("^a", "^b"),
        prints("a", "a", "x", "b"),
        prints("a", "b", "a"),
    ),
    "printed_in_order: one is missing": (
        order.printed_in_order("^a", "^b"),
        prints("a", "b"),
        prints("a"),
    ),
    "printed_in_pairs: mixed": (
        order.printed_in_pairs("in", "out"),
        [*prints("in", "out", key=A), *prints("in", "out", key=B)],
        [*prints("in", key=A), *prints("in", key=B), *prints("out", key=A), *prints("out", key=B)],
    ),
    "printed_in_pairs: half": (
        order.printed_in_pairs("in", "out"),
        prints("in", "x", "out"),
        prints("in", "out", "in"),
    ),
    "begun_at_once": (
        order.begun_at_once(r"(\d) in", r"(\d) out", lambda v: 1),
        prints("1 in", "1 out", "2 in", "2 out"),
        prints("1 in", "2 in", "1 out", "2 out"),
    ),
    "begun_at_once: nothing begun": (
        order.begun_at_once(r"(\d) in", r"(\d) out", lambda v: 1),
        prints("1 in", "1 out"),
        prints("1 out"),
    ),
    "every_line_from": (
        lines.every_line_from("w100"),
        prints("a", "b"),
        [*prints("a"), *prints("b", key=A)],
    ),
    "at_most: a parameter": (
        numbers.at_most(r"final (\d+)", lambda v: 5),
        prints("final 5"),
        prints("final 6"),
    ),
    "at_least": (
        numbers.at_least(r"final (\d+)", lambda v: 5),
        prints("final 5"),
        prints("final 4"),
    ),
    "equals: what is printed": (
        numbers.equals(r"final (\d+)", r"expected (\d+)"),
        prints("final 5", "expected 5"),
        prints("final 4", "expected 5"),
    ),
    "equals: nothing printed": (
        numbers.equals(r"final (\d+)", lambda v: 5),
        prints("final 5"),
        prints("nothing"),
    ),
    "below": (
        numbers.below(r"final (\d+)", lambda v: 5),
        prints("final 4"),
        prints("final 5"),
    ),
    "printed": (lines.printed("^a$", lambda v: 2), prints("a", "a"), prints("a")),
    "printed_exactly_when": (
        lines.printed_exactly_when("got", lambda v: True),
        prints("got it"),
        prints("gave up"),
    ),
    "printed_ascending": (
        numbers.printed_ascending(r"n (\d+)"),
        prints("n 1", "n 2", "n 10"),
        prints("n 2", "n 1"),
    ),
    "printed_alike": (
        lines.printed_alike(r"sum (\d+)"),
        prints("sum 4", "sum 4"),
        prints("sum 4", "sum 5"),
    ),
    "ran_in_one_process": (
        workers.ran_in_one_process(),
        [*prints("a"), *prints("b", key=A)],
        [*prints("a"), *prints("b", key=CHILD)],
    ),
    "ran_in_one_thread": (
        workers.ran_in_one_thread(),
        [*prints("a"), *prints("b", key=TASK)],
        [*prints("a"), *prints("b", key=A)],
    ),
    "started_tasks": (
        workers.started_tasks(lambda v: 1),
        [*lives(MAIN, 0, 9, by=""), *lives(TASK, 1, 2)],
        [*lives(MAIN, 0, 9, by=""), *lives(A, 1, 2)],
    ),
    "had_one_parent": (
        workers.had_one_parent(),
        lives(CHILD, 0, 1),
        [*lives(CHILD, 0, 1), *lives(GRANDCHILD, 0, 1, by="200.200")],
    ),
    "started_workers": (
        workers.started_workers(lambda v: 2),
        [*lives(MAIN, 0, 9, by=""), *lives(A, 1, 2), *lives(CHILD, 1, 2)],
        [*lives(MAIN, 0, 9, by=""), *lives(A, 1, 2)],
    ),
    "every_worker_ended": (
        workers.every_worker_ended(),
        [*lives(A, 1, 2), *lives(B, 1, 3)],
        [*lives(A, 1, 2), *lives(B, 1, None)],
    ),
    "lived_at_once": (
        workers.lived_at_once(1),
        [*lives(A, 1, 2), *lives(B, 2, 3)],
        [*lives(A, 1, 3), *lives(B, 2, 4)],
    ),
    "lived_together": (
        workers.lived_together(2),
        [*lives(A, 1, 3), *lives(B, 2, 4)],
        [*lives(A, 1, 2), *lives(B, 2, 3)],
    ),
    "slept_together": (
        waiting.slept_together(),
        [*lasts(A, *SLEEP, (1, 3)), *lasts(B, *SLEEP, (2, 4))],
        [*lasts(A, *SLEEP, (1, 2)), *lasts(B, *SLEEP, (3, 4))],
    ),
    "never_held_together": (
        waiting.never_held_together("lock"),
        [*lasts(A, *HOLD, (1, 2), "lock"), *lasts(B, *HOLD, (1, 2), "other")],
        [*lasts(A, *HOLD, (1, 3), "lock"), *lasts(B, *HOLD, (2, 4), "lock")],
    ),
    "never_held_together: twice over by one": (
        waiting.never_held_together("lock"),
        [*nested(A, (1, 2, 3, 4)), *nested(B, (5, 6, 7, 8))],
        [*nested(A, (1, 2, 3, 7)), *nested(B, (5, 6, 8, 9))],
    ),
    "never_held_together: never held": (
        waiting.never_held_together("lock"),
        lasts(A, *HOLD, (1, 2), "lock"),
        lasts(A, *HOLD, (1, 2), "other"),
    ),
    "nobody_waited_for": (
        waiting.nobody_waited_for("lock"),
        lasts(A, *WAIT, (1, 2), "other"),
        lasts(A, *WAIT, (1, 2), "lock"),
    ),
    "taken_as_put": (
        waiting.taken_as_put("queue"),
        passes("queue", "put 1", "put 2", "took 1", "put 3", "took 2", "took 3"),
        passes("queue", "put 1", "put 2", "took 2", "took 1"),
    ),
    "taken_as_put: one is left": (
        waiting.taken_as_put("queue"),
        [*passes("queue", "put 1", "took 1"), *passes("other", "put 2")],
        passes("queue", "put 1", "put 2", "took 1"),
    ),
    "nobody_waited": (
        waiting.nobody_waited(),
        [*lives(A, 0, 9), *lasts(MAIN, Kind.WAITS, Kind.JOINED, (1, 2), "w101")],
        [*lives(A, 0, 9), *lasts(A, *WAIT, (1, 2), "lock")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_check_can_hold_and_can_fail(name: str) -> None:
    check, good, bad = CASES[name]
    assert check(recording(good), {}).holds is True
    assert check(recording(bad), {}).holds is False


@pytest.mark.parametrize(("wall", "holds"), [(1.0, True), (1.4, True), (0.9, False), (2.0, False)])
def test_a_time_may_not_be_shorter_and_only_slightly_longer(wall: float, holds: bool) -> None:
    check = timing.took_about(lambda values: values["seconds"])
    assert check(recording([], wall=wall), {"seconds": 1.0}).holds is holds


def test_a_time_that_was_not_printed_was_not_long_enough() -> None:
    printed = numbers.printed_number(r"took ([\d.]+)")
    check = timing.lasted_at_least(printed, lambda values: 0.5)
    assert check(recording(prints("took 0.5")), {}) == Measured(True, "0.500 s ≥ 0.5 s")
    assert check(recording(prints("took 0.4")), {}).holds is False
    assert check(recording(prints("nothing")), {}) == Measured(False)


def test_a_check_that_needs_the_observer_cannot_tell_without_it() -> None:
    steps = lasts(A, *HOLD, (1, 2), "lock")
    unobserved = recording(steps, observed=False)
    for check in (
        waiting.never_held_together("lock"),
        waiting.slept_together(),
        waiting.nobody_waited(),
        workers.seen_to_end_as(lambda values: "finished"),
    ):
        assert check(unobserved, {}).holds is None


def test_a_cycle_of_waits_is_compared_wait_by_wait() -> None:
    check = waiting.waited_in_a_cycle(("a", "queue", "b"), ("b", "lock", "a"))
    waits = (Wait("a", "queue", 3, "b"), Wait("b", "lock", 7, "a"))
    assert check(replace(recording([]), cycle=waits), {}) == Measured(True, "2")
    assert check(replace(recording([]), cycle=waits[:1]), {}).holds is False
    assert check(recording([]), {}).holds is None


def test_a_claim_of_any_run_is_not_told_by_one_that_was_stopped() -> None:
    claim = of_any("x", lines.printed("^a$"))
    whole = recording(prints("a"))
    for outcome in (Outcome.FINISHED, Outcome.DEADLOCKED, Outcome.TIMED_OUT):
        assert claim.measure(replace(whole, outcome=outcome), {}) == Measured(True, "1")
    for outcome in (Outcome.CANCELLED, Outcome.LOST):
        assert claim.measure(replace(whole, outcome=outcome), {}) == Measured(None)


def test_where_checks_only_under_its_condition() -> None:
    check = where(lambda values: values["asked"], lines.printed("^a$"))
    assert check(recording(prints("a")), {"asked": True}).holds is True
    assert check(recording(prints("b")), {"asked": True}).holds is False
    assert check(recording(prints("b")), {"asked": False}).holds is None


def test_a_run_that_did_not_finish_proves_nothing() -> None:
    claim = Claim("x", lines.printed("^a$"))
    whole = recording(prints("a"))
    assert claim.measure(whole, {}) == Measured(True, "1")
    assert claim.measure(replace(whole, outcome=Outcome.TIMED_OUT), {}) == Measured(None)
    assert claim.measure(replace(whole, cut=True), {}) == Measured(None)


def test_a_cut_record_proves_lines_but_not_steps() -> None:
    steps = [*lasts(A, *HOLD, (1, 2), "lock"), *prints("a")]
    long = replace(recording(steps), dropped=1)
    assert Claim("x", lines.printed("^a$")).measure(long, {}).holds is True
    held = Claim("x", waiting.never_held_together("lock"))
    assert held.measure(long, {}).holds is None


OF_TIME = {
    "an order": Claim("x", numbers.printed_ascending(r"n (\d+)"), margin=lambda values: 0.1),
    "a duration": Claim("x", timing.took_about(lambda values: 0.2)),
}


@pytest.mark.parametrize("claim", OF_TIME.values(), ids=OF_TIME)
def test_a_claim_of_time_that_fails_in_a_late_run_cannot_tell(claim: Claim) -> None:
    # The order is wrong, and the run took 0.1 s longer than allowed.
    failed = recording(prints("n 2", "n 1"), wall=0.7)
    assert claim.measure(replace(failed, held_up=0.01), {}).holds is False
    late = claim.measure(replace(failed, held_up=0.2), {})
    assert (late.holds, late.late) == (None, 0.2)
    held = recording(prints("n 1", "n 2"), wall=0.5, held_up=0.2)
    assert claim.measure(held, {}).holds is True


def test_a_run_that_is_too_short_is_never_the_machines_fault() -> None:
    short = recording([], wall=0.1, held_up=5.0)
    assert OF_TIME["a duration"].measure(short, {}).holds is False


def test_a_claim_about_every_schedule_is_checked_in_a_late_run_too() -> None:
    claim = Claim("x", numbers.printed_ascending(r"n (\d+)"))
    assert claim.measure(recording(prints("n 2", "n 1"), held_up=5.0), {}).holds is False
