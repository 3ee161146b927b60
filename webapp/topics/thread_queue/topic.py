"""Topic 20: how threads hand items to each other, and how they learn that all is done."""

from itertools import pairwise
from math import ceil

from webapp.engine.machines import Needs
from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, judged, of_any, unless, where, without_figure
from webapp.lessons.common import every_thread_ended
from webapp.lessons.common.headlines import out_of_turn, waited_for_room
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import given
from webapp.lessons.measures.printed import matches
from webapp.lessons.measures.printed.lines import (
    never_printed,
    printed,
    printed_once_each,
    shared_out,
)
from webapp.lessons.measures.printed.numbers import (
    at_most,
    equals,
    largest,
    printed_ascending,
    printed_number,
)
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_sequence
from webapp.lessons.measures.timing import lasted_at_least, took_about, took_at_least
from webapp.lessons.measures.waiting import (
    line_of_longest_wait,
    never_longer_than,
    taken_as_put,
    waited_in_a_cycle,
)
from webapp.lessons.measures.workers import ended_as, ending, seen_to_end_as
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Integer
from webapp.lessons.questions import Option, Question, at
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

GOT = r"^consumer-\d+: got item ([\d.]+)$"
CONSUMER_DONE = r"^consumer-(\d+): done, items: \d+$"
SHARE = r"^(consumer-\d+): done, items: (\d+)$"
ITEMS = r"^consumer-\d+: done, items: (\d+)$"
BUSY = r"^consumer-(\d+): done, items: [1-9]\d*$"
DONE = r"^worker(?:-\d+)?: item (\d+) is done$"
SKIPPED = r"^worker: item (\d+) is unfit, skipped$"
WAITS = r"^main: put \d+ items, waits until all are done$"
ALL_DONE = r"^main: all are done"
ALIVE = r"^main: all are done, workers alive: (\d+)$"
TOOK_ITEM = r"^consumer: got item (\d+)$"
PRODUCER_DONE = r"^producer: done after ([\d.]+) s$"
PUT_TASK = r"^main: put task (\d+), priority \d+$"
TOOK_TASK = r"^worker: took task (\d+), priority \d+$"
PRIORITY = r"^worker: took task \d+, priority (\d+)$"
SHUT_OUT = r"^consumer-(\d+): the queue is shut down$"
REFUSED = r"^main: nothing more can be put$"
TAKEN = r"^main: (\d+) of \d+ items were taken$"
# As in the programs: seconds of work on an item, and how many items shut_down puts.
MAKING, WORK, FIT_WORK = 0.02, 0.1, 0.05
PUT_BEFORE_THE_END = 6


def item_count(default: int, maximum: int = 20) -> Integer:
    return Integer(name="items", default=default, minimum=1, maximum=maximum)


def workers_of(name: str, default: int) -> Integer:
    return Integer(name=name, default=default, minimum=1, maximum=4)


maxsize = Integer(name="maxsize", default=2, minimum=1, maximum=5)

immediate = Choice(name="immediate", default="no", options=("no", "yes"))


def items(values: Values) -> range:
    return range(1, int(values["items"]) + 1)


def item_total(values: Values) -> int:
    return int(values["items"])


def items_of_all(values: Values) -> list[str]:
    producers = range(1, int(values["producers"]) + 1)
    return [f"{producer}.{number}" for producer in producers for number in items(values)]


def consumer_numbers(values: Values) -> range:
    return range(1, int(values["consumers"]) + 1)


def unfit(values: Values) -> int:
    return (item_total(values) + 1) // 2


def fit(values: Values) -> list[int]:
    return [item for item in items(values) if item != unfit(values)]


def thrown_away(values: Values) -> bool:
    return str(values["immediate"]) == "yes"


def nothing_thrown_away(values: Values) -> bool:
    return not thrown_away(values)


def shared_work(values: Values) -> float:
    """Return the time of the work: one item is made, then the consumers share or await the rest."""
    rounds = ceil(len(items_of_all(values)) / len(consumer_numbers(values)))
    return max(MAKING + rounds * WORK, item_total(values) * MAKING + WORK)


