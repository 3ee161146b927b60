"""Topic 13: queues between processes, and how a consumer learns that there are no more items."""

import math
import re
from collections.abc import Callable

from webapp.lessons.claims import Check, Claim, Measured, judged, unless, where
from webapp.lessons.common import a_pid_each, forked, start_method
from webapp.lessons.common.headlines import together, waited_for_room
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import given, rounded
from webapp.lessons.measures.printed.lines import (
    either,
    lines_that_fit,
    printed,
    printed_exactly_when,
    printed_once_each,
    shared_out,
)
from webapp.lessons.measures.printed.numbers import at_most, equals, largest, printed_number
from webapp.lessons.measures.printed.order import printed_in_order, printed_sequence
from webapp.lessons.measures.timing import lasted_at_least, took_about, took_at_least
from webapp.lessons.measures.waiting import never_longer_than, slept_together
from webapp.lessons.measures.workers import every_worker_ended, ran_processes
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

APPENDED = r"^Process Producer : item (\d+) appended to queue producer-1$"
SIZE = r"^The size of queue is (\d+)$"
POPPED = r"^Process Consumer : item (\d+) popped from by consumer-2$"
EMPTY = r"^the queue is empty$"
PUT = r"^producer: put item (\d+)"
GOT = r"^consumer(?:-\d+)?: got item (\d+)$"
CAME_OUT = r"^(?:consumer: got|parent: found) item (\d+)$"
STOPPED = r"^consumer: the queue is empty, I stop$"
LEFT = r"^parent: (\d+) of \d+ items were left behind$"
CONSUMER_DONE = r"^consumer-(\d+): done, items: \d+$"
SHARE = r"^(consumer-\d+): done, items: (\d+)$"
GOT_IN_TIME = r"^consumer: got the item after "
GAVE_UP = r"^consumer: gave up after ([\d.]+) s$"
ITEM_CAME = r"^consumer: (?:got|found) the item"
BUSY = r"^consumer-(\d+): done, items: [1-9]\d*$"
PRODUCER_DONE = r"^producer: done after ([\d.]+) s$"
# Seconds that a consumer works on an item, in demos without a parameter for it.
WORK = 0.1
# Nearer to each other than this, in seconds, a busy machine may turn an item and a timeout round.
TOO_CLOSE = 0.1


def item_count(default: int) -> Integer:
    return Integer(name="n", default=default, minimum=1, maximum=20)


pace_seconds = Float(name="pace_seconds", default=0.2, minimum=0, maximum=0.5)

consumers = Integer(name="consumers", default=2, minimum=1, maximum=4)

delay_seconds = Float(name="delay_seconds", default=0.6, minimum=0, maximum=2)

timeout_seconds = Float(name="timeout_seconds", default=0.2, minimum=0, maximum=2)

maxsize = Integer(name="maxsize", default=2, minimum=1, maximum=5)


def items(values: Values) -> range:
    return range(1, int(values["n"]) + 1)


def item_total(values: Values) -> int:
    return int(values["n"])


def consumer_count(values: Values) -> int:
    return int(values["consumers"])


def consumer_numbers(values: Values) -> range:
    return range(1, consumer_count(values) + 1)


def delay(values: Values) -> float:
    return float(values["delay_seconds"])


def timeout(values: Values) -> float:
    return float(values["timeout_seconds"])


def apart(values: Values) -> float:
    return abs(timeout(values) - delay(values))


def patient(values: Values) -> bool:
    return timeout(values) > delay(values)


def clear_case(values: Values) -> bool:
    """By spawn and forkserver the item comes later than the delay: it takes time to start."""
    return apart(values) > TOO_CLOSE and (forked(values) or not patient(values))


def surely_in_vain(values: Values) -> bool:
    return clear_case(values) and not patient(values)


def paced_consumption(values: Values) -> float:
    return 2 * item_total(values) * float(values["pace_seconds"])


