"""Topic 14: barrier, shared counter and event between processes."""

from datetime import datetime

from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, judged, unless, where
from webapp.lessons.common import a_pid_each, every_child_ended, forked, start_method
from webapp.lessons.common.headlines import lost_updates
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Measure, both, more, rounded
from webapp.lessons.measures.printed.lines import printed_once_each
from webapp.lessons.measures.printed.numbers import (
    at_most,
    below,
    equals,
    printed_ascending,
    printed_number,
)
from webapp.lessons.measures.printed.order import order_of, printed_after, printed_in_order
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.waiting import nobody_passed_before_the_last_arrived
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

STAMP = r"^process (p\d) - test_with(?:out)?_barrier ----> "
WITH_BARRIER = r" - test_with_barrier ----> "
WITHOUT_BARRIER = r" - test_without_barrier ----> "
FINAL = r"^final: (\d+)$"
LOST = r"^lost: (\d+)$"
READY = r"^process (\d+) is ready$"
RUNS = r"^process (\d+) runs$"
GO = r"^parent: go$"
# Seconds that the parent of event-starts-all prepares.
PREPARATION = 0.5
# Forked processes that begin so many seconds apart keep their order, even on a busy machine.
SURELY_APART = 0.2

stagger_seconds = Float(name="stagger_seconds", default=0.2, minimum=0, maximum=1)


def increments(default: int, maximum: int) -> Integer:
    return Integer(name="increments", default=default, minimum=1, maximum=maximum)


def process_count(default: int, maximum: int) -> Integer:
    return Integer(name="processes", default=default, minimum=1, maximum=maximum)


def counting(each: int, maximum: int) -> tuple[Integer, Integer, Choice]:
    return process_count(2, maximum=4), increments(each, maximum), start_method


def children(values: Values) -> int:
    return int(values["processes"])


def numbers(values: Values) -> range:
    return range(1, children(values) + 1)


def expected(values: Values) -> int:
    return children(values) * int(values["increments"])


def stagger(values: Values) -> float:
    return float(values["stagger_seconds"])


def both_staggers(values: Values) -> float:
    return 2 * stagger(values)


def clearly_apart(values: Values) -> bool:
    # With the other start methods, the start of an interpreter may take longer than the stagger.
    return forked(values) and stagger(values) >= SURELY_APART


def apart(first: str, second: str) -> Measure[float]:
    """Measure the milliseconds between the printed times of two processes."""

    def between(recording: Recording, values: Values) -> float | None:
        stamps = {}
        for line in recording.lines:
            name, arrow, stamp = line.text.partition(" ----> ")
            if arrow:
                stamps[name.split()[1]] = datetime.fromisoformat(stamp)
        if not stamps.keys() >= {first, second}:
            return None
        return abs(stamps[second] - stamps[first]).total_seconds() * 1000

    return between


# p1 and p2 meet at the barrier, p3 and p4 do not.
apart_with_barrier = apart("p1", "p2")
apart_without = apart("p3", "p4")

closer_together = judged(
    both(apart_with_barrier, apart_without),
    lambda times, values: times[0] < times[1],
    lambda times: f"{times[0]:.1f} ms < {times[1]:.1f} ms",
    untold=False,
)


final_number = DemoOutcome(printed_number(FINAL), "final-number", expected=expected)


def met_at_start() -> Claim:
    return Claim("met-at-start", nobody_passed_before_the_last_arrived("start", children))


