"""Topic 12: subclasses of Process, and how a result gets to the parent."""

from webapp.lessons.claims import Claim, unless
from webapp.lessons.common import a_pid_each, every_child_ended, one_parent, start_method
from webapp.lessons.common.headlines import out_of_turn
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import given
from webapp.lessons.measures.printed.lines import (
    every_line_from,
    lines_that_fit,
    printed,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import equals, printed_ascending
from webapp.lessons.measures.printed.order import order_of, printed_in_order
from webapp.lessons.measures.workers import lived_together, ran_processes
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Topic
from webapp.lessons.values import Values

CALLED = r"^called run method by MyProcess-(\d+)$"
ENTRIES = r"^parent: (\d+) entries from \d+ pids$"
PIDS = r"^parent: \d+ entries from (\d+) pids$"
FOUND = r"^parent: (Adder-\d+ found \d+)$"
FINDER = r"^parent: Adder-(\d+) found \d+$"
CHILD_RESULT = r"^child: (Squarer-\d+\.result = \d+)$"
PARENT_RESULT = r"^parent: (Squarer-\d+\.result = None)$"
# The last adder adds up the numbers below this one, the one before it those below twice this.
STEP = 200_000


def count_of(default: int, maximum: int) -> Integer:
    return Integer(name="count", default=default, minimum=1, maximum=maximum)


def count(values: Values) -> int:
    return int(values["count"])


def numbers(values: Values) -> range:
    return range(1, count(values) + 1)


def sums(values: Values) -> list[str]:
    """Return the expected lines; Adder-1 adds the most numbers."""
    limits = [STEP * steps for steps in range(count(values), 0, -1)]
    return [
        f"Adder-{number} found {limit * (limit - 1) // 2}"
        for number, limit in zip(numbers(values), limits, strict=True)
    ]


distinct_pids = a_pid_each(count)

topic = Topic(
    demos=(
        Demo(
            slug="named-subclass",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(CALLED)),
            headline=out_of_turn(CALLED),
            parameters=(count_of(10, maximum=20), start_method),
            questions=(
                Question(
                    "entries",
                    (
                        Option("none", equals(ENTRIES, lambda values: 0), never=True),
                        Option("all", equals(ENTRIES, count)),
                    ),
                ),
            ),
            claims=(
                Claim("a-line-each", printed_once_each(CALLED, numbers)),
                Claim("an-entry-each", equals(ENTRIES, count)),
                Claim("a-pid-each-entry", equals(PIDS, count)),
                Claim("two-more-processes", ran_processes(lambda values: count(values) + 2)),
                Claim("counted-last", printed_in_order(CALLED, ENTRIES)),
                one_parent,
            ),
            observations=(
                Claim("lines-in-order", printed_ascending(CALLED)),
                Claim("lived-together", lived_together(3)),
            ),
        ),
        Demo(
            slug="result-by-queue",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(FINDER)),
            headline=out_of_turn(FINDER),
            parameters=(count_of(4, maximum=10), start_method),
            questions=(
                Question(
                    "order",
                    (
                        Option(
                            "started",
                            printed_ascending(FINDER),
                            Misconception.START_ORDER,
                            when={"count": 1},
                        ),
                        Option("ready", unless(printed_ascending(FINDER))),
                    ),
                    varies=True,
                ),
            ),
            claims=(
                Claim("every-result-once", printed_once_each(FOUND, sums)),
                Claim("only-parent-printed", every_line_from("MainThread")),
                distinct_pids,
                one_parent,
                every_child_ended,
            ),
            observations=(
                Claim("results-in-order", printed_ascending(FINDER)),
                Claim("lived-together", lived_together()),
            ),
        ),
        Demo(
            slug="attributes-stay-in-the-child",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(r"^parent: Squarer-\d+\.result = (\w+)$")),
            headline=Headline({"lost": lines_that_fit(PARENT_RESULT), "all": given(count)}),
            parameters=(count_of(3, maximum=10), start_method),
            questions=(
                Question(
                    "result",
                    (
                        Option(
                            "square",
                            printed(r"^parent: Squarer-\d+\.result = \d+$", count),
                            Misconception.SHARED_GLOBALS,
                            never=True,
                        ),
                        Option("none", printed(PARENT_RESULT, count)),
                    ),
                    see="process-subclass/result-by-queue",
                ),
            ),
            trap=True,
            next="result-by-queue",
            claims=(
                Claim(
                    "result-in-child",
                    printed_once_each(
                        CHILD_RESULT,
                        lambda values: [f"Squarer-{n}.result = {n * n}" for n in numbers(values)],
                    ),
                ),
                Claim(
                    "no-result-in-parent",
                    printed_once_each(
                        PARENT_RESULT,
                        lambda values: [f"Squarer-{n}.result = None" for n in numbers(values)],
                    ),
                ),
                Claim("parent-looked-last", printed_in_order(CHILD_RESULT, PARENT_RESULT)),
                distinct_pids,
                one_parent,
                every_child_ended,
            ),
        ),
    )
)
