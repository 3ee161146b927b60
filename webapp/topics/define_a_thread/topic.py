"""Topic 1: what a thread is, how it is started, and what join() is for."""

from webapp.lessons.claims import Claim, judged, unless, where
from webapp.lessons.common import every_thread_ended, thread_count, threads
from webapp.lessons.common.headlines import one_by_one, out_of_turn
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import both, derived, given, more
from webapp.lessons.measures.printed import words
from webapp.lessons.measures.printed.lines import (
    every_line_from,
    lines_that_fit,
    printed,
    printed_once_each,
    printers,
)
from webapp.lessons.measures.printed.numbers import equals, printed_ascending, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_in_pairs
from webapp.lessons.measures.timing import took_about, took_nearest
from webapp.lessons.measures.workers import (
    lived_at_once,
    lived_together,
    most_alive,
    ran_in_one_process,
    ran_processes,
    started_workers,
)
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

MY_FUNC = r"^my func called by thread N\^(\d+)$"
BEGINS = r"^thread \d+ begins$"
ENDS = r"^thread \d+ ends$"
BY_ARGS = r"^args: number (\d+)$"
BY_LAMBDA = r"^lambda: number (\d+)$"
# Seconds that call_instead_of_target.py sleeps in each call.
CALL_SECONDS = 0.2
# Ten threads start within so many seconds on a busy machine; shorter sleeps may end before that.
SURELY_LATER = 0.2


work_seconds = Float(name="work_seconds", default=0.2, minimum=0, maximum=1)

start = Choice(name="start", default="after", options=("after", "inside"))


def one_work(values: Values) -> float:
    return float(values["work_seconds"])


def works_in_a_row(values: Values) -> float:
    return threads(values) * one_work(values)


def calls_in_a_row(values: Values) -> float:
    return threads(values) * CALL_SECONDS


def started_after(values: Values) -> bool:
    return str(values["start"]) == "after"


def two_for_each(values: Values) -> int:
    return 2 * threads(values)


# How many different numbers the lambdas gave.
numbers_by_lambda = derived(words(BY_LAMBDA), lambda seen: len(set(seen)))

lambdas_gave_the_last = judged(
    words(BY_LAMBDA),
    lambda seen, values: seen == [str(threads(values) - 1)] * threads(values),
    " ".join,
)

all_started = Claim("all-started", started_workers(threads))

COUNTED = r"^main: (\d+) of "
results_counted = printed_number(COUNTED)
results_missing = derived(both(results_counted, given(threads)), lambda found: found[1] - found[0])

