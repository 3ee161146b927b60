"""Topic 17: workers that wait for each other for ever, and three ways to make that impossible."""

from collections import Counter

from webapp.engine.recording import Recording, workers_at_once
from webapp.lessons.claims import (
    Claim,
    Measured,
    judged,
    of_any,
    unless,
    where,
    without_figure,
)
from webapp.lessons.goals import Goal, hangs
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Share, both, given, out_of, watched
from webapp.lessons.measures.printed import matches
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    never_printed,
    printed,
    printed_exactly_when,
    printed_once_each,
    printed_word,
)
from webapp.lessons.measures.printed.numbers import equals
from webapp.lessons.measures.printed.order import order_of, printed_in_pairs
from webapp.lessons.measures.timing import took_about, took_nearest
from webapp.lessons.measures.waiting import (
    held_at_once,
    line_of_longest_wait,
    never_held_together,
    nobody_waited_for,
    waited_for,
    waited_in_a_cycle,
)
from webapp.lessons.measures.workers import ended_as, ending, seen_to_end_as
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question, at
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

HAS_ONE = r"^\w+: has the printer"
HAS_BOTH = r"^\w+: has both$"
DONE = r"^(\w+): done"
BACKS_OFF = r"^(\w+): backs off"
ENDED = r"^(\w+): (?:done|gives up)"
EATS = r"^(\w+) eats meal \d$"
INNER_RUNS = r"^inner task: runs$"
HAS_ENDED = r"^parent: the child has ended"
ALL_PUT = r"^child: put (\d+) items$"
ALL_TAKEN = r"^parent: took (\d+) items$"
# Items of 10 kB. A pipe holds 16 pages: 64 kB, or 1 MB where a page has 64 kB.
FEW, MANY = 5, 120
POOL_THREAD = "ThreadPoolExecutor-0_0"
# As in the programs: meals of each philosopher, seconds per meal, seconds per piece of work.
MEALS = 2
MEAL = 0.05
WORK = 0.02

between = Choice(name="between", default="barrier", options=("barrier", "nothing"))

work_seconds = Float(name="work_seconds", default=0.3, minimum=0, maximum=1)

seats = Integer(name="seats", default=5, minimum=2, maximum=7)

strategy = Choice(name="strategy", default="naive", options=("naive", "ordered", "waiter"))

timing = Choice(name="timing", default="together", options=("together", "chance", "hurry"))

timeout_seconds = Float(name="timeout_seconds", default=0.1, minimum=0, maximum=0.5, step=0.05)

threads = Integer(name="threads", default=1, minimum=1, maximum=3)

item_count = Integer(name="items", default=150, minimum=1, maximum=200)

pause = Choice(name="pause", default="random", options=("random", "equal", "none"))


def workers(values: Values) -> tuple[str, str]:
    return "ada", "bob"


def meet(values: Values) -> bool:
    return str(values["between"]) == "barrier"


def both_in_a_row(values: Values) -> float:
    return 2 * float(values["work_seconds"])


def table(values: Values) -> int:
    return int(values["seats"])


def naive(values: Values) -> bool:
    return str(values["strategy"]) == "naive"


def starving(values: Values) -> bool:
    return naive(values) and str(values["timing"]) == "together"


def not_by_luck(values: Values) -> bool:
    return starving(values) or not naive(values)


def alone(values: Values) -> bool:
    return int(values["threads"]) == 1


def items_put(values: Values) -> int:
    return int(values["items"])


def few(values: Values) -> bool:
    return items_put(values) <= FEW


def is_few_or_many(values: Values) -> bool:
    return few(values) or items_put(values) >= MANY


def all_meals(values: Values) -> int:
    return table(values) * MEALS


def meals(values: Values) -> int:
    return 0 if starving(values) else all_meals(values)


def let_in(values: Values) -> int:
    return table(values) - (str(values["strategy"]) == "waiter")