topic = Topic(
    level=2,
    picture="with-and-without-barrier",
    demos=(
        Demo(
            slug="with-and-without-barrier",
            ideal=Ideal(both_staggers),
            outcome=DemoOutcome(apart_with_barrier),
            headline=Headline(
                {
                    "closer": more(apart_without, apart_with_barrier),
                    "with_barrier": rounded(apart_with_barrier, 1),
                    "without": rounded(apart_without, 1),
                }
            ),
            parameters=(stagger_seconds, start_method),
            as_in_report={"stagger_seconds": 0.0},
            questions=(
                Question(
                    "closer",
                    (
                        Option("with", closer_together),
                        Option("without", unless(closer_together), rare=True),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "a-stamp-each",
                    printed_once_each(STAMP, lambda values: ("p1", "p2", "p3", "p4")),
                ),
                Claim(
                    "met-at-barrier",
                    nobody_passed_before_the_last_arrived("synchronizer", lambda values: 2),
                ),
                Claim("first-pair-closer", where(clearly_apart, closer_together), margin=stagger),
                Claim("second-pair-later", printed_in_order(WITH_BARRIER, WITHOUT_BARRIER)),
                a_pid_each(lambda values: 4),
                every_child_ended,
                Claim("took-two-staggers", took_at_least(both_staggers)),
            ),
            observations=(
                Claim(
                    "first-pair-closer-so-far",
                    where(lambda values: not clearly_apart(values), closer_together),
                ),
            ),
        ),
        Demo(
            slug="lost-update",
            ideal=Ideal(lambda values: 0),
            outcome=final_number,
            headline=lost_updates(printed_number(LOST), expected),
            # With fewer increments, one process often ends before the other wakes up.
            beside=(
                Pair(
                    name="without-or-with-lock",
                    other="synchronise-processes/lost-update-fixed",
                    values={"processes": 2, "increments": 20000},
                    other_values={"processes": 2, "increments": 20000},
                ),
            ),
            parameters=counting(each=50_000, maximum=100_000),
            questions=(
                Question(
                    "final",
                    (
                        Option(
                            "all",
                            equals(FINAL, expected),
                            Misconception.ATOMIC_VALUE,
                            when={"processes": 1},
                        ),
                        Option("fewer", below(FINAL, expected)),
                    ),
                    see="synchronise-processes/lost-update-fixed",
                ),
            ),
            trap=True,
            next="lost-update-fixed",
            claims=(
                Claim("final-at-most-expected", at_most(FINAL, expected)),
                met_at_start(),
                a_pid_each(children),
                every_child_ended,
            ),
            observations=(Claim("lost-of-all", at_most(LOST, expected)),),
        ),
        Demo(
            slug="lost-update-fixed",
            ideal=Ideal(lambda values: 0),
            outcome=final_number,
            headline=lost_updates(printed_number(LOST), expected),
            # The maximum is lower, since each increment holds the lock and is recorded.
            parameters=counting(each=5000, maximum=20_000),
            questions=(
                Question(
                    "final",
                    (
                        Option("all", equals(FINAL, expected)),
                        Option(
                            "fewer", below(FINAL, expected), Misconception.INCREMENT, never=True
                        ),
                    ),
                ),
            ),
            claims=(
                Claim("final-is-expected", equals(FINAL, expected)),
                met_at_start(),
                a_pid_each(children),
                every_child_ended,
            ),
        ),
        Demo(
            slug="event-starts-all",
            ideal=Ideal(lambda values: PREPARATION),
            outcome=DemoOutcome(order_of(RUNS)),
            parameters=(process_count(4, maximum=6), start_method),
            questions=(
                Question(
                    "runs",
                    (
                        Option("at-once", unless(printed_in_order(GO, RUNS)), never=True),
                        Option("go", printed_in_order(GO, RUNS)),
                    ),
                ),
            ),
            claims=(
                Claim("every-process-ran-once", printed_once_each(RUNS, numbers)),
                Claim("none-before-go", printed_in_order(GO, RUNS)),
                Claim("ready-before-running", printed_after(RUNS, READY)),
                a_pid_each(children),
                every_child_ended,
                Claim("took-half-a-second", where(forked, took_about(lambda values: PREPARATION))),
            ),
            observations=(
                Claim("ready-before-go", printed_in_order(READY, GO)),
                Claim("ran-in-order", printed_ascending(RUNS)),
            ),
        ),
    ),
)
