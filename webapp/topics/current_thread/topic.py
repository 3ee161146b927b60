"""Topic 2: the current thread and its name, and the order in which threads end."""

import re
from itertools import pairwise

from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Claim, judged, unless, where
from webapp.lessons.common import every_thread_ended, thread_count, threads
from webapp.lessons.common.headlines import out_of_turn
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Share
from webapp.lessons.measures.printed.lines import (
    every_line_from,
    lines_that_fit,
    printed,
    printed_alike,
    printed_distinct,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import equals
from webapp.lessons.measures.printed.order import (
    order_of,
    printed_after,
    printed_in_order,
    printed_in_pairs,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import slept_together
from webapp.lessons.measures.workers import ran_in_one_process, started_workers
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Floats
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

NAMES = ("function_A", "function_B", "function_C")
STARTING = r"^(function_[ABC])--> starting$"
EXITING = r"^(function_[ABC])--> exiting$"
JOINED = r"^MainThread joined (function_[ABC])$"
INTRODUCED = r"^(?:main )?thread (.+): ident \d+,"
FIRST_NAME = r"^(?:main )?thread ([\w-]+).*: ident \d+,"
IDENT = r": ident (\d+),"
NATIVE_ID = r", native ID (\d+),"
PROCESS_ID = r", process ID (\d+)$"
DEFAULT_NAME = r"^thread Thread-(\d+) \(introduce\): "
# Sleeps whose lengths differ by less, in seconds, may end in either order on a busy machine.
TOO_CLOSE = 0.15


unit_seconds = Float(name="unit_seconds", default=0.3, minimum=0.1, maximum=1)

durations = Floats(name="durations", default=(3.0, 2.0, 1.0), minimum=0, maximum=3)

reporting = (
    thread_count(
        3,
        maximum=3,
    ),
    unit_seconds,
)


def started(values: Values) -> tuple[str, ...]:
    return NAMES[: threads(values)]


def longest_unit(values: Values) -> float:
    return threads(values) * float(values["unit_seconds"])


def unit(values: Values) -> float:
    return float(values["unit_seconds"])


def clear_unit(values: Values) -> bool:
    return unit(values) >= TOO_CLOSE


def seconds(values: Values) -> list[float]:
    return [float(number) for number in values["durations"]]


def longest(values: Values) -> float:
    return max(seconds(values))


def shortest(values: Values) -> float:
    return min(seconds(values))


def names_by_duration(values: Values) -> list[str]:
    return [name for _, name in sorted(zip(seconds(values), NAMES, strict=True))]


def smallest_difference(values: Values) -> float:
    return min(b - a for a, b in pairwise(sorted(seconds(values))))


def clear_order(values: Values) -> bool:
    return smallest_difference(values) >= TOO_CLOSE


def long_sleeps(values: Values) -> bool:
    return shortest(values) >= TOO_CLOSE


def with_two_more(values: Values) -> int:
    return threads(values) + 2


def said_by_whom_it_names(pattern: str) -> Check:
    """Check that the group of `pattern` is the name of the worker that printed the line."""

    def right_of_all(recording: Recording, values: Values) -> Share:
        right = [
            found.group(1) == line.worker
            for line in recording.lines
            if (found := re.search(pattern, line.text))
        ]
        return Share(sum(right), len(right))

    return judged(right_of_all, lambda right, values: right.complete and right.whole > 0)


all_starting = Claim("all-starting", printed_once_each(STARTING, started))
all_exiting = Claim("all-exiting", printed_once_each(EXITING, started))
exits_in_order = Claim(
    "exits-in-order", where(clear_unit, printed_sequence(EXITING, started)), margin=unit
)
by_itself = Claim("by-itself", said_by_whom_it_names(r"^(function_[ABC])--> "))
took_longest_unit = Claim("took-longest-unit", took_about(longest_unit))
longest_sleep = Ideal(longest_unit, "longest-sleep")


def lines_of_their_own(recording: Recording, values: Values) -> int:
    """Count the lines that were printed by the thread which they name."""
    named = [re.match(r"(function_[ABC])--> ", line.text) for line in recording.lines]
    return sum(
        found is not None and found.group(1) == line.worker
        for found, line in zip(named, recording.lines, strict=True)
    )


who_says_it = Headline(
    {"own": lines_of_their_own, "all": lines_that_fit(r"^function_[ABC]--> ")}, "who-says-it"
)

topic = Topic(
    demos=(
        Demo(
            slug="report-as-it-happens",
            ideal=longest_sleep,
            outcome=DemoOutcome(order_of(EXITING)),
            headline=who_says_it,
            beside=(Pair(name="who-says-it", other="current-thread/report-when-done"),),
            parameters=reporting,
            as_in_report={"unit_seconds": 1.0},
            questions=(
                Question(
                    "who",
                    (
                        Option("itself", by_itself.check),
                        Option("main", every_line_from("MainThread"), never=True),
                    ),
                ),
            ),
            claims=(
                all_exiting,
                by_itself,
                Claim("started-in-order", printed_sequence(STARTING, started)),
                Claim(
                    "started-before-exits",
                    where(clear_unit, printed_in_order(STARTING, EXITING)),
                    margin=unit,
                ),
                exits_in_order,
                every_thread_ended,
                took_longest_unit,
            ),
            observations=(Claim("slept-together", slept_together(threads)),),
        ),
        Demo(
            slug="report-when-done",
            ideal=longest_sleep,
            outcome=DemoOutcome(order_of(EXITING)),
            headline=who_says_it,
            parameters=reporting,
            as_in_report={"unit_seconds": 1.0},
            questions=(
                Question(
                    "who",
                    (
                        Option("itself", by_itself.check, never=True),
                        Option("main", every_line_from("MainThread")),
                    ),
                ),
            ),
            claims=(
                all_starting,
                all_exiting,
                Claim("exit-follows-start", printed_in_pairs(STARTING, EXITING)),
                Claim("exit-after-start", printed_after(EXITING, STARTING)),
                Claim("only-main-printed", every_line_from("MainThread")),
                exits_in_order,
                every_thread_ended,
                took_longest_unit,
            ),
        ),
        Demo(
            slug="last-started-first-done",
            ideal=Ideal(longest),
            outcome=DemoOutcome(order_of(EXITING)),
            headline=out_of_turn(EXITING),
            parameters=(durations,),
            questions=(
                Question(
                    "order",
                    (
                        Option(
                            "joined",
                            printed_sequence(EXITING, lambda values: NAMES),
                            Misconception.JOIN_ORDER,
                            when={"durations": (0.5, 1.0, 1.5)},
                        ),
                        Option("duration", printed_sequence(EXITING, names_by_duration)),
                        Option(
                            "other",
                            unless(
                                printed_sequence(EXITING, lambda values: NAMES),
                                printed_sequence(EXITING, names_by_duration),
                            ),
                            when={"durations": (0.5, 0.5, 0.5)},
                        ),
                    ),
                    see="thread-subclass/chosen-start-order",
                ),
            ),
            claims=(
                Claim(
                    "exits-by-duration",
                    where(clear_order, printed_sequence(EXITING, names_by_duration)),
                    margin=smallest_difference,
                ),
                Claim("joined-in-order", printed_sequence(JOINED, lambda values: NAMES)),
                Claim("joined-after-exit", printed_after(JOINED, EXITING)),
                Claim(
                    "started-before-exits",
                    where(long_sleeps, printed_in_order(STARTING, EXITING)),
                    margin=shortest,
                ),
                by_itself,
                every_thread_ended,
                Claim("took-longest-sleep", took_about(longest)),
            ),
            observations=(
                Claim("started-in-order", printed_sequence(STARTING, lambda values: NAMES)),
            ),
        ),
        Demo(
            slug="default-and-chosen-names",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(FIRST_NAME)),
            parameters=(
                thread_count(
                    3,
                    maximum=5,
                ),
            ),
            questions=(
                Question(
                    "same",
                    (
                        Option("process", printed_alike(PROCESS_ID)),
                        Option("native", printed_alike(NATIVE_ID), never=True),
                        Option("ident", printed_alike(IDENT), never=True),
                    ),
                ),
            ),
            claims=(
                Claim("main-thread-name", printed(r"^main thread MainThread: ")),
                Claim(
                    "default-names",
                    printed_once_each(DEFAULT_NAME, lambda values: range(1, threads(values) + 1)),
                ),
                Claim("names-its-thread", said_by_whom_it_names(INTRODUCED)),
                Claim("native-ids-differ", printed_distinct(NATIVE_ID)),
                Claim("idents-differ", printed_distinct(IDENT)),
                Claim("one-process-id", printed_alike(PROCESS_ID)),
                Claim("one-process", ran_in_one_process()),
                Claim("two-more-started", started_workers(with_two_more)),
                every_thread_ended,
            ),
            observations=(
                Claim(
                    "main-native-id-is-process-id",
                    equals(r"^main thread .*, native ID (\d+),", PROCESS_ID),
                ),
            ),
        ),
    )
)