def rounds_of_work(values: Values) -> float:
    return ceil(item_total(values) / int(values["workers"])) * WORK


def work_of_one(values: Values) -> float:
    return item_total(values) * WORK


def wait_for_room(values: Values) -> float:
    """Return when the last put has room: as soon as the consumer takes item n − maxsize."""
    return max(0, item_total(values) - int(values["maxsize"]) - 1) * WORK


def emptied(values: Values) -> float:
    rounds = ceil(PUT_BEFORE_THE_END / len(consumer_numbers(values)))
    return (1 if thrown_away(values) else rounds) * WORK


def equal_ones(recording: Recording, values: Values) -> list[tuple[int, int]]:
    """Return the pairs of tasks that came one after the other with the same priority."""
    pattern = r"^worker: took task (\d+), priority (\d+)$"
    taken = [(int(found[2]), int(found[1])) for found in matches(recording, pattern)]
    return [(a[1], b[1]) for a, b in pairwise(taken) if a[0] == b[0]]


finished = ended_as(lambda values: "finished")


each_once = printed_once_each(GOT, items_of_all)
producer_went_on = judged(
    printed_number(PRODUCER_DONE), lambda took, values: took < WORK / 2 or not wait_for_room(values)
)
by_priority = printed_ascending(PRIORITY)
all_taken = equals(TAKEN, lambda values: PUT_BEFORE_THE_END)

