"""Topic 18: waiting until something is so, which another thread brings about and announces."""

import re
from collections import Counter
from collections.abc import Iterator

from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, Measured, judged, unless
from webapp.lessons.common import every_thread_ended
from webapp.lessons.goals import Goal
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import both, given
from webapp.lessons.measures.printed import matches, words
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    printed,
    printed_exactly_when,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import largest, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_after
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.waiting import never_held_together, waited_for
from webapp.lessons.measures.workers import ended_as
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

PUT = r"\bput item (\d+)"
TOOK = r"\btook item (\d+)"
TAKER = r"^(consumer-\d+): took"
DONE = r"^consumer-(\d+): done$"
WENT = r"^consumer-(\d+): (?:took|IndexError)"
FOUND_NOTHING = r"^consumer-\d+: IndexError"
LEFT = r"^items left in the box: (\d+)$"
WAITS = r"^waiter (\d+) waits$"
GOES_ON = r"^waiter (\d+) goes on$"
CALL = r"^main: (?:notify(?:_all)?\(\)$|the second call)"
CHANGE = r"^(put|took) item \d+, in the buffer: (\d+)$"
FULL = r"^put item \d+, in the buffer: (\d+)$"
READS = r"^reader (\d+) reads$"
WRITES = r"^writer (\d+) writes$"
STEP = r"^(reader|writer) \d+ (wants to write|reads|writes|is done)$"
# As in the programs, in seconds: making an item, using one, a rest, and writing.
MAKING = 0.1
USE = 0.1
REST = 0.3
WRITING = 0.1
READINGS = 3


def count(name: str, default: int, maximum: int, minimum: int = 1) -> Integer:
    return Integer(name=name, default=default, minimum=minimum, maximum=maximum)


making_seconds = Float(name="making_seconds", default=0.1, minimum=0, maximum=0.5, step=0.05)

how = Choice(name="how", default="notify", options=("notify", "notify_all"))

prefer = Choice(name="prefer", default="readers", options=("readers", "writers"))


def numbers(name: str, values: Values) -> range:
    return range(1, int(values[name]) + 1)


def consumers(values: Values) -> range:
    return numbers("consumers", values)


def items(values: Values) -> range:
    return numbers("items", values)


def waiters(values: Values) -> range:
    return numbers("waiters", values)


def all_made(values: Values) -> float:
    return len(items(values)) * MAKING


def one_made_for_each(values: Values) -> float:
    return len(consumers(values)) * float(values["making_seconds"])


def woken_first(values: Values) -> int:
    return 1 if str(values["how"]) == "notify" else len(waiters(values))


