"""Topic 5: a lock that its holder may acquire again, and when to use it."""

from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Claim, judged, unless, where
from webapp.lessons.goals import Goal
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import derived, given
from webapp.lessons.measures.printed.lines import printed_exactly_when
from webapp.lessons.measures.printed.numbers import equals, printed_number
from webapp.lessons.measures.printed.order import printed_in_order, printed_sequence
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import deepest_hold, held_deepest, waited_for
from webapp.lessons.measures.workers import ended_as, ending, seen_to_end_as
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

ADDED = r"^ADDED one item -->(\d+) item to ADD$"
REMOVED = r"^REMOVED one item -->(\d+) item to REMOVE$"
EITHER = r"^(ADDED|REMOVED) one item"
FINAL = r"^final total: (-?\d+)$"
NESTED_GOT_IT = r"^change: has the lock$"
INITIAL_TOTAL = 20

add_count = Integer(name="add_count", default=5, minimum=0, maximum=20)

remove_count = Integer(name="remove_count", default=5, minimum=0, maximum=20)

pause_seconds = Float(name="pause_seconds", default=0.1, minimum=0, maximum=0.5, step=0.05)

lock_type = Choice(name="lock_type", default="RLock", options=("Lock", "RLock"))

boxing = (add_count, remove_count, pause_seconds)


def adds(values: Values) -> int:
    return int(values["add_count"])


def removes(values: Values) -> int:
    return int(values["remove_count"])


def final_total(values: Values) -> int:
    return INITIAL_TOTAL + adds(values) - removes(values)


def pause(values: Values) -> float:
    return float(values["pause_seconds"])


def both(values: Values) -> bool:
    return adds(values) > 0 and removes(values) > 0


def one_after_the_other(values: Values) -> float:
    return (adds(values) + removes(values)) * pause(values)


def total_at_the_end(values: Values) -> int:
    return INITIAL_TOTAL + adds(values) - removes(values)


def side_by_side(values: Values) -> float:
    return max(adds(values), removes(values)) * pause(values)


def in_turn(values: Values) -> list[str]:
    steps = range(max(adds(values), removes(values)))
    turns = (("ADDED", adds(values)), ("REMOVED", removes(values)))
    return [word for step in steps for word, count in turns if step < count]


def is_reentrant(values: Values) -> bool:
    return str(values["lock_type"]) == "RLock"


def deepest(depth: int) -> Check:
    """Check the largest recursion depth of the box's lock, if it was used at all."""
    return where(
        lambda values: adds(values) + removes(values) > 0,
        held_deepest("lock", lambda values: depth),
    )


counted_down = (
    Claim("added-to-0", printed_sequence(ADDED, lambda values: reversed(range(adds(values))))),
    Claim(
        "removed-to-0", printed_sequence(REMOVED, lambda values: reversed(range(removes(values))))
    ),
)
held_twice = Claim("held-twice", deepest(2))
took_the_longer = Claim("took-the-longer", took_about(side_by_side))


finished = ended_as(lambda values: "finished")
# Few enough steps to choose each of them by hand.
ONE_EACH = {"add_count": 1, "remove_count": 1, "pause_seconds": 0.0}


def wrong_by(recording: Recording, values: Values) -> int | float | None:
    """Measure by how much the final total differs from what it should be."""
    final = printed_number(FINAL)(recording, values)
    return None if final is None else abs(final - final_total(values))


held_deep = Headline(
    {
        "again": derived(deepest_hold("lock"), lambda depth: depth - 1),
        "depth": deepest_hold("lock"),
    },
    "held-deep",
)

topic = Topic(
    level=2,
    picture="two-threads-one-box",
    demos=(
        Demo(
            slug="remove-then-add",
            ideal=Ideal(one_after_the_other),
            outcome=DemoOutcome(deepest_hold("lock")),
            headline=held_deep,
            parameters=boxing,
            questions=(
                Question(
                    "depth",
                    (
                        Option("waits", unless(finished), never=True),
                        Option("twice", finished),
                    ),
                    see="rlock/nested-acquire",
                ),
            ),
            claims=(
                Claim("removals-first", where(both, printed_in_order(REMOVED, ADDED))),
                *counted_down,
                held_twice,
                Claim("took-pauses", took_about(one_after_the_other)),
            ),
        ),
        Demo(
            slug="alternate",
            ideal=Ideal(side_by_side),
            outcome=DemoOutcome(deepest_hold("lock")),
            headline=held_deep,
            parameters=boxing,
            questions=(
                Question(
                    "depth",
                    (
                        Option("once", held_deepest("lock", lambda values: 1), never=True),
                        Option("twice", held_deepest("lock", lambda values: 2), never=True),
                        Option("thrice", held_deepest("lock", lambda values: 3)),
                    ),
                ),
            ),
            claims=(
                Claim("in-turn", printed_sequence(EITHER, in_turn)),
                *counted_down,
                Claim("three-deep", deepest(3)),
                took_the_longer,
            ),
        ),
        Demo(
            slug="two-threads-one-box",
            ideal=Ideal(side_by_side),
            outcome=DemoOutcome(printed_number(FINAL), expected=total_at_the_end),
            headline=Headline(
                {"off": wrong_by, "final": printed_number(FINAL), "due": given(final_total)}
            ),
            parameters=boxing,
            questions=(
                Question(
                    "total",
                    (
                        Option("right", equals(FINAL, final_total)),
                        Option(
                            "wrong",
                            unless(equals(FINAL, final_total)),
                            Misconception.INCREMENT,
                            never=True,
                        ),
                    ),
                ),
            ),
            goal=Goal(
                "wrong-total",
                judged(printed_number(FINAL), lambda found, values: found != final_total(values)),
                values=ONE_EACH,
                mended_values=ONE_EACH,
            ),
            claims=(
                Claim("final-total", equals(FINAL, final_total)),
                *counted_down,
                held_twice,
                took_the_longer,
            ),
            observations=(Claim("waited-for-lock", waited_for("lock")),),
        ),
        Demo(
            slug="nested-acquire",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            headline=held_deep,
            beside=(
                Pair(
                    name="lock-or-rlock",
                    other="rlock/nested-acquire",
                    values={"lock_type": "Lock"},
                    other_values={"lock_type": "RLock"},
                ),
            ),
            parameters=(lock_type,),
            questions=(
                Question(
                    "end",
                    (
                        Option("ends", finished),
                        Option("hangs", unless(finished), when={"lock_type": "Lock"}),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "ended-by-kind",
                    seen_to_end_as(
                        lambda values: "finished" if is_reentrant(values) else "deadlocked"
                    ),
                    of_any_run=True,
                ),
                Claim(
                    "inner-got-lock",
                    printed_exactly_when(NESTED_GOT_IT, is_reentrant),
                    of_any_run=True,
                ),
                Claim("two-deep", where(is_reentrant, held_deepest("lock", lambda values: 2))),
            ),
        ),
    ),
)
