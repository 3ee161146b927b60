"""Topic 3: subclasses of Thread, whose run() is what the thread does."""

from webapp.lessons.claims import Claim, unless, where
from webapp.lessons.common import every_thread_ended, thread_count, threads
from webapp.lessons.common.headlines import together
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import given, more
from webapp.lessons.measures.printed.lines import (
    every_line_from,
    lines_that_fit,
    printed_exactly_when,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import printed_ascending
from webapp.lessons.measures.printed.order import (
    lines_followed_by,
    order_of,
    printed_after,
    printed_in_order,
    printed_in_pairs,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about, took_nearest
from webapp.lessons.measures.waiting import slept_together
from webapp.lessons.measures.workers import (
    ended_as,
    raised,
    ran_in_one_process,
    started_workers,
    uncaught,
    worker_count,
)
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer, Permutation
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Topic
from webapp.lessons.values import Values

RUNNING = r"^---> Thread#(\d+) running"
OVER = r"^---> Thread#(\d+) over$"
CALLED = r"^run\(\) of Thread#(\d+) is in MainThread$"
NOT_STARTED = r"^Thread#(\d+) was never started: ident None$"
JOINED = r"^main: joined Thread#(\d+)$"
# Seconds that run_instead_of_start.py and exception_in_run.py sleep in each run().
WORK_SECONDS = 0.2
# In sleeps of so many seconds, ten threads sleep at once, even on a busy machine.
SURELY_TOGETHER = 0.3
# Sleeps whose lengths differ by less, in seconds, may end in either order.
TOO_CLOSE = 0.1


sleep_seconds = Float(name="sleep_seconds", default=1.0, minimum=0, maximum=2)

order = Permutation(name="order", default=(2, 5, 1, 6, 7, 3, 9, 8, 4))

first_of_order = Integer(name="thread_count", default=9, minimum=1, maximum=10)

step_seconds = Float(name="step_seconds", default=0.1, minimum=0, maximum=0.5)

raise_in = Integer(name="raise_in", default=2, minimum=1, maximum=5)


def numbers(values: Values) -> range:
    return range(1, threads(values) + 1)


def one_sleep(values: Values) -> float:
    return float(values["sleep_seconds"])


def long_sleep(values: Values) -> bool:
    return one_sleep(values) >= SURELY_TOGETHER


def chosen(values: Values) -> tuple[int, ...]:
    return tuple(values["order"])[: threads(values)]


def step(values: Values) -> float:
    return float(values["step_seconds"])


def clear_step(values: Values) -> bool:
    return step(values) >= TOO_CLOSE


def shortest(values: Values) -> float:
    return (2 + min(chosen(values))) * step(values)


def longest(values: Values) -> float:
    return (2 + max(chosen(values))) * step(values)


def calls_in_a_row(values: Values) -> float:
    return threads(values) * WORK_SECONDS


def raises(values: Values) -> bool:
    return int(values["raise_in"]) in numbers(values)


def others(values: Values) -> list[int]:
    return [number for number in numbers(values) if number != int(values["raise_in"])]


def one_work_of_others(values: Values) -> float:
    return WORK_SECONDS if others(values) else 0


all_running = Claim("all-running", printed_once_each(RUNNING, numbers))
all_over = Claim("all-over", printed_once_each(OVER, numbers))
all_started = Claim("all-started", started_workers(threads))
same_process = Claim("same-process", ran_in_one_process())


def sleeps_in_a_row(values: Values) -> float:
    return threads(values) * one_sleep(values)


topic = Topic(
    picture="chosen-start-order",
    demos=(
        Demo(
            slug="sleep-inside-run",
            ideal=Ideal(one_sleep),
            outcome=DemoOutcome(order_of(OVER)),
            headline=together(sleeps_in_a_row),
            parameters=(thread_count(5), sleep_seconds),
            questions=(
                Question(
                    "time",
                    (
                        Option("one", took_nearest(one_sleep, sleeps_in_a_row)),
                        Option(
                            "all",
                            took_nearest(sleeps_in_a_row, one_sleep),
                            Misconception.SLEEP_HOLDS_GIL,
                            when={"thread_count": 1},
                        ),
                    ),
                    see="the-gil/sleep-releases-it",
                ),
            ),
            claims=(
                all_running,
                all_over,
                Claim(
                    "running-before-over",
                    where(long_sleep, printed_in_order(RUNNING, OVER)),
                    margin=one_sleep,
                ),
                Claim(
                    "slept-together", where(long_sleep, slept_together(threads)), margin=one_sleep
                ),
                all_started,
                same_process,
                every_thread_ended,
                Claim("took-one-sleep", took_about(one_sleep)),
            ),
            observations=(Claim("over-in-order", printed_ascending(OVER)),),
        ),
        Demo(
            slug="no-sleep",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(lines_followed_by(RUNNING, OVER)),
            headline=Headline(
                {
                    "parted": more(given(threads), lines_followed_by(RUNNING, OVER)),
                    "all": given(threads),
                }
            ),
            parameters=(thread_count(5),),
            questions=(
                Question(
                    "pairs",
                    (
                        Option(
                            "yes",
                            printed_in_pairs(RUNNING, OVER),
                            Misconception.START_ORDER,
                            when={"thread_count": 1},
                        ),
                        Option(
                            "no", unless(printed_in_pairs(RUNNING, OVER)), when={"thread_count": 10}
                        ),
                    ),
                    varies=True,
                ),
            ),
            claims=(
                all_running,
                all_over,
                Claim("over-after-running", printed_after(OVER, RUNNING)),
                all_started,
                same_process,
                every_thread_ended,
            ),
            observations=(
                Claim("over-follows-running", printed_in_pairs(RUNNING, OVER)),
                Claim("running-in-order", printed_ascending(RUNNING)),
            ),
        ),
        Demo(
            slug="chosen-start-order",
            ideal=Ideal(longest),
            outcome=DemoOutcome(order_of(OVER)),
            parameters=(order, first_of_order, step_seconds),
            as_in_report={"step_seconds": 0.5},
            questions=(
                Question(
                    "order",
                    (
                        Option(
                            "started",
                            printed_sequence(OVER, chosen),
                            Misconception.START_ORDER,
                            when={"thread_count": 1},
                        ),
                        Option("numbers", printed_ascending(OVER)),
                    ),
                ),
            ),
            claims=(
                Claim("running-as-chosen", printed_sequence(RUNNING, chosen)),
                Claim(all_over.name, printed_once_each(OVER, chosen)),
                Claim("over-in-order", where(clear_step, printed_ascending(OVER)), margin=step),
                Claim(
                    "running-before-over",
                    where(clear_step, printed_in_order(RUNNING, OVER)),
                    margin=shortest,
                ),
                every_thread_ended,
                Claim("took-longest-sleep", took_about(longest)),
            ),
        ),
        Demo(
            slug="run-instead-of-start",
            ideal=Ideal(calls_in_a_row),
            outcome=DemoOutcome(worker_count()),
            headline=Headline(
                {"called": lines_that_fit(CALLED), "all": given(threads), "started": worker_count()}
            ),
            parameters=(thread_count(3),),
            questions=(
                Question(
                    "threads",
                    (
                        Option("none", started_workers(lambda values: 0)),
                        Option(
                            "each", started_workers(threads), Misconception.RUN_IS_START, never=True
                        ),
                    ),
                    see="thread-subclass/sleep-inside-run",
                ),
            ),
            trap=True,
            next="sleep-inside-run",
            claims=(
                Claim("only-main-printed", every_line_from("MainThread")),
                Claim("no-thread-started", started_workers(lambda values: 0)),
                Claim("every-run-once", printed_once_each(CALLED, numbers)),
                Claim("over-before-next", printed_in_pairs(CALLED, NOT_STARTED)),
                Claim("took-calls", took_about(calls_in_a_row)),
            ),
        ),
        Demo(
            slug="exception-in-run",
            ideal=Ideal(one_work_of_others),
            outcome=DemoOutcome(order_of(OVER)),
            headline=Headline(
                {
                    "raised": uncaught("ValueError"),
                    "joined": lines_that_fit(JOINED),
                    "all": given(threads),
                }
            ),
            parameters=(raise_in, thread_count(3, maximum=5)),
            questions=(
                Question(
                    "joined",
                    (
                        Option(
                            "raises",
                            unless(printed_sequence(JOINED, numbers)),
                            Misconception.JOIN_RAISES,
                            never=True,
                        ),
                        Option("nothing", printed_sequence(JOINED, numbers)),
                    ),
                    see="executors/an-exception-nobody-asks-for",
                ),
            ),
            claims=(
                all_running,
                Claim("value-error", raised("ValueError", lambda values: int(raises(values)))),
                Claim(
                    "traceback",
                    printed_exactly_when(r"^ValueError: Thread#\d+ cannot go on$", raises),
                ),
                Claim("others-over", printed_once_each(OVER, others)),
                Claim("all-joined", printed_sequence(JOINED, numbers)),
                Claim("exit-code-0", ended_as(lambda values: "finished"), of_any_run=True),
                every_thread_ended,
                Claim("took-work-of-others", took_about(one_work_of_others)),
            ),
        ),
    ),
)
