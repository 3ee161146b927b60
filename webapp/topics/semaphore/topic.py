"""Topic 6: a semaphore, a counter that threads wait for, as a signal and as a limit."""

from webapp.lessons.claims import Claim, judged, unless, where
from webapp.lessons.common import thread_count, threads
from webapp.lessons.common.headlines import lost_updates
from webapp.lessons.goals import Goal
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import given, more
from webapp.lessons.measures.printed.lines import (
    printed,
    printed_distinct,
    printed_exactly_when,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import at_most, below, equals, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_after, printed_sequence
from webapp.lessons.measures.timing import took_about, took_at_least, took_nearest
from webapp.lessons.measures.waiting import held_at_once, waited_for
from webapp.lessons.measures.workers import every_worker_ended
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

PRODUCED = r"INFO Producer notify: item number (\d+)$"
CONSUMED = r"INFO Consumer notify: item number (\d+)$"
CONSUMER = r" (consumer-\d+) INFO Consumer notify"
EITHER = r"INFO (Producer|Consumer) notify"
CONNECTS = r"^worker (\d+) connects$"
DISCONNECTS = r"^worker (\d+) disconnects$"
FINAL = r"^final: (\d+)$"
LOST = r"^lost: (\d+)$"
# In holds of so many seconds, all workers ask before the first release, even on a busy machine.
SURELY_TOGETHER = 0.3
PERMITS = 2

produce_count = Integer(name="produce_count", default=3, minimum=1, maximum=10)

pace_seconds = Float(name="pace_seconds", default=0.3, minimum=0, maximum=2)

permits = Integer(name="permits", default=2, minimum=1, maximum=5)

workers = Integer(name="workers", default=6, minimum=1, maximum=10)

hold_seconds = Float(name="hold_seconds", default=0.3, minimum=0, maximum=1)

increments = Integer(name="increments", default=100, minimum=1, maximum=500)

kind = Choice(name="kind", default="Semaphore", options=("Semaphore", "BoundedSemaphore"))


def item_count(values: Values) -> int:
    return int(values["produce_count"])


def pace(values: Values) -> float:
    return float(values["pace_seconds"])


def in_turn(values: Values) -> list[str]:
    return ["Producer", "Consumer"] * item_count(values)


def permit_count(values: Values) -> int:
    return int(values["permits"])


def numbers(values: Values) -> range:
    return range(1, int(values["workers"]) + 1)


def one_hold(values: Values) -> float:
    return float(values["hold_seconds"])


def rounds(values: Values) -> float:
    """Return the least time: `hold_seconds` × the rounds in which the workers get permits."""
    full_rounds = -(-len(numbers(values)) // permit_count(values))
    return full_rounds * one_hold(values)


def somebody_must_wait(values: Values) -> bool:
    few = permit_count(values) < len(numbers(values))
    return few and one_hold(values) >= SURELY_TOGETHER


def is_bounded(values: Values) -> bool:
    return str(values["kind"]) == "BoundedSemaphore"


def permits_after(values: Values) -> int:
    return PERMITS if is_bounded(values) else PERMITS + 1


def expected(values: Values) -> int:
    return threads(values) * int(values["increments"])


# With one permit nothing is lost; with more, anything may be.
final_by_permits = judged(
    printed_number(FINAL),
    lambda final, values: (
        final == expected(values) if permit_count(values) == 1 else final <= expected(values)
    ),
    untold=False,
)

PERMITS_AFTER = r"^permits after: (\d+)$"


def all_holds(values: Values) -> float:
    return len(numbers(values)) * one_hold(values)


MOST = r"^most at once: (\d+)$"
PERMITS_BEFORE = r"^permits before: (\d+)$"

topic = Topic(
    level=2,
    picture="at-most-k-at-once",
    demos=(
        Demo(
            slug="producer-consumer",
            ideal=Ideal(lambda values: 0.75 * item_count(values) * pace(values)),
            outcome=DemoOutcome(order_of(CONSUMER)),
            parameters=(produce_count, pace_seconds),
            as_in_report={"pace_seconds": 2.0},
            questions=(
                Question(
                    "ahead",
                    (
                        Option("ahead", unless(printed_sequence(EITHER, in_turn)), never=True),
                        Option("in-turn", printed_sequence(EITHER, in_turn)),
                    ),
                ),
            ),
            claims=(
                Claim("every-item-produced", printed(PRODUCED, item_count)),
                Claim("every-item-consumed", printed(CONSUMED, item_count)),
                Claim("none-consumed-twice", printed_distinct(CONSUMED)),
                Claim("consumed-after-produced", printed_after(CONSUMED, PRODUCED)),
                Claim("in-turn", printed_sequence(EITHER, in_turn)),
                Claim("every-thread-ended", every_worker_ended()),
                Claim(
                    "took-half-paces",
                    took_at_least(lambda values: item_count(values) * pace(values) / 2),
                ),
            ),
            observations=(Claim("waited-for-items", waited_for("full")),),
        ),
        Demo(
            slug="at-most-k-at-once",
            ideal=Ideal(rounds),
            outcome=DemoOutcome(printed_number(r"^most at once: (\d+)$"), expected=permit_count),
            headline=Headline(
                {
                    "kept_out": more(
                        given(lambda values: len(numbers(values))), printed_number(MOST)
                    ),
                    "most": printed_number(MOST),
                    "all": given(lambda values: len(numbers(values))),
                }
            ),
            beside=(
                Pair(
                    name="one-permit-or-three",
                    other="semaphore/at-most-k-at-once",
                    values={"permits": 1, "workers": 6, "hold_seconds": 0.3},
                    other_values={"permits": 3, "workers": 6, "hold_seconds": 0.3},
                ),
            ),
            parameters=(permits, workers, hold_seconds),
            questions=(
                Question(
                    "time",
                    (
                        Option(
                            "one", took_nearest(one_hold, rounds, all_holds), when={"workers": 1}
                        ),
                        Option("rounds", took_nearest(rounds, one_hold, all_holds)),
                        Option(
                            "all",
                            took_nearest(all_holds, rounds, one_hold),
                            Misconception.BIG_LOCK,
                            when={"permits": 1},
                        ),
                    ),
                ),
            ),
            claims=(
                Claim("connected-once", printed_once_each(CONNECTS, numbers)),
                Claim("disconnected-once", printed_once_each(DISCONNECTS, numbers)),
                Claim("connected-within-permits", at_most(r"^most at once: (\d+)$", permit_count)),
                Claim("held-within-permits", held_at_once("connections", permit_count)),
                Claim(
                    "somebody-waited",
                    where(somebody_must_wait, waited_for("connections")),
                    margin=one_hold,
                ),
                Claim("took-rounds", took_about(rounds)),
            ),
        ),
        Demo(
            slug="released-once-too-often",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(printed_number(r"^permits after: (\d+)$")),
            headline=Headline(
                {
                    "extra": more(printed_number(PERMITS_AFTER), printed_number(PERMITS_BEFORE)),
                    "before": printed_number(PERMITS_BEFORE),
                    "after": printed_number(PERMITS_AFTER),
                }
            ),
            parameters=(kind,),
            questions=(
                Question(
                    "permits",
                    (
                        Option(
                            "two",
                            equals(PERMITS_AFTER, lambda values: PERMITS),
                            when={"kind": "BoundedSemaphore"},
                        ),
                        Option("three", equals(PERMITS_AFTER, lambda values: PERMITS + 1)),
                    ),
                ),
            ),
            trap=True,
            claims=(
                Claim("permits-before", equals(r"^permits before: (\d+)$", lambda values: PERMITS)),
                Claim("permits-after", equals(r"^permits after: (\d+)$", permits_after)),
                Claim("value-error", printed_exactly_when(r"^worker: ValueError", is_bounded)),
            ),
        ),
        Demo(
            slug="not-a-big-lock",
            ideal=Ideal(lambda values: 0),
            headline=lost_updates(printed_number(LOST), expected),
            outcome=DemoOutcome(printed_number(FINAL), expected=expected),
            beside=(
                Pair(
                    name="two-permits-or-one",
                    other="semaphore/not-a-big-lock",
                    values={"permits": 2},
                    other_values={"permits": 1},
                ),
            ),
            parameters=(thread_count(4, maximum=8), increments, permits),
            questions=(
                Question(
                    "final",
                    (
                        Option(
                            "all",
                            equals(FINAL, expected),
                            Misconception.BIG_LOCK,
                            when={"thread_count": 1},
                        ),
                        Option("fewer", below(FINAL, expected)),
                    ),
                    see="lock/lost-update-fixed",
                ),
            ),
            trap=True,
            goal=Goal(
                "less-than-expected",
                below(FINAL, expected),
                values={"thread_count": 2, "increments": 1},
                mended_values={"thread_count": 2, "increments": 1, "permits": 1},
            ),
            claims=(
                Claim("final-by-permits", final_by_permits),
                Claim("held-within-permits", held_at_once("semaphore", permit_count)),
                Claim("every-thread-ended", every_worker_ended()),
            ),
            observations=(Claim("lost-of-all", at_most(LOST, expected)),),
        ),
    ),
)
