"""Each outcome of the vocabulary on handmade records: what it reads, and what it cannot tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lessons.test_claims import MAIN, A, B, Step, lives, prints, recording
from webapp.engine.events import Kind
from webapp.engine.recording import Outcome
from webapp.lessons.measures import Measure, waiting, workers
from webapp.lessons.measures.printed import lines, numbers, order
from webapp.lessons.outcomes import DemoOutcome, Told
from webapp.lessons.text import Text


def exited(*codes: int) -> list[Step]:
    """Return the steps of a main process that joins children with these exit codes."""
    return [(0, MAIN, Kind.EXITED, f"p{code}", f"20{code % 10} {code}") for code in codes]


def held(*depths: int, name: str = "lock") -> list[Step]:
    """Return the steps of a worker that acquires an RLock to each of these depths."""
    return [(0, A, Kind.GOT, name, str(depth)) for depth in depths]


CASES: dict[str, tuple[Measure[Told], list[Step], Told | None]] = {
    "printed_number": (
        numbers.printed_number(r"final: (\d+)"),
        prints("final: 3", "x", "final: 217"),
        217,
    ),
    "printed_number with a point": (
        numbers.printed_number(r"took ([\d.]+) s"),
        prints("took 0.25 s"),
        0.25,
    ),
    "printed_number, not there": (numbers.printed_number(r"(\d+)"), prints("x"), None),
    "largest": (numbers.largest(r"size (\d+)"), prints("size 2", "size 10", "size 3"), 10),
    "smallest": (numbers.smallest(r"size (\d+)"), prints("size 10", "size 2", "size 3"), 2),
    "largest, not there": (numbers.largest(r"size (\d+)"), [], None),
    "printed_word": (lines.printed_word(r"is (\w+)"), prints("is a", "is b"), "b"),
    "printed_word, not there": (lines.printed_word(r"is (\w+)"), prints("x"), None),
    "order_of": (
        order.order_of(r"(\d) over"),
        prints("2 over", "x", "1 over", "3 over"),
        "2 → 1 → 3",
    ),
    "order_of, not there": (order.order_of(r"(\d) over"), prints("x"), None),
    "printers_of": (
        order.printers_of("^here$"),
        [*prints("here", key=B), *prints("x", "here", key=A)],
        "w102 → w101",
    ),
    "printers": (
        lines.printers(),
        [*prints("a", key=B), *prints("b", "c", key=A), *prints("d", key=B)],
        "w102, w101",
    ),
    "printers of nothing": (lines.printers(), [], None),
    "lines_that_fit": (lines.lines_that_fit("^a"), prints("a", "b", "ab"), 2),
    "lines_that_fit: none": (lines.lines_that_fit("^a"), prints("b"), 0),
    "lines_before_the_last": (
        order.lines_before_the_last("left", "reached"),
        prints("reached", "left", "left", "reached", "left"),
        2,
    ),
    "lines_before_the_last, none to come": (
        order.lines_before_the_last("left", "reached"),
        prints("left"),
        None,
    ),
    "lines_followed_by": (
        order.lines_followed_by(r"(\d) runs", r"(\d) over"),
        prints("1 runs", "1 over", "2 runs", "3 runs", "2 over", "3 over", "4 runs", "4 over"),
        2,
    ),
    "shared_out": (
        lines.shared_out(r"(c-\d): (\d)"),
        prints("c-2: 3", "c-1: 2"),
        "c-1: 2, c-2: 3",
    ),
    "least": (
        numbers.least(r"(\w+) took ([\d.]+)"),
        prints("fork took 2.5", "spawn took 10.5"),
        "fork",
    ),
    "least of nothing": (numbers.least(r"(\w+) took ([\d.]+)"), [], None),
    "either": (
        lines.either({"^got": "got-it", "^gave": "gave-up"}),
        prints("x", "gave up"),
        "gave-up",
    ),
    "either, none": (lines.either({"^got": "got-it"}), prints("x"), None),
    "ending": (workers.ending(), [], Outcome.FINISHED),
    "exit_codes": (workers.exit_codes(), exited(0, -15), "-15, 0"),
    "exit_codes, none": (workers.exit_codes(), [], None),
    "worker_count": (
        workers.worker_count(),
        [*lives(MAIN, 0, 9, by=""), *lives(A, 1, 2), *lives(B, 3, 4)],
        2,
    ),
    "most_alive": (
        workers.most_alive(),
        [*lives(MAIN, 0, 9, by=""), *lives(A, 1, 3), *lives(B, 2, 4)],
        2,
    ),
    "deepest_hold": (waiting.deepest_hold("lock"), [*held(1, 2), *held(3, name="x")], 2),
}


@pytest.mark.parametrize("name", CASES)
def test_an_outcome_is_read_from_the_record(name: str) -> None:
    read, steps, expected = CASES[name]
    assert read(recording(steps), {}) == expected


def test_an_outcome_that_needs_the_observer_cannot_tell_without_it() -> None:
    read = waiting.deepest_hold("lock")
    assert read(recording(held(1), observed=False), {}) is None
    assert read(replace(recording(held(1)), dropped=1), {}) is None


def test_the_outcome_of_a_run_that_did_not_finish_is_how_it_ended() -> None:
    final = DemoOutcome(numbers.printed_number(r"(\d+)"))
    whole = recording(prints("7"))
    assert final.of(whole, {}) == 7
    assert final.of(replace(whole, outcome=Outcome.TIMED_OUT), {}) is Outcome.TIMED_OUT
    assert final.of(replace(whole, cut=True), {}) is None


def test_an_answer_is_told_in_words() -> None:
    words = {"got-it": Text({"en": "it got it", "fa": "گرفت"})}
    read = lines.either({"^got": "got-it"})
    outcome = DemoOutcome(read, answers=("got-it",), words=words)
    assert outcome.of(recording(prints("got it")), {}) == words["got-it"]
    assert outcome.of(recording(prints("gave up")), {}) is None