def shared_work(values: Values) -> float:
    return math.ceil(item_total(values) / consumer_count(values)) * WORK


def work_of_one(values: Values) -> float:
    return item_total(values) * WORK


def wait_for_room(values: Values) -> float:
    """Return the time until there is room for the last put: the consumer takes item n − maxsize."""
    return max(0, item_total(values) - int(values["maxsize"]) - 1) * WORK


def of_lines(measure: Callable[[list[str], Values], Measured]) -> Check:
    """Return a check of the lines' texts."""
    return lambda recording, values: measure([line.text for line in recording.lines], values)


def came_out_as_they_went_in(lines: list[str], values: Values) -> Measured:
    """Check that items were popped in the order in which they were appended."""
    appended: list[str] = []
    popped = right = 0
    for line in lines:
        if found := re.search(APPENDED, line):
            appended.append(found.group(1))
        elif found := re.search(POPPED, line):
            right += popped < len(appended) and appended[popped] == found.group(1)
            popped += 1
    total = item_total(values)
    return Measured(len(appended) == popped == right == total, f"{right} / {total}")


def sizes_fit(lines: list[str], values: Values) -> Measured:
    """Check the sizes: appended − popped, or one less if an item is taken but not yet printed."""
    waiting = right = 0
    sizes: list[str] = []
    for line in lines:
        waiting += bool(re.search(APPENDED, line))
        waiting -= bool(re.search(POPPED, line))
        if found := re.search(SIZE, line):
            sizes.append(found.group(1))
            right += int(found.group(1)) in (waiting - 1, waiting)
    return Measured(len(sizes) == right == item_total(values), " ".join(sizes))


# The producer ended only after the consumer had made room for its last item.
held_up = lasted_at_least(printed_number(PRODUCER_DONE), wait_for_room)

all_ended = Claim("all-ended", every_worker_ended())
three_processes = Claim("three-processes", ran_processes(lambda values: 3))

LATER = r"^consumer: found the item later$"


all_done = printed_once_each(CONSUMER_DONE, consumer_numbers)
one_waits = judged(largest(SIZE), lambda most, values: most <= 1)
producer_went_on = judged(
    printed_number(PRODUCER_DONE), lambda took, values: took < WORK / 2 or not wait_for_room(values)
)

