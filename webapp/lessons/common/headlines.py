"""Headlines that demos of several topics share. Their texts are in this folder, too."""

from __future__ import annotations

from collections.abc import Callable

from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Measure, derived, given, more, rounded
from webapp.lessons.measures.printed import words
from webapp.lessons.measures.printed.lines import lines_that_fit
from webapp.lessons.measures.printed.numbers import printed_number
from webapp.lessons.measures.printed.order import order_of, out_of_place
from webapp.lessons.measures.timing import wall_time
from webapp.lessons.values import Values

Seconds = Callable[[Values], float]

WAITED = r", waited ([\d.]+) s$"
"""A line of a producer, with the seconds that it waited for a free place."""


def seconds_taken() -> Measure[float]:
    """Measure the run's seconds, as a headline says them."""
    return rounded(wall_time())


def together(in_turn: Seconds) -> Headline:
    """Tell how much less than `in_turn` a run took: its works or sleeps overlapped."""
    whole = given(in_turn)
    numbers = {"less": more(whole, wall_time()), "took": seconds_taken(), "in_turn": rounded(whole)}
    return Headline(numbers, "together")


def one_by_one(at_once: Seconds) -> Headline:
    """Tell how much more than `at_once` a run took: its works or sleeps came one by one."""
    least = given(at_once)
    numbers = {"longer": more(wall_time(), least), "took": seconds_taken(), "at_once": least}
    return Headline(numbers, "one-by-one")


def out_of_turn(pattern: str) -> Headline:
    """Tell how many lines matching `pattern` came out of the order of its group."""
    numbers = {"moved": out_of_place(pattern), "all": lines_that_fit(pattern)}
    return Headline({**numbers, "order": order_of(pattern)}, "out-of-turn")


def sped_up(speed_up: str, ideal: Measure[int | float]) -> Headline:
    """Tell the speed-up, which is the group of the pattern `speed_up`."""
    times = printed_number(speed_up)
    gain = more(times, given(lambda values: 1))
    return Headline({"gain": gain, "times": times, "ideal": ideal}, "sped-up")


def lost_updates(lost: Measure[int | float], expected: Callable[[Values], int]) -> Headline:
    """Tell how many of the expected updates a race has lost."""
    return Headline({"lost": lost, "all": given(expected)}, "lost-updates")


def waited_for_room() -> Headline:
    """Tell how long a producer has waited in all because its queue was full."""
    waited: Measure[float] = derived(words(WAITED), lambda waits: sum(map(float, waits), 0.0))
    return Headline({"waited": rounded(waited)}, "waited-for-room")
