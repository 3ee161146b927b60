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
from webapp.lessons.measures import Share, out_of, watched
from webapp.lessons.measures.printed import matches
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    never_printed,
    printed,
    printed_exactly_when,
    printed_once_each,
    printed_word,
)
from webapp.lessons.measures.printed.order import order_of, printed_in_pairs
from webapp.lessons.measures.timing import took_about, took_nearest
from webapp.lessons.measures.waiting import (
    held_at_once,
    never_held_together,
    nobody_waited_for,
    waited_for,
    waited_in_a_cycle,
)
from webapp.lessons.measures.workers import ended_as, ending, seen_to_end_as
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

HAS_ONE = r"^\w+: has the printer"
HAS_BOTH = r"^\w+: has both$"
DONE = r"^(\w+): done"
BACKS_OFF = r"^(\w+): backs off"
ENDED = r"^(\w+): (?:done|gives up)"
EATS = r"^(\w+) eats meal \d$"
# As in the programs: meals of each philosopher, seconds per meal, seconds per piece of work.
MEALS = 2
MEAL = 0.05
WORK = 0.02

between = Choice(name="between", default="barrier", options=("barrier", "nothing"))

work_seconds = Float(name="work_seconds", default=0.3, minimum=0, maximum=1)

seats = Integer(name="seats", default=5, minimum=2, maximum=7)

strategy = Choice(name="strategy", default="naive", options=("naive", "ordered", "waiter"))

timing = Choice(name="timing", default="together", options=("together", "chance"))

timeout_seconds = Float(name="timeout_seconds", default=0.1, minimum=0, maximum=0.5, step=0.05)

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
                        Option("ends", finished, Misconception.RAN_ONCE),
                        Option("hangs", unless(finished)),
                    ),
                    see="deadlock/same-order",
                ),
            ),
            trap=True,
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
                        Option("one", took_nearest(one_work, both_in_a_row)),
                        Option("two", took_nearest(both_in_a_row, one_work)),
                        Option("hangs", unless(finished)),
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
                        Option("ends", finished, Misconception.RAN_ONCE),
                        Option("hangs", unless(finished)),
                    ),
                ),
            ),
            trap=True,
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
                        Option("gives-up", unless(both_done.check, unless(finished))),
                        Option("hangs", unless(finished)),
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
    ),
)