topic = Topic(
    level=2,
    picture="bounded-queue",
    demos=(
        Demo(
            slug="producer-consumer",
            ideal=Ideal(paced_consumption),
            outcome=DemoOutcome(largest(SIZE)),
            parameters=(item_count(5), pace_seconds, start_method),
            questions=(
                Question(
                    "size",
                    (
                        Option("one", one_waits, when={"n": 1}),
                        Option("more", unless(one_waits)),
                    ),
                    see="process-queue/bounded-queue",
                ),
            ),
            claims=(
                Claim("popped-in-order", of_lines(came_out_as_they_went_in)),
                Claim("sizes-agree", of_lines(sizes_fit)),
                Claim("empty-after-last", printed_in_order(f"{APPENDED}|{POPPED}", EMPTY)),
                three_processes,
                all_ended,
                Claim("took-paces", where(forked, took_about(paced_consumption))),
            ),
        ),
        Demo(
            slug="empty-is-a-race",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(printed_number(LEFT)),
            headline=Headline({"left": printed_number(LEFT), "all": given(item_total)}),
            parameters=(item_count(5), start_method),
            questions=(
                Question(
                    "left",
                    (
                        Option(
                            "none", equals(LEFT, lambda values: 0), when={"start_method": "spawn"}
                        ),
                        Option(
                            "some",
                            unless(equals(LEFT, lambda values: 0), equals(LEFT, item_total)),
                            rare=True,
                        ),
                        Option("all", equals(LEFT, item_total)),
                    ),
                    varies=True,
                    see="process-queue/sentinel",
                ),
            ),
            trap=True,
            next="sentinel",
            claims=(
                Claim("every-item-produced", printed_once_each(PUT, items)),
                Claim("every-item-taken-once", printed_once_each(CAME_OUT, items)),
                Claim("stopped-before-parent-looked", printed_in_order(STOPPED, r"^parent: ")),
                three_processes,
                all_ended,
            ),
            observations=(Claim("left-behind", at_most(LEFT, item_total)),),
        ),
        Demo(
            slug="sentinel",
            ideal=Ideal(shared_work),
            outcome=DemoOutcome(shared_out(SHARE)),
            headline=together(work_of_one),
            beside=(
                Pair(
                    name="one-or-four-consumers",
                    other="process-queue/sentinel",
                    values={"n": 8, "consumers": 1},
                    other_values={"n": 8, "consumers": 4},
                ),
            ),
            parameters=(item_count(5), consumers, start_method),
            questions=(
                Question(
                    "done",
                    (
                        Option("one", unless(all_done), never=True),
                        Option("all", all_done),
                    ),
                ),
            ),
            claims=(
                Claim("every-item-consumed-once", printed_once_each(GOT, items)),
                Claim(
                    "every-consumer-done",
                    printed_once_each(CONSUMER_DONE, consumer_numbers),
                ),
                Claim("a-pid-each", ran_processes(lambda values: consumer_count(values) + 2)),
                all_ended,
                Claim("took-shared-work", where(forked, took_about(shared_work))),
            ),
            observations=(
                Claim("every-consumer-busy", printed_once_each(BUSY, consumer_numbers)),
                Claim(
                    "worked-together",
                    slept_together(lambda values: min(item_total(values), consumer_count(values))),
                ),
            ),
        ),
        Demo(
            slug="bounded-queue",
            ideal=Ideal(work_of_one),
            outcome=DemoOutcome(printed_number(PRODUCER_DONE)),
            headline=waited_for_room(),
            beside=(
                Pair(
                    name="little-or-much-room",
                    other="process-queue/bounded-queue",
                    values={"n": 8, "maxsize": 1},
                    other_values={"n": 8, "maxsize": 5},
                ),
            ),
            parameters=(item_count(8), maxsize, start_method),
            questions=(
                Question(
                    "done",
                    (
                        Option("at-once", producer_went_on, when={"n": 1}),
                        Option("held-up", unless(producer_went_on)),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "never-longer",
                    never_longer_than("queue", lambda values: int(values["maxsize"])),
                ),
                Claim("producer-held-up", held_up),
                Claim("items-in-order", printed_sequence(GOT, items)),
                three_processes,
                all_ended,
                Claim("took-work", took_at_least(work_of_one)),
            ),
        ),
        Demo(
            slug="get-with-timeout",
            ideal=Ideal(delay),
            outcome=DemoOutcome(
                either({GOT_IN_TIME: "got-it", GAVE_UP: "gave-up"}),
                answers=("got-it", "gave-up"),
            ),
            headline=Headline(
                {
                    "gave_up": lines_that_fit(GAVE_UP),
                    "waited": rounded(printed_number(r"^consumer: .* after ([\d.]+) s$")),
                }
            ),
            parameters=(delay_seconds, timeout_seconds, start_method),
            questions=(
                Question(
                    "item",
                    (
                        Option("in-time", printed(GOT_IN_TIME), when={"delay_seconds": 0.0}),
                        Option("later", printed(LATER)),
                        Option("lost", unless(printed(ITEM_CAME)), never=True),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "got-it-by-timeout",
                    where(clear_case, printed_exactly_when(GOT_IN_TIME, patient)),
                    margin=apart,
                ),
                Claim(
                    "waited-the-timeout",
                    where(surely_in_vain, lasted_at_least(printed_number(GAVE_UP), timeout)),
                    margin=apart,
                ),
                Claim("item-came", printed(ITEM_CAME)),
                a_pid_each(lambda values: 1),
                all_ended,
                Claim("took-delay", where(forked, took_about(delay))),
            ),
        ),
    ),
)