def eating_in_turns(values: Values) -> float:
    # A philosopher needs two forks to eat, so at most half of the table eats at once.
    return 0.0 if starving(values) else all_meals(values) * MEAL / (table(values) // 2)


def whole_table_in_cycle(recording: Recording, values: Values) -> Measured:
    """Check that in a deadlock the cycle contains the whole table."""
    if not recording.cycle:
        return Measured(None)
    waiting = len({wait.worker for wait in recording.cycle})
    return Measured(waiting == table(values), f"{waiting} / {table(values)}")


@watched
def most_hands_on_a_fork(recording: Recording, values: Values) -> int:
    """Measure the largest number of philosophers that held the same fork at once."""
    return max(
        (
            workers_at_once(span for span in recording.holdings if span.object == f"forks[{fork}]")
            for fork in range(table(values))
        ),
        default=0,
    )


@watched
def most_with_a_fork(recording: Recording, values: Values) -> Share:
    """Measure the largest number of philosophers that held any fork at once."""
    forks = (span for span in recording.holdings if span.object.startswith("forks["))
    return Share(workers_at_once(forks), table(values))


# No fork was held by two philosophers at once.
a_fork_in_one_hand = judged(most_hands_on_a_fork, lambda most, values: most == 1, "× {}".format)

# If they starved, all held a fork at the same time; with a rule, at least one held none.
all_had_one_only_if_starving = judged(
    most_with_a_fork, lambda held, values: held.complete is starving(values)
)

# All meals were eaten.
every_meal_eaten = judged(
    out_of(lines_that_fit(EATS), all_meals), lambda eaten, values: eaten.complete
)


def tries_that_failed(recording: Recording, values: Values) -> Measured:
    """Count how often each worker backed off."""
    failed = Counter(found.group(1) for found in matches(recording, BACKS_OFF))
    return Measured(True, ", ".join(f"{name}: {failed[name]}" for name in workers(values)))


one_at_each = tuple(
    of_any(f"one-at-the-{name}", never_held_together(name)) for name in ("printer", "scanner")
)
both_done = Claim("both-done", printed_once_each(DONE, workers))

finished = ended_as(lambda values: "finished")


def one_work(values: Values) -> float:
    return float(values["work_seconds"])


topic = Topic(
    level=2,
    picture="timeout-and-back-off",
    demos=(
        Demo(
            slug="opposite-order",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            beside=(Pair(name="opposite-or-same-order", other="deadlock/same-order"),),
            parameters=(between,),
            questions=(
                Question(
                    "end",
                    (
                        Option(
                            "ends", finished, Misconception.RAN_ONCE, when={"between": "nothing"}
                        ),
                        Option("hangs", unless(finished)),
                    ),
                    see="deadlock/same-order",
                ),
            ),
            lines=(
                Question(
                    "wait",
                    (
                        at("first", "with printer:", rare=True),
                        at("meets", "each_has_one.wait()", never=True),
                        at("second", "with scanner:"),
                    ),
                    line=line_of_longest_wait(r"^ada$"),
                ),
            ),
            trap=True,
            goal=Goal(
                "both-wait",
                hangs,
                values={"between": "nothing"},
                mended="same-order",
                mended_values={"work_seconds": 0},
            ),
            next="same-order",
            claims=(
                of_any(
                    "deadlocked-after-meeting",
                    where(meet, without_figure(seen_to_end_as(lambda values: "deadlocked"))),
                ),
                of_any(
                    "cycle-of-two",
                    waited_in_a_cycle(("ada", "scanner", "bob"), ("bob", "printer", "ada")),
                ),
                of_any("nobody-had-both", where(meet, never_printed(HAS_BOTH))),
                *one_at_each,
            ),
            observations=(of_any("both-ended", printed(DONE, lambda values: 2)),),
        ),
        Demo(
            slug="same-order",
            ideal=Ideal(both_in_a_row),
            outcome=DemoOutcome(order_of(DONE)),
            parameters=(work_seconds,),
            questions=(
                Question(
                    "time",
                    (
                        Option(
                            "one", took_nearest(one_work, both_in_a_row), when={"work_seconds": 0.0}
                        ),
                        Option("two", took_nearest(both_in_a_row, one_work)),
                        Option("hangs", unless(finished), never=True),
                    ),
                ),
            ),
            claims=(
                both_done,
                Claim("scanner-after-printer", printed_in_pairs(HAS_ONE, HAS_BOTH)),
                Claim("nobody-waited-for-scanner", nobody_waited_for("scanner")),
                *one_at_each,
                Claim("took-two-works", took_about(both_in_a_row)),
            ),
            observations=(Claim("waited-for-printer", waited_for("printer")),),
        ),
        Demo(
            slug="dining-philosophers",
            ideal=Ideal(eating_in_turns),
            outcome=DemoOutcome(printed_word(EATS)),
            headline=Headline({"eaten": lines_that_fit(EATS), "all": given(all_meals)}),
            beside=(
                Pair(
                    name="ordered-or-waiter",
                    other="deadlock/dining-philosophers",
                    values={"strategy": "ordered"},
                    other_values={"strategy": "waiter"},
                ),
            ),
            parameters=(seats, strategy, timing),
            questions=(
                Question(
                    "end",
                    (
                        Option("ends", finished, when={"strategy": "ordered"}),
                        Option("hangs", unless(finished)),
                    ),
                ),
            ),
            trap=True,
            goal=Goal(
                "nobody-eats",
                hangs,
                values={"seats": 2, "timing": "hurry"},
                mended_values={"seats": 2, "timing": "hurry", "strategy": "ordered"},
            ),
            claims=(
                of_any(
                    "finished-by-rule",
                    where(
                        not_by_luck,
                        without_figure(
                            seen_to_end_as(
                                lambda values: "deadlocked" if starving(values) else "finished"
                            )
                        ),
                    ),
                ),
                of_any("all-in-cycle", whole_table_in_cycle),
                of_any("ate-by-rule", where(not_by_luck, printed(EATS, meals))),
                of_any("a-fork-each", where(not_by_luck, all_had_one_only_if_starving)),
                of_any("at-the-table", held_at_once("waiter", let_in)),
                of_any("fork-in-one-hand", a_fork_in_one_hand),
            ),
            observations=(of_any("every-meal", every_meal_eaten),),
        ),
        Demo(
            slug="timeout-and-back-off",
            ideal=Ideal(lambda values: 4 * WORK),
            outcome=DemoOutcome(lines_that_fit(BACKS_OFF)),
            parameters=(timeout_seconds, pause),
            questions=(
                Question(
                    "end",
                    (
                        Option("done", both_done.check),
                        Option(
                            "gives-up",
                            unless(both_done.check, unless(finished)),
                            when={"pause": "none"},
                        ),
                        Option("hangs", unless(finished), never=True),
                    ),
                ),
            ),
            claims=(
                of_any("finished", without_figure(ended_as(lambda values: "finished"))),
                Claim("both-or-gave-up", printed_once_each(ENDED, workers)),
                Claim("backed-off", printed_exactly_when(BACKS_OFF, lambda values: True)),
                *one_at_each,
            ),
            observations=(both_done, Claim("tries-that-failed", tries_that_failed)),
        ),
        Demo(
            slug="waiting-for-oneself-in-a-pool",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            beside=(
                Pair(
                    name="one-thread-or-two",
                    other="deadlock/waiting-for-oneself-in-a-pool",
                    values={"threads": 1},
                    other_values={"threads": 2},
                ),
            ),
            parameters=(threads,),
            questions=(
                Question(
                    "end",
                    (
                        Option("ends", finished, when={"threads": 2}),
                        Option("hangs", unless(finished)),
                    ),
                ),
            ),
            trap=True,
            claims=(
                of_any(
                    "hangs-alone",
                    without_figure(
                        seen_to_end_as(lambda values: "deadlocked" if alone(values) else "finished")
                    ),
                ),
                of_any("waits-for-itself", waited_in_a_cycle((POOL_THREAD, "future", POOL_THREAD))),
                of_any("inner-needs-another", printed(INNER_RUNS, lambda v: 0 if alone(v) else 1)),
            ),
        ),
        Demo(
            slug="join-before-get",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            beside=(
                Pair(
                    name="few-items-or-many",
                    other="deadlock/join-before-get",
                    values={"items": 5},
                    other_values={"items": 150},
                ),
            ),
            parameters=(item_count,),
            questions=(
                Question(
                    "end",
                    (
                        Option("ends", finished, when={"items": 1}),
                        Option("hangs", unless(finished)),
                    ),
                    see="process-subclass/result-by-queue",
                ),
            ),
            trap=True,
            claims=(
                of_any(
                    "few-finish-many-hang",
                    where(
                        is_few_or_many,
                        without_figure(
                            seen_to_end_as(
                                lambda values: "finished" if few(values) else "deadlocked"
                            )
                        ),
                    ),
                ),
                of_any(
                    "child-and-parent",
                    waited_in_a_cycle(
                        ("MainThread", "child", "child"), ("child", "queue", "MainThread")
                    ),
                ),
                of_any("all-put", equals(ALL_PUT, items_put)),
                of_any(
                    "none-taken-before-the-end",
                    judged(
                        both(lines_that_fit(HAS_ENDED), lines_that_fit(ALL_TAKEN)),
                        lambda counts, values: counts[0] == counts[1],
                        lambda counts: str(counts[1]),
                    ),
                ),
            ),
        ),
    ),
)