topic = Topic(
    picture="join-inside-the-loop",
    demos=(
        Demo(
            slug="start-all-then-join",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(MY_FUNC)),
            headline=out_of_turn(MY_FUNC),
            beside=(
                Pair(
                    name="threads-or-processes",
                    other="spawn-a-process/start-all-then-join",
                    values={"thread_count": 5},
                    other_values={"num": 4},
                ),
            ),
            parameters=(thread_count(5),),
            questions=(
                Question(
                    "processes",
                    (
                        Option("one", ran_in_one_process()),
                        Option(
                            "each", ran_processes(lambda values: threads(values) + 1), never=True
                        ),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "every-number-once",
                    printed_once_each(MY_FUNC, lambda values: range(threads(values))),
                ),
                all_started,
                every_thread_ended,
                Claim("one-process", ran_in_one_process()),
            ),
            observations=(
                Claim("lines-in-order", printed_ascending(MY_FUNC)),
                Claim("lived-together", lived_together()),
            ),
        ),
        Demo(
            slug="join-inside-the-loop",
            ideal=Ideal(works_in_a_row),
            outcome=DemoOutcome(most_alive()),
            headline=one_by_one(one_work),
            beside=(
                Pair(
                    name="join-inside-or-after",
                    other="thread-subclass/sleep-inside-run",
                    values={"thread_count": 3, "work_seconds": 1.0},
                    other_values={"thread_count": 3, "sleep_seconds": 1.0},
                ),
            ),
            parameters=(thread_count(5), work_seconds),
            questions=(
                Question(
                    "time",
                    (
                        Option(
                            "one", took_nearest(one_work, works_in_a_row), when={"thread_count": 1}
                        ),
                        Option("all", took_nearest(works_in_a_row, one_work)),
                    ),
                    see="thread-subclass/sleep-inside-run",
                ),
            ),
            trap=True,
            claims=(
                Claim("one-at-a-time", lived_at_once(1)),
                Claim("ended-before-next", printed_in_pairs(BEGINS, ENDS)),
                all_started,
                every_thread_ended,
                Claim("took-works", took_about(works_in_a_row)),
            ),
        ),
        Demo(
            slug="forgot-to-join",
            ideal=Ideal(one_work),
            outcome=DemoOutcome(results_counted),
            headline=Headline({"missing": results_missing, "all": given(threads)}),
            parameters=(thread_count(3), work_seconds),
            questions=(
                Question(
                    "counted",
                    (
                        Option(
                            "all",
                            equals(COUNTED, threads),
                            rare=True,
                        ),
                        Option("none", equals(COUNTED, lambda values: 0)),
                        Option(
                            "some",
                            unless(equals(COUNTED, threads), equals(COUNTED, lambda values: 0)),
                            when={"work_seconds": 0.0},
                        ),
                    ),
                    see="define-a-thread/start-all-then-join",
                ),
            ),
            trap=True,
            claims=(
                Claim(
                    "main-ended-first",
                    where(
                        lambda values: one_work(values) >= SURELY_LATER,
                        printed_in_order(r"^main: ", ENDS),
                    ),
                    margin=one_work,
                ),
                all_started,
                every_thread_ended,
                Claim("took-one-work", took_about(one_work)),
            ),
        ),
        Demo(
            slug="call-instead-of-target",
            ideal=Ideal(calls_in_a_row),
            outcome=DemoOutcome(printers()),
            headline=Headline(
                {"by_main": lines_that_fit(r"^work \d+ runs in MainThread$"), "all": given(threads)}
            ),
            parameters=(thread_count(3),),
            questions=(
                Question(
                    "who",
                    (
                        Option("main", every_line_from("MainThread")),
                        Option("new", printed(r"^work \d+ runs in Thread-", threads), never=True),
                    ),
                    see="define-a-thread/start-all-then-join",
                ),
            ),
            trap=True,
            next="start-all-then-join",
            claims=(
                Claim("only-main-printed", every_line_from("MainThread")),
                Claim(
                    "every-call-once",
                    printed_once_each(r"^work (\d+) runs", lambda values: range(threads(values))),
                ),
                all_started,
                Claim("took-calls", took_about(calls_in_a_row)),
            ),
        ),
        Demo(
            slug="late-binding",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(numbers_by_lambda),
            headline=Headline(
                {"missing": more(given(threads), numbers_by_lambda), "all": given(threads)}
            ),
            beside=(
                Pair(
                    name="started-after-or-inside",
                    other="define-a-thread/late-binding",
                    values={"start": "after"},
                    other_values={"start": "inside"},
                ),
            ),
            parameters=(thread_count(5), start),
            questions=(
                Question(
                    "numbers",
                    (
                        Option(
                            "own",
                            printed_once_each(BY_LAMBDA, lambda values: range(threads(values))),
                            when={"start": "inside"},
                        ),
                        Option(
                            "last", where(lambda values: threads(values) > 1, lambdas_gave_the_last)
                        ),
                        Option(
                            "mixed",
                            unless(
                                printed_once_each(BY_LAMBDA, lambda values: range(threads(values))),
                                lambdas_gave_the_last,
                            ),
                            rare=True,
                        ),
                    ),
                ),
            ),
            trap=True,
            next="start-all-then-join",
            claims=(
                Claim(
                    "args-kept-the-number",
                    printed_once_each(BY_ARGS, lambda values: range(threads(values))),
                ),
                Claim("lambda-gave-the-last", where(started_after, lambdas_gave_the_last)),
                Claim(all_started.name, started_workers(two_for_each)),
                every_thread_ended,
            ),
            observations=(
                Claim(
                    "lambda-kept-the-number",
                    printed_once_each(BY_LAMBDA, lambda values: range(threads(values))),
                ),
            ),
        ),
    ),
)
