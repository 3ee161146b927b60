"""Many runs of one demo: bars, the rarest run, lines that kept their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.lessons.test_claims import CHILD, MAIN, lives, prints, recording
from webapp.engine.recording import Outcome, Recording
from webapp.lessons.measures.printed.numbers import printed_number
from webapp.lessons.measures.printed.order import order_of
from webapp.lessons.outcomes import DemoOutcome, Told
from webapp.lessons.repeats import tally as tallies
from webapp.lessons.repeats.distribution import (
    MOST_BARS,
    Bar,
    Distribution,
    Range,
    distribution,
    endings,
    outcomes,
    rarest,
    walls,
)
from webapp.lessons.repeats.lines import ComparedLine, compare_lines
from webapp.lessons.repeats.masking import masked
from webapp.lessons.repeats.plot import PlotRow, plot
from webapp.lessons.repeats.summary import LINES_COMPARED, Summary, summarise
from webapp.lessons.repeats.tally import Tally

FINAL = DemoOutcome(printed_number(r"^final: (\d+)$"))


def spread(*values: Told | None) -> Distribution:
    """Return the distribution of these values; the runs are named 0, 1, 2 …"""
    return distribution([(str(number), value) for number, value in enumerate(values)])


def shown(distribution: Distribution) -> list[tuple[object, int]]:
    """Return each bar with its number of runs; a range is (low, high)."""
    return [(_plain(bar.key), len(bar.runs)) for bar in distribution.bars]


def _plain(key: object) -> object:
    return (key.low, key.high) if isinstance(key, Range) else key


def run(*lines: str, name: str = "r", ending: Outcome = Outcome.FINISHED) -> Summary:
    """Return the summary of a run that printed these lines."""
    return Summary(name, ending, None, 1.0, lines, longer=False)


def printing(*lines: str, outcome: Outcome = Outcome.FINISHED) -> Recording:
    return replace(recording(prints(*lines)), outcome=outcome)


def orders(*runs: Iterable[str]) -> dict[str, bool | None]:
    """Return for each line whether it kept its order in runs that printed these lines."""
    compared = compare_lines([run(*lines) for lines in runs])
    return {line.text: line.kept for line in compared.lines}


# --- distributions ----------------------------------------------------------------------------


def test_few_whole_numbers_have_a_bar_each_and_gaps_are_shown() -> None:
    assert shown(spread(5, 0, 0, 2)) == [(0, 2), (1, 0), (2, 1), (3, 0), (4, 0), (5, 1)]


def test_few_whole_numbers_far_apart_have_a_bar_each() -> None:
    assert shown(spread(800, 800, 651, 800)) == [(651, 1), (800, 3)]


def test_many_whole_numbers_are_put_into_ranges_with_round_limits() -> None:
    values = [219, 233, 251, 299, 300, 415, 577, 601, 660, 702, 799, 812]
    bars = shown(spread(*values))
    assert bars[:3] == [((200, 299), 4), ((300, 399), 1), ((400, 499), 1)]
    assert bars[-1] == ((800, 899), 1)
    assert sum(count for _, count in bars) == len(values)


def test_ranges_hold_negative_numbers_too() -> None:
    bars = spread(*range(-8, 12)).bars
    assert shown(Distribution(bars))[0] == ((-8, -7), 2)
    assert sum(len(bar.runs) for bar in bars) == 20


def plotted(expected: float | None, *values: Told | None) -> list[tuple[object, int, bool]]:
    """Return each row of a plot: its value, its number of runs, and whether it is expected."""
    rows = plot(spread(*values).bars, expected)
    return [(_plain(row.key), len(row.runs), row.expected) for row in rows]


def test_empty_bars_are_folded_into_one() -> None:
    folded = plotted(None, 1, 2, 9)
    assert folded == [(1, 1, False), (2, 1, False), ((3, 8), 0, False), (9, 1, False)]
    assert plotted(None, 1, 3) == [(1, 1, False), (2, 0, False), (3, 1, False)]
    values = (*range(200, 300, 9), 805)
    assert plotted(None, *values)[1] == ((300, 799), 0, False)
    assert sum(count for _, count, _ in plotted(None, *values)) == len(values)


def test_the_expected_value_has_a_place_among_the_bars() -> None:
    assert plotted(2, 1, 2, 2) == [(1, 1, False), (2, 2, True)]
    assert plotted(9, 1, 2) == [(1, 1, False), (2, 1, False), (9, 0, True)]
    assert plotted(0, 1, 2)[0] == (0, 0, True)
    # It stands between bars that are not adjacent, and an empty one that is expected is not folded.
    assert plotted(500, 1, 1000) == [(1, 1, False), (500, 0, True), (1000, 1, False)]
    assert [row for row in plotted(5, 1, 9) if row[2]] == [(5, 0, True)]


def test_the_expected_value_may_lie_in_a_range() -> None:
    values = (*range(200, 300, 9), 805)
    assert ((800, 899), 1, True) in plotted(800, *values)
    assert ((800, 899), 1, True) not in plotted(799, *values)
    times = [row for row in plotted(0.5, 0.5123, 0.5205) if row[2]]
    assert len(times) == 1


def test_outcomes_without_numbers_have_no_expected_value() -> None:
    assert plotted(None, "a", "b", "a", Outcome.LOST, None) == [
        ("a", 2, False),
        ("b", 1, False),
        (Outcome.LOST, 1, False),
        (None, 1, False),
    ]
    assert PlotRow(7, (), expected=True) in plot(spread(Outcome.LOST).bars, 7)


def test_real_numbers_are_put_into_half_open_ranges() -> None:
    bars = shown(spread(0.5123, 0.513, 0.5139, 0.516))
    assert bars[0] == ((Decimal("0.5120"), Decimal("0.5125")), 1)
    assert bars[2] == ((Decimal("0.5130"), Decimal("0.5135")), 1)
    assert len(bars) <= MOST_BARS


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 7.0, 1e6])
@pytest.mark.parametrize("count", [2, 3, 30])
def test_every_number_is_in_exactly_one_bar(scale: float, count: int) -> None:
    values = [scale * (1 + number * number / 10) for number in range(count)]
    bars = spread(*values).bars
    assert 2 <= len(bars) <= MOST_BARS
    for bar in bars:
        assert isinstance(bar.key, Range)
        for name in bar.runs:
            assert bar.key.low <= Decimal(str(values[int(name)])) < bar.key.high
    assert sorted(int(name) for bar in bars for name in bar.runs) == [*range(count)]


def test_equal_numbers_are_one_bar() -> None:
    assert shown(spread(0.214, 0.214)) == [(0.214, 2)]
    assert shown(spread(800)) == [(800, 1)]


def test_texts_are_sorted_by_frequency_and_then_by_first_run() -> None:
    assert shown(spread("b", "a", "c", "a", "c")) == [("a", 2), ("c", 2), ("b", 1)]


def test_texts_beyond_a_limit_share_a_bar() -> None:
    often = spread("usual", "usual", *(f"{n} → {n + 1}" for n in range(25)))
    assert len(often.bars) == MOST_BARS - 1
    assert shown(often)[0] == ("usual", 2)
    assert sum(len(bar.runs) for bar in (*often.bars, *often.tail)) == 27
    exactly = spread(*(str(n) for n in range(MOST_BARS)))
    assert len(exactly.bars) == MOST_BARS
    assert exactly.tail == ()


def test_unfinished_runs_and_those_that_cannot_tell_come_last() -> None:
    words = spread(None, Outcome.TIMED_OUT, 7, "b", None, 7, Outcome.TIMED_OUT, Outcome.LOST)
    assert shown(words) == [
        (7, 2),
        ("b", 1),
        (Outcome.TIMED_OUT, 2),
        (Outcome.LOST, 1),
        (None, 2),
    ]


def test_the_printed_text_failed_is_not_the_outcome_failed() -> None:
    assert len(spread("failed", Outcome.FAILED).bars) == 2


def test_no_runs_have_no_bars() -> None:
    assert spread() == Distribution(())
    assert rarest(spread()) is None
    assert compare_lines([]).lines == ()
    assert outcomes([]) == walls([]) == Distribution(())


# --- the rarest -------------------------------------------------------------------------------


def test_the_rarest_run_is_the_first_of_the_smallest_bar() -> None:
    found = rarest(spread("a", "b", "a", "b", "a"))
    assert found
    assert (found.run, found.bar.key, found.ties) == ("1", "b", 0)


def test_bars_that_are_as_small_are_counted() -> None:
    found = rarest(spread("a", "b", "c", "a"))
    assert found
    assert found.bar.key == "b"
    assert found.ties == 1


def test_a_gap_between_numbers_is_not_the_smallest_bar() -> None:
    found = rarest(spread(0, 5, 5))
    assert found
    assert found.bar == Bar(0, ("0",))


def test_the_rarest_run_may_be_unfinished() -> None:
    twice = [f"t{n}" for n in range(12) for _ in range(2)]
    found = rarest(spread(*twice, "alone"))
    assert found
    assert found.bar.key == "alone"


def test_equal_runs_have_no_rarest() -> None:
    assert rarest(spread(800, 800)) is None


# --- lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Thread#4242 running, process ID 4242", "Thread#4242 running, process ID …"),
        ("child 4242: x", "child …: x"),
        ("level 1, parent 77, system's parent 78", "level 1, parent …, system's parent …"),
        ("<Process pid=77 parent=76 started>", "<Process pid=… parent=… started>"),
        ("--- 0.5012345 seconds ---", "--- … seconds ---"),
        ("2026-01-31 16:04:12,123 consumer-2", "… … consumer-2"),
        ("ident 140211234, native ID 77", "ident …, native ID …"),
        ("<Lock at 0x7f12ab00>", "<Lock at …>"),
        ("final: 4241 of 42421", "final: 4241 of 42421"),
        ("N^4242 -->4242 x4242", "N^4242 -->… x4242"),
        ("lap 3 of 5", "lap 3 of 5"),
    ],
)
def test_what_differs_in_every_run_is_masked(text: str, same: str) -> None:
    assert masked(text, frozenset({"4242", "4243"})) == same


def test_a_runs_own_ids_are_those_of_its_processes_and_threads() -> None:
    outcome = DemoOutcome(order_of("(.*)"))
    steps = [*lives(CHILD, 0, 1), *prints("child 200", "child 300")]
    found = summarise("r", recording(steps), outcome, {})
    assert found.lines == ("child …", "child 300")


def test_lines_that_come_in_the_same_order_keep_it() -> None:
    assert orders("abc", "abc", "abc") == {"a": True, "b": True, "c": True}


def test_lines_that_change_places_do_not_keep_their_order() -> None:
    assert orders("abcd", "acbd") == {"a": True, "b": False, "c": False, "d": True}


def test_a_line_that_moves_also_moves_those_that_it_passes() -> None:
    assert orders("abcx", "axbc") == {"a": True, "b": False, "c": False, "x": False}


def test_a_line_that_is_missing_in_a_run_moves_no_other() -> None:
    assert orders("abc", "xacb", "abc", "xabc") == {"a": True, "b": False, "c": False, "x": None}


def test_the_places_of_a_line_are_its_earliest_and_its_latest() -> None:
    b = compare_lines([run("a", "b", "c"), run("a", "c", "b"), run("a", "b", "c")]).lines[1]
    assert b == ComparedLine("b", 1, False, 2, 3, 3, False)


def test_equal_lines_are_numbered() -> None:
    found = compare_lines([run("a", "a", "b"), run("a", "b", "a")])
    assert [(line.text, line.occurrence, line.kept) for line in found.lines] == [
        ("a", 1, True),
        ("a", 2, False),
        ("b", 1, False),
    ]
    assert [line.repeated for line in found.lines] == [True, True, False]


def test_lines_that_only_one_run_printed_are_only_counted() -> None:
    found = compare_lines([run("a", "final: 1"), run("a", "final: 2"), run("a")])
    assert [line.text for line in found.lines] == ["a"]
    assert found.once == ("final: 1", "final: 2")


def test_in_a_single_run_every_line_keeps_its_order() -> None:
    assert orders("ab") == {"a": True, "b": True}


def test_runs_without_lines_are_compared_too() -> None:
    assert orders("", "") == {}
    assert orders("a", "", "a") == {"a": None}


def test_a_cancelled_or_lost_run_does_not_count_for_the_order() -> None:
    cut = [run("a", ending=ending) for ending in (Outcome.CANCELLED, Outcome.LOST)]
    found = compare_lines([run("a", "b"), *cut, run("a", "b")])
    assert found.runs == 2
    assert all(line.kept for line in found.lines)


def test_only_the_beginning_of_a_long_transcript_is_compared() -> None:
    many = recording(prints(*(f"line {n} of it" for n in range(LINES_COMPARED + 1))))
    summary = summarise("r", many, FINAL, {})
    assert len(summary.lines) == LINES_COMPARED
    assert summary.longer
    # The last compared line of one run may come later in another.
    later = replace(summary, lines=("first", *summary.lines[:-1]))
    found = compare_lines([summary, later, summary])
    assert found.cut
    last = summary.lines[-1]
    assert last not in {line.text for line in found.lines}
    assert all(line.kept for line in found.lines if line.runs == 3)


# --- folding ----------------------------------------------------------------------------------


def test_the_value_of_a_run_that_did_not_finish_is_how_it_ended() -> None:
    tally = Tally(FINAL, {})
    tally.add("a", printing("final: 3"))
    tally.add("b", printing("final: 3", outcome=Outcome.DEADLOCKED))
    tally.add("c", printing("nothing"))
    assert [s.told for s in tally.summaries] == [3, Outcome.DEADLOCKED, None]
    assert endings(tally.summaries) == ((Outcome.FINISHED, 2), (Outcome.DEADLOCKED, 1))


def test_times_are_those_of_runs_that_ended_by_themselves() -> None:
    tally = Tally(FINAL, {})
    for name, wall in (("a", 1.0), ("b", 3.0), ("c", 2.0)):
        tally.add(name, replace(printing("x"), wall=wall))
    tally.add("d", replace(printing("x", outcome=Outcome.CANCELLED), wall=0.1))
    assert tally.quickest and tally.quickest.run == "a"
    assert tally.slowest and tally.slowest.run == "b"
    assert sorted(run for bar in walls(tally.summaries).bars for run in bar.runs) == ["a", "b", "c"]


def test_the_first_run_of_each_value_the_fastest_and_the_slowest_are_held() -> None:
    tally = Tally(FINAL, {})
    finals = [("a", 1, 5.0), ("b", 1, 9.0), ("c", 2, 5.0), ("d", 1, 1.0), ("e", 1, 5.0)]
    for name, final, wall in finals:
        tally.add(name, replace(printing(f"final: {final}"), wall=wall))
    assert sorted(tally.held) == ["a", "b", "c", "d"]


def test_the_held_runs_are_bounded_and_rare_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "EVENTS_HELD", 2)
    tally = Tally(FINAL, {})
    for number, final in enumerate([1, 2, 1, 3, 2, 1]):
        tally.add(str(number), printing(f"final: {final}"))
        assert sum(len(held.events) for held in tally.held.values()) <= 2
    assert "3" in tally.held  # the only run with the value 3


def test_one_run_is_held_however_many_events_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "EVENTS_HELD", 0)
    tally = Tally(FINAL, {})
    tally.add("a", printing("final: 1"))
    assert list(tally.held) == ["a"]


def test_a_cut_record_cannot_tell() -> None:
    cut = replace(recording(prints("final: 3", key=MAIN)), cut=True)
    assert FINAL.of(cut, {}) is None
