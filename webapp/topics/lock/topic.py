"""Topic 4: what a lock protects, how much code to put inside it, and when it does not protect."""

from webapp.lessons.claims import Claim, judged, unless, where
from webapp.lessons.common import thread_count, threads
from webapp.lessons.common.headlines import lost_updates, one_by_one, together
from webapp.lessons.goals import Goal
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import both, derived, given, rounded
from webapp.lessons.measures.printed import words
from webapp.lessons.measures.printed.lines import (
    either,
    lines_that_fit,
    printed,
    printed_exactly_when,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import at_most, below, equals, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_in_pairs
from webapp.lessons.measures.timing import took_about, took_nearest
from webapp.lessons.measures.waiting import (
    line_of_longest_wait,
    never_held_together,
    nobody_waited,
    slept_together,
)
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question, at
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Value, Values

RUNNING = r"^---> Thread#(\d+) running, belonging to process ID \d+$"
OVER = r"^---> Thread#(\d+) over$"
FINAL = r"^final: (\d+)$"
LOST = r"^lost: (\d+)$"
GETS = r"^thread \d+ gets (\d+)$"
ASKED = r"^thread (\d+) gets \d+$"
BALANCE = r"^balance: (-?\d+)$"
HOLDER = r"^holder: has the lock$"
SECOND = r"^second: "
SECOND_GOT_IT = r"^second: got the lock"
SECOND_GAVE_UP = r"^second: gave up"
# As in the programs: the first balance, and what each thread asks for.
DEPOSIT, AMOUNT = 100, 60
# In sleeps of so many seconds, ten threads sleep at once, even on a busy machine.
SURELY_TOGETHER = 0.3
# A release and a time-out with less between them, in seconds, may swap on a busy machine.
TOO_CLOSE = 0.15


sleep_seconds = Float(name="sleep_seconds", default=0.5, minimum=0, maximum=1)

increments = Integer(name="increments", default=200, minimum=1, maximum=2000)

window = Choice(name="window", default="yield", options=("none", "call", "yield"))

gap_ms = Integer(name="gap_ms", default=50, minimum=0, maximum=200)

hold_seconds = Float(name="hold_seconds", default=0.5, minimum=0, maximum=2)

timeout_seconds = Float(name="timeout_seconds", default=0.2, minimum=0, maximum=2)

printing = (thread_count(3), sleep_seconds)
counting = (thread_count(4, maximum=8), increments, window)
withdrawing = (thread_count(4, maximum=8), gap_ms)


def numbers(values: Values) -> range:
    return range(1, threads(values) + 1)


def one_sleep(values: Values) -> float:
    return float(values["sleep_seconds"])


def long_sleep(values: Values) -> bool:
    return one_sleep(values) >= SURELY_TOGETHER


def sleeps_in_a_row(values: Values) -> float:
    return threads(values) * one_sleep(values)


def expected(values: Values) -> int:
    return threads(values) * int(values["increments"])


def some_thread_locks(values: Values) -> bool:
    return threads(values) > 1


def one_gap(values: Values) -> float:
    return int(values["gap_ms"]) / 1000


def hold(values: Values) -> float:
    return float(values["hold_seconds"])


def patient_enough(values: Values) -> bool:
    return float(values["timeout_seconds"]) > hold(values)


def apart(values: Values) -> float:
    return abs(float(values["timeout_seconds"]) - hold(values))


def clear_case(values: Values) -> bool:
    return apart(values) > TOO_CLOSE


# What is missing from the balance was given to somebody.
nothing_lost = judged(
    both(words(GETS), printed_number(BALANCE)),
    lambda found, values: sum(map(int, found[0])) + found[1] == DEPOSIT,
    lambda found: f"{' + '.join([*found[0], str(found[1])])} = {DEPOSIT}",
    untold=False,
)

at_least_nothing = judged(
    printed_number(BALANCE), lambda balance, values: balance >= 0, untold=False
)

all_running = Claim("all-running", printed_once_each(RUNNING, numbers))
all_over = Claim("all-over", printed_once_each(OVER, numbers))
one_holder = Claim("one-holder", never_held_together("lock"))
final_at_most_expected = Claim("final-at-most-expected", at_most(FINAL, expected))
lost_of_all = Claim("lost-of-all", at_most(LOST, expected))
final_number = DemoOutcome(printed_number(FINAL), "final-number", expected=expected)
every_thread_answered = Claim("every-thread-answered", printed_once_each(ASKED, numbers))
nothing_disappeared = Claim("nothing-disappeared", nothing_lost)
updates_lost = lost_updates(printed_number(LOST), expected)
overdrawn = Headline(
    {
        "overdrawn": derived(printed_number(BALANCE), lambda balance: max(0, -balance)),
        "paid": derived(words(GETS), lambda gets: sum(map(int, gets))),
        "deposit": given(lambda values: DEPOSIT),
    },
    "overdrawn",
)
final_balance = DemoOutcome(
    printed_number(BALANCE), "final-balance", expected=lambda values: DEPOSIT - AMOUNT
)
counting_costs_nothing = Ideal(lambda values: 0, "counting-costs-nothing")
counting_in_turn_costs_nothing = Ideal(lambda values: 0, "counting-in-turn-costs-nothing")


def half(values: Values) -> float:
    return expected(values) / 2


# None was lost, less than half of the updates were lost, or more.
none_lost = equals(FINAL, expected)
some_lost = below(FINAL, expected)
most_lost = below(FINAL, half)
# Few enough steps to choose each of them by hand.
TWO_ADD_ONCE: dict[str, Value] = {"thread_count": 2, "increments": 1, "window": "none"}
TWO_AT_ONCE: dict[str, Value] = {"thread_count": 2, "gap_ms": 0}


def nothing(values: Values) -> int:
    return 0


less_than_expected = Goal(
    "less-than-expected",
    below(FINAL, expected),
    values=TWO_ADD_ONCE,
    mended="lost-update-fixed",
    mended_values=TWO_ADD_ONCE,
)
below_nothing = Goal(
    "below-nothing",
    below(BALANCE, nothing),
    values=TWO_AT_ONCE,
    mended="check-then-act-fixed",
    mended_values=TWO_AT_ONCE,
)

topic = Topic(
    demos=(
        Demo(
            slug="lock-around-everything",
            ideal=Ideal(sleeps_in_a_row),
            outcome=DemoOutcome(order_of(RUNNING)),
            headline=one_by_one(one_sleep),
            beside=(
                Pair(
                    name="around-everything-or-message",
                    other="lock/lock-around-the-message",
                    values={"thread_count": 3, "sleep_seconds": 1.0},
                    other_values={"thread_count": 3, "sleep_seconds": 1.0},
                ),
            ),
            parameters=printing,
            as_in_report={"sleep_seconds": 1.0},
            questions=(
                Question(
                    "time",
                    (
                        Option(
                            "one",
                            took_nearest(one_sleep, sleeps_in_a_row),
                            when={"thread_count": 1},
                        ),
                        Option("all", took_nearest(sleeps_in_a_row, one_sleep)),
                    ),
                ),
            ),
            lines=(
                Question(
                    "wait",
                    (
                        at("takes", "with lock:"),
                        at("sleeps", "time.sleep(sleep_seconds)", never=True),
                        at("joins", "thread.join()", never=True),
                    ),
                    line=line_of_longest_wait(r"^Thread#"),
                ),
            ),
            claims=(
                all_running,
                Claim("over-follows-running", printed_in_pairs(RUNNING, OVER)),
                one_holder,
                Claim("took-sleeps", took_about(sleeps_in_a_row)),
            ),
        ),
        Demo(
            slug="lock-around-the-message",
            ideal=Ideal(one_sleep),
            outcome=DemoOutcome(order_of(OVER)),
            headline=together(sleeps_in_a_row),
            parameters=printing,
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
                    see="lock/lock-around-everything",
                ),
            ),
            claims=(
                all_running,
                all_over,
                one_holder,
                Claim(
                    "slept-together", where(long_sleep, slept_together(threads)), margin=one_sleep
                ),
                Claim("took-one-sleep", took_about(one_sleep)),
            ),
            observations=(Claim("running-before-over", printed_in_order(RUNNING, OVER)),),
        ),
        Demo(
            slug="lost-update",
            ideal=counting_costs_nothing,
            outcome=final_number,
            headline=updates_lost,
            beside=(Pair(name="without-or-with-lock", other="lock/lost-update-fixed"),),
            parameters=counting,
            questions=(
                Question(
                    "final",
                    (
                        Option("all", none_lost, Misconception.INCREMENT, when={"thread_count": 1}),
                        Option("few", unless(none_lost, most_lost), when={"increments": 1}),
                        Option("most", most_lost, Misconception.INCREMENT),
                    ),
                    see="lock/lost-update-fixed",
                ),
            ),
            trap=True,
            goal=less_than_expected,
            next="lost-update-fixed",
            claims=(final_at_most_expected, Claim("nobody-waited", nobody_waited())),
            observations=(lost_of_all,),
        ),
        Demo(
            slug="lost-update-fixed",
            ideal=counting_in_turn_costs_nothing,
            outcome=final_number,
            headline=updates_lost,
            parameters=counting,
            questions=(
                Question(
                    "final",
                    (
                        Option("all", none_lost),
                        Option("fewer", some_lost, Misconception.INCREMENT, never=True),
                    ),
                ),
            ),
            claims=(Claim("final-is-expected", equals(FINAL, expected)), one_holder),
        ),
        Demo(
            slug="one-thread-skips-the-lock",
            ideal=counting_in_turn_costs_nothing,
            outcome=final_number,
            headline=updates_lost,
            parameters=counting,
            questions=(
                Question(
                    "final",
                    (
                        Option(
                            "all",
                            none_lost,
                            Misconception.LOCK_GUARDS_DATA,
                            when={"thread_count": 1},
                        ),
                        Option("fewer", some_lost),
                    ),
                    see="lock/lost-update-fixed",
                ),
            ),
            trap=True,
            goal=less_than_expected,
            claims=(
                final_at_most_expected,
                Claim(one_holder.name, where(some_thread_locks, one_holder.check)),
            ),
            observations=(lost_of_all,),
        ),
        Demo(
            slug="a-lock-each",
            ideal=counting_costs_nothing,
            outcome=final_number,
            headline=updates_lost,
            parameters=counting,
            questions=(
                Question(
                    "final",
                    (
                        Option("all", none_lost, Misconception.ANY_LOCK, when={"thread_count": 1}),
                        Option("fewer", some_lost),
                    ),
                    see="lock/lost-update-fixed",
                ),
            ),
            trap=True,
            goal=less_than_expected,
            claims=(final_at_most_expected, Claim("nobody-waited", nobody_waited())),
            observations=(lost_of_all,),
        ),
        Demo(
            slug="check-then-act",
            ideal=Ideal(one_gap),
            outcome=final_balance,
            headline=overdrawn,
            beside=(Pair(name="two-holds-or-one", other="lock/check-then-act-fixed"),),
            parameters=withdrawing,
            questions=(
                Question(
                    "balance",
                    (
                        Option(
                            "one-paid",
                            equals(BALANCE, lambda values: DEPOSIT - AMOUNT),
                            Misconception.ANY_LOCK,
                            when={"thread_count": 1},
                        ),
                        Option("below", below(BALANCE, lambda values: 0)),
                    ),
                    see="lock/check-then-act-fixed",
                ),
            ),
            trap=True,
            goal=below_nothing,
            claims=(every_thread_answered, nothing_disappeared, one_holder),
            observations=(Claim("never-below-zero", at_least_nothing),),
        ),
        Demo(
            slug="check-then-act-fixed",
            ideal=Ideal(one_gap),
            outcome=final_balance,
            headline=overdrawn,
            parameters=withdrawing,
            questions=(
                Question(
                    "balance",
                    (
                        Option("one-paid", equals(BALANCE, lambda values: DEPOSIT - AMOUNT)),
                        Option("below", below(BALANCE, lambda values: 0), never=True),
                    ),
                ),
            ),
            claims=(
                Claim("one-was-paid", equals(BALANCE, lambda values: DEPOSIT - AMOUNT)),
                every_thread_answered,
                nothing_disappeared,
                one_holder,
            ),
        ),
        Demo(
            slug="try-lock",
            ideal=Ideal(hold),
            outcome=DemoOutcome(
                either({SECOND_GOT_IT: "got-it", SECOND_GAVE_UP: "gave-up"}),
                answers=("got-it", "gave-up"),
            ),
            headline=Headline(
                {
                    "gave_up": lines_that_fit(SECOND_GAVE_UP),
                    "waited": rounded(printed_number(r"^second: .* after ([\d.]+) s$")),
                }
            ),
            parameters=(hold_seconds, timeout_seconds),
            questions=(
                Question(
                    "attempt",
                    (
                        Option("got", printed(SECOND_GOT_IT), when={"hold_seconds": 0.0}),
                        Option("gave-up", printed(SECOND_GAVE_UP)),
                        Option(
                            "raises",
                            unless(printed(SECOND_GOT_IT), printed(SECOND_GAVE_UP)),
                            never=True,
                        ),
                    ),
                ),
            ),
            claims=(
                Claim("lock-held-before", printed_in_order(HOLDER, SECOND)),
                Claim(
                    "got-it-by-timeout",
                    where(clear_case, printed_exactly_when(SECOND_GOT_IT, patient_enough)),
                    margin=apart,
                ),
                one_holder,
                Claim("took-hold", took_about(hold)),
            ),
        ),
    )
)