topic = Topic(
    level=2,
    demos=(
        Demo(
            slug="producers-and-consumers",
            ideal=Ideal(shared_work),
            outcome=DemoOutcome(shared_out(SHARE)),
            headline=Headline(
                {
                    "largest": largest(ITEMS),
                    "all": given(lambda values: len(items_of_all(values))),
                }
            ),
            beside=(
                Pair(
                    name="one-or-four-consumers",
                    other="thread-queue/producers-and-consumers",
                    values={"items": 4, "consumers": 1},
                    other_values={"items": 4, "consumers": 4},
                ),
            ),
            parameters=(
                workers_of("producers", 2),
                workers_of("consumers", 3),
                item_count(6),
            ),
            questions=(
                Question(
                    "takers",
                    (
                        Option("all", unless(each_once), never=True),
                        Option("one", each_once),
                    ),
                ),
            ),
            claims=(
                Claim("every-item-once", printed_once_each(GOT, items_of_all)),
                Claim("first-in-first-out", taken_as_put("queue")),
                Claim("every-consumer-done", printed_once_each(CONSUMER_DONE, consumer_numbers)),
                every_thread_ended,
                Claim("took-shared-work", took_about(shared_work)),
            ),
            observations=(Claim("every-consumer-busy", printed_once_each(BUSY, consumer_numbers)),),
        ),
        Demo(
            slug="task-done-and-join",
            ideal=Ideal(rounds_of_work),
            outcome=DemoOutcome(order_of(DONE)),
            headline=out_of_turn(DONE),
            parameters=(workers_of("workers", 2), item_count(6)),
            questions=(
                Question(
                    "alive",
                    (
                        Option("none", equals(ALIVE, lambda values: 0), never=True),
                        Option("all", equals(ALIVE, lambda values: int(values["workers"]))),
                    ),
                ),
            ),
            claims=(
                Claim("every-item-done", printed_once_each(DONE, items)),
                Claim("join-after-the-last", printed_in_order(DONE, ALL_DONE)),
                Claim("workers-live-on", equals(ALIVE, lambda values: int(values["workers"]))),
                Claim("took-rounds", took_about(rounds_of_work)),
            ),
            observations=(Claim("done-in-order", printed_ascending(DONE)),),
        ),
        Demo(
            slug="forgot-task-done",
            ideal=Ideal(lambda values: len(fit(values)) * FIT_WORK),
            outcome=DemoOutcome(ending()),
            beside=(
                Pair(
                    name="forgotten-or-reported",
                    other="thread-queue/task-done-and-join",
                    values={"items": 4},
                    other_values={"items": 4, "workers": 1},
                ),
            ),
            parameters=(item_count(4, maximum=10),),
            questions=(
                Question(
                    "end",
                    (
                        Option("ends", finished, never=True),
                        Option("hangs", unless(finished)),
                    ),
                    see="thread-queue/task-done-and-join",
                ),
            ),
            lines=(
                Question(
                    "wait",
                    (
                        at("puts", "queue.put(item)", never=True),
                        at("joins", "queue.join()"),
                        at("gets", "item = queue.get()", never=True),
                    ),
                    line=line_of_longest_wait(r"^MainThread$"),
                ),
            ),
            trap=True,
            next="bounded",
            claims=(
                of_any("never-ends", without_figure(seen_to_end_as(lambda values: "deadlocked"))),
                of_any(
                    "both-wait-for-the-queue",
                    waited_in_a_cycle(
                        ("MainThread", "queue", "worker"), ("worker", "queue", "MainThread")
                    ),
                ),
                of_any("one-skipped", printed_once_each(SKIPPED, lambda values: [unfit(values)])),
                of_any("others-done", printed_once_each(DONE, fit)),
                of_any("join-never-returned", never_printed(ALL_DONE)),
            ),
        ),
        Demo(
            slug="bounded",
            ideal=Ideal(work_of_one),
            outcome=DemoOutcome(printed_number(PRODUCER_DONE)),
            headline=waited_for_room(),
            beside=(
                Pair(
                    name="little-or-much-room",
                    other="thread-queue/bounded",
                    values={"items": 8, "maxsize": 1},
                    other_values={"items": 8, "maxsize": 5},
                ),
            ),
            parameters=(maxsize, item_count(8)),
            questions=(
                Question(
                    "done",
                    (
                        Option("at-once", producer_went_on, when={"items": 1}),
                        Option("held-up", unless(producer_went_on)),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "never-longer",
                    never_longer_than("queue", lambda values: int(values["maxsize"])),
                ),
                Claim(
                    "producer-held-up",
                    lasted_at_least(printed_number(PRODUCER_DONE), wait_for_room),
                ),
                Claim("items-in-order", printed_sequence(TOOK_ITEM, items)),
                every_thread_ended,
                Claim("took-work", took_at_least(work_of_one)),
            ),
        ),
        Demo(
            slug="by-priority",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(TOOK_TASK)),
            headline=out_of_turn(TOOK_TASK),
            parameters=(item_count(6, maximum=10),),
            questions=(
                Question(
                    "order",
                    (
                        Option("put", unless(by_priority), never=True),
                        Option("priority", by_priority),
                    ),
                ),
            ),
            claims=(
                Claim("all-put-first", printed_in_order(PUT_TASK, TOOK_TASK)),
                Claim("every-task-once", printed_once_each(TOOK_TASK, items)),
                Claim("urgent-first", printed_ascending(PRIORITY)),
                Claim(
                    "equal-as-put",
                    judged(equal_ones, lambda pairs, values: all(a < b for a, b in pairs)),
                ),
            ),
            observations=(Claim("came-as-put", printed_ascending(TOOK_TASK)),),
        ),
        Demo(
            slug="shut-down",
            needs=Needs(python="3.13"),
            ideal=Ideal(emptied),
            outcome=DemoOutcome(printed_number(TAKEN)),
            parameters=(workers_of("consumers", 2), immediate),
            questions=(
                Question(
                    "taken",
                    (
                        Option("all", all_taken),
                        Option("lost", unless(all_taken), when={"immediate": "yes"}),
                    ),
                ),
            ),
            claims=(
                Claim("every-consumer-left", printed_once_each(SHUT_OUT, consumer_numbers)),
                Claim("put-refused", printed(REFUSED)),
                Claim(
                    "nothing-lost",
                    where(
                        nothing_thrown_away,
                        printed_once_each(GOT, lambda values: range(1, PUT_BEFORE_THE_END + 1)),
                    ),
                ),
                Claim("never-more-than-put", at_most(TAKEN, lambda values: PUT_BEFORE_THE_END)),
                every_thread_ended,
            ),
        ),
    ),
)