def largest_share_used(values: Values) -> float:
    return -(-len(items(values)) // len(consumers(values))) * USE


def capacity(values: Values) -> int:
    return int(values["capacity"])


def writers_first(values: Values) -> bool:
    return str(values["prefer"]) == "writers"


def one_after_another(values: Values) -> float:
    """The readings of the slowest reader and all writings: no two of these can overlap."""
    slowest = 0.06 + 0.02 * int(values["readers"])
    return READINGS * slowest + int(values["writers"]) * WRITING


# For each consumer that found nothing, an item was left over.
as_many_left = judged(
    both(lines_that_fit(FOUND_NOTHING), printed_number(LEFT)),
    lambda counts, values: counts[0] == counts[1],
    lambda counts: f"{counts[0]} / {counts[1]}",
    untold=False,
)


def went_on_first(recording: Recording, values: Values) -> int | None:
    """How many waiters went on between the first call and the second."""
    texts = [line.text for line in recording.lines]
    calls = [at for at, text in enumerate(texts) if re.search(CALL, text)]
    if not calls:
        return None
    return sum(bool(re.search(GOES_ON, text)) for text in texts[calls[0] : calls[-1]])


# As many went on between the calls as the first one wakes.
one_or_all = judged(went_on_first, lambda seen, values: seen == woken_first(values), untold=False)

in_order_of_waiting = judged(
    both(words(WAITS), words(GOES_ON)),
    lambda orders, values: orders[0] == orders[1],
    lambda orders: " ".join(orders[1]),
)


def buffer_within_bounds(recording: Recording, values: Values) -> Measured:
    """Each printed size is what was put less what was taken, from 0 to the capacity."""
    size = right = 0
    changes = [found.groups() for found in matches(recording, CHANGE)]
    for change, told in changes:
        size += 1 if change == "put" else -1
        right += size == int(told) and 0 <= size <= capacity(values)
    return Measured(right == len(changes) > 0, f"{right} / {len(changes)}")


def crowds(recording: Recording) -> Iterator[tuple[str, Counter[str]]]:
    """Each step, and how many readers and writers were at it and wanted to write, before it."""
    now: Counter[str] = Counter()
    for found in matches(recording, STEP):
        who, step = found.groups()
        yield step, now.copy()
        now["waiting"] += (step == "wants to write") - (step == "writes")
        now[who] += (step in ("reads", "writes")) - (step == "is done")


def writers_were_alone(recording: Recording, values: Values) -> Measured:
    """Nobody was at it when a writer began, and no writer when a reader began."""
    begun = [(step, now) for step, now in crowds(recording) if step in ("reads", "writes")]
    right = sum(not now["writer"] and (step == "reads" or not now["reader"]) for step, now in begun)
    return Measured(right == len(begun) > 0, f"{right} / {len(begun)}")


def overtakings(recording: Recording, values: Values) -> int:
    """How many readings began while a writer waited."""
    return sum(step == "reads" and now["waiting"] > 0 for step, now in crowds(recording))


def most_readers(recording: Recording, values: Values) -> int:
    """How many read at the same time, at most."""
    return max((now["reader"] + (step == "reads") for step, now in crowds(recording)), default=0)


every_item_taken = Claim("every-item-taken", printed_once_each(TOOK, items))
taken_after_put = Claim("taken-after-put", printed_after(TOOK, PUT))

finished = ended_as(lambda values: "finished")
nobody_empty_handed = printed(FOUND_NOTHING, lambda values: 0)
one_went_on = judged(went_on_first, lambda seen, values: seen == 1)
all_went_on = judged(went_on_first, lambda seen, values: seen == len(waiters(values)))
over_the_brim = judged(largest(FULL), lambda most, values: most > capacity(values))
overtook = judged(overtakings, lambda seen, values: seen > 0)
somebody_found_nothing = judged(lines_that_fit(FOUND_NOTHING), lambda seen, values: seen > 0)

topic = Topic(
    level=3,
    picture="readers-and-writers",
    demos=(
        Demo(
            slug="wait-for-items",
            ideal=Ideal(all_made),
            outcome=DemoOutcome(order_of(TAKER)),
            parameters=(count("consumers", 2, 5), count("items", 6, 20)),
            questions=(
                Question(
                    "put",
                    (
                        Option("yes", finished),
                        Option("no", unless(finished), never=True),
                    ),
                ),
            ),
            claims=(
                every_item_taken,
                taken_after_put,
                Claim("one-at-the-box", never_held_together("condition")),
                Claim("every-consumer-done", printed_once_each(DONE, consumers)),
                every_thread_ended,
                Claim("took-making", took_about(all_made)),
            ),
            observations=(Claim("consumers-waited", waited_for("condition")),),
        ),
        Demo(
            slug="if-instead-of-while",
            ideal=Ideal(one_made_for_each),
            outcome=DemoOutcome(lines_that_fit(FOUND_NOTHING)),
            headline=Headline(
                {
                    "empty": lines_that_fit(FOUND_NOTHING),
                    "all": given(lambda values: len(consumers(values))),
                }
            ),
            beside=(
                Pair(
                    name="if-or-while",
                    other="condition/wait-for-items",
                    values={"consumers": 3},
                    other_values={"consumers": 3, "items": 3},
                ),
            ),
            parameters=(count("consumers", 3, 5, minimum=2), making_seconds),
            questions=(
                Question(
                    "empty-handed",
                    (
                        Option("none", nobody_empty_handed, rare=True),
                        Option("some", unless(nobody_empty_handed)),
                    ),
                    see="condition/wait-for-items",
                ),
            ),
            trap=True,
            goal=Goal(
                "nothing-left",
                somebody_found_nothing,
                values={"consumers": 2, "making_seconds": 0.0},
                starts=3,
                mended="wait-for-items",
                mended_values={"consumers": 2, "items": 1},
            ),
            claims=(
                Claim("item-or-error", printed_once_each(WENT, consumers)),
                taken_after_put,
                Claim("as-many-left", as_many_left),
                every_thread_ended,
            ),
            observations=(
                Claim("found-nothing", printed_exactly_when(FOUND_NOTHING, lambda values: True)),
            ),
        ),
        Demo(
            slug="notify-one-or-all",
            ideal=Ideal(lambda values: REST),
            outcome=DemoOutcome(order_of(GOES_ON)),
            headline=Headline(
                {"woken": went_on_first, "all": given(lambda values: len(waiters(values)))}
            ),
            beside=(
                Pair(
                    name="one-or-all",
                    other="condition/notify-one-or-all",
                    values={"how": "notify"},
                    other_values={"how": "notify_all"},
                ),
            ),
            parameters=(count("waiters", 4, 6), how),
            questions=(
                Question(
                    "first-call",
                    (
                        Option("one", one_went_on),
                        Option("all", all_went_on, when={"how": "notify_all"}),
                    ),
                ),
            ),
            claims=(
                Claim("one-or-all", one_or_all),
                Claim("all-in-the-end", printed_once_each(GOES_ON, waiters)),
                Claim("went-on-after-waiting", printed_after(GOES_ON, WAITS)),
                every_thread_ended,
                Claim("took-rest", took_about(lambda values: REST)),
            ),
            observations=(Claim("in-order-of-waiting", in_order_of_waiting),),
        ),
        Demo(
            slug="bounded-buffer",
            ideal=Ideal(largest_share_used),
            outcome=DemoOutcome(largest(FULL)),
            headline=Headline({"most": largest(FULL), "places": given(capacity)}),
            beside=(
                Pair(
                    name="one-place-or-five",
                    other="condition/bounded-buffer",
                    values={"capacity": 1},
                    other_values={"capacity": 5},
                ),
            ),
            parameters=(
                count("capacity", 2, 5),
                count("producers", 2, 4),
                count("consumers", 2, 4),
                count("items", 8, 20),
            ),
            questions=(
                Question(
                    "full",
                    (
                        Option("capacity", unless(over_the_brim)),
                        Option("over", over_the_brim, never=True),
                    ),
                ),
            ),
            claims=(
                Claim("within-bounds", buffer_within_bounds),
                Claim("every-item-put", printed_once_each(PUT, items)),
                every_item_taken,
                taken_after_put,
                Claim("one-at-the-buffer", never_held_together("lock")),
                every_thread_ended,
                Claim("took-use", took_about(largest_share_used)),
            ),
            observations=(Claim("producers-waited", waited_for("not_full")),),
        ),
        Demo(
            slug="readers-and-writers",
            ideal=Ideal(one_after_another),
            outcome=DemoOutcome(overtakings),
            headline=Headline({"ahead": overtakings, "all": lines_that_fit(READS)}),
            beside=(
                Pair(
                    name="readers-or-writers",
                    other="condition/readers-and-writers",
                    values={"prefer": "readers"},
                    other_values={"prefer": "writers"},
                ),
            ),
            parameters=(count("readers", 4, 6), count("writers", 2, 3), prefer),
            questions=(
                Question(
                    "overtake",
                    (
                        Option("yes", overtook),
                        Option("no", unless(overtook), when={"prefer": "writers"}),
                    ),
                ),
            ),
            claims=(
                Claim("writers-alone", writers_were_alone),
                Claim(
                    "every-reading",
                    printed(READS, lambda values: READINGS * int(values["readers"])),
                ),
                Claim(
                    "every-writing",
                    printed_once_each(WRITES, lambda values: numbers("writers", values)),
                ),
                Claim(
                    "nobody-overtook",
                    judged(overtakings, lambda seen, values: not (seen and writers_first(values))),
                ),
                every_thread_ended,
                Claim("took-one-after-another", took_at_least(one_after_another)),
            ),
            observations=(
                Claim("readers-together", judged(most_readers, lambda most, values: most > 1)),
            ),
        ),
    ),
)
