"""Topic 15: a pool of processes carries out tasks: map, chunks, order, speed-up."""

from collections.abc import Callable, Iterable
from heapq import heapreplace
from itertools import combinations
from re import findall, search

from webapp.engine.machines import Needs
from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Claim, Measured, judged, unless, where
from webapp.lessons.common import forked, start_method
from webapp.lessons.common.headlines import out_of_turn, sped_up
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Measure, both, derived, given, more, out_of, rounded
from webapp.lessons.measures.printed import words
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    never_printed,
    printed,
    printed_alike,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import (
    at_most,
    below,
    equals,
    printed_ascending,
    printed_number,
)
from webapp.lessons.measures.printed.order import order_of, printed_after, printed_sequence
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.workers import every_worker_ended, started_workers
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

POOL = r"^Pool: (\[.*\])$"
SQUARED = r"PoolWorker-\d+': (\d+)"
DONE = r"^task (\d+) is done$"
ARRIVED = r"^result of task (\d+) arrived$"
SHARE = r"^\w+-\d+: (\d+) tasks, "
BUSY = r"^(\d+) of \d+ workers had work$"
MAP_RAISED = r"^map: ZeroDivisionError"
MAP_GAVE = r"^map: \["
IN_WORKER = r"^  File .* in divide$"
REPORTED = r"^apply_async: ZeroDivisionError"
RESULT = r"^task (\d): -?[\d.]+$"
NO_RESULT = r"^task (\d): no result$"
SUM = r"^(?:serial|pool): sum (\d+), "
SERIAL_TOOK = r"^serial: .* took ([\d.]+) s$"
POOL_TOOK = r"^pool: .* took ([\d.]+) s$"
SPEED_UP = r"^speed-up: ([\d.]+), "
IDEAL_SPEED_UP = r"^speed-up: .* ideal: (\d+)$"

# As in the demos; times are seconds.
LONG, SHORT = 0.4, 0.1
STEP = 0.002
RAISING = range(1, 6)
BLOCKS, BLOCK_SIZE = 12, 300_000
# Time per number in pool-or-serial on the machine where this was written.
SECONDS_A_NUMBER = 35e-9
# Ends with less between them may swap on a busy machine.
TOO_CLOSE = 0.15


def bound(name: str, default: int) -> Integer:
    return Integer(name=name, default=default, minimum=-1000, maximum=1000)


def task_count(default: int, minimum: int, maximum: int) -> Integer:
    return Integer(name="tasks", default=default, minimum=minimum, maximum=maximum)


def process_count(default: int) -> Integer:
    return Integer(name="processes", default=default, minimum=1, maximum=4)


bad = Integer(name="bad", default=3, minimum=1, maximum=5)

chunksize = Integer(name="chunksize", default=1, minimum=1, maximum=100)

amount = Integer(name="work", default=3, minimum=1, maximum=10)


def workers(values: Values) -> int:
    return int(values["processes"])


def tasks(values: Values) -> range:
    return range(1, int(values["tasks"]) + 1)


def bad_task(values: Values) -> int:
    return int(values["bad"])


def good_tasks(values: Values) -> list[int]:
    return [task for task in RAISING if task != bad_task(values)]


def numbers(values: Values) -> range:
    return range(int(values["start"]), int(values["end"]) + 1)


def squares(values: Values) -> list[int]:
    return [number * number for number in numbers(values)]


def lengths(values: Values) -> list[float]:
    """Return the seconds that each task of unordered takes."""
    return [LONG if task % 3 == 1 else SHORT for task in tasks(values)]


def chunk_lengths(values: Values) -> list[float]:
    """Return the seconds that each chunk of chunksize takes."""
    todo, size = tasks(values), int(values["chunksize"])
    return [STEP * sum(todo[first : first + size]) for first in range(0, len(todo), size)]


def makespan(lengths: Iterable[float], workers: int) -> float:
    """Return the total time if each piece, in turn, goes to the worker that is free first."""
    free_at = [0.0] * workers
    for length in lengths:
        heapreplace(free_at, free_at[0] + length)
    return max(free_at)


def no_quicker_than(lengths: list[float], workers: int) -> float:
    """Return a lower bound of any schedule: the work in equal parts, or the longest piece."""
    return max(sum(lengths) / workers, *lengths)


def unordered_seconds(values: Values) -> float:
    return makespan(lengths(values), workers(values))


def chunked_seconds(values: Values) -> float:
    return makespan(chunk_lengths(values), workers(values))


def serial_seconds(values: Values) -> float:
    return int(values["work"]) * BLOCKS * BLOCK_SIZE * SECONDS_A_NUMBER


def sum_of_all_squares(values: Values) -> int:
    last = int(values["work"]) * BLOCKS * BLOCK_SIZE - 1
    return last * (last + 1) * (2 * last + 1) // 6


def shares(pattern: str) -> Measure[list[int]]:
    """Measure the numbers of all matches of `pattern`, in one line or in several."""
    return lambda recording, values: [
        int(share) for line in recording.lines for share in findall(pattern, line.text)
    ]


def add_up_to(pattern: str, total: Callable[[Values], int]) -> Check:
    """Check that the printed shares add up to `total`."""
    return judged(
        shares(pattern),
        lambda seen, values: sum(seen) == total(values),
        lambda seen: " + ".join(map(str, seen)) or "0",
    )


def everybody_had_one(pattern: str) -> Check:
    """Check that every worker printed a share, and none of them is 0."""
    return judged(
        out_of(derived(shares(pattern), lambda seen: sum(map(bool, seen))), workers),
        lambda had_one, values: had_one.complete,
    )


# The largest number of numbers that one worker squared.
largest_share = derived(shares(SQUARED), lambda seen: max(seen, default=None))


def arrived_as_done(recording: Recording, values: Values) -> Measured:
    """Check that results arrived in the order of their ends, unless those were TOO_CLOSE."""
    done_at: dict[str, float] = {}
    arrived: list[str] = []
    for line in recording.lines:
        if done := search(DONE, line.text):
            done_at[done.group(1)] = line.time / 1e6
        elif result := search(ARRIVED, line.text):
            arrived.append(result.group(1))
    if set(arrived) != set(done_at):
        return Measured(False)
    pairs = combinations(arrived, 2)
    right = all(done_at[first] < done_at[then] + TOO_CLOSE for first, then in pairs)
    return Measured(right, " ".join(arrived))


all_workers = Claim("all-workers", started_workers(workers))
all_ended = Claim("all-ended", every_worker_ended())

# A measured speed-up counts as the ideal from this share of it on.
NEARLY = 0.95


def faster(least: float, most: float) -> Check:
    return judged(printed_number(SPEED_UP), lambda found, values: least <= found < most)


in_order_of_numbers = printed_once_each(POOL, lambda values: [squares(values)])
first_came_first = judged(words(ARRIVED), lambda seen, values: seen[:1] == ["1"])
all_busy = equals(BUSY, workers)
as_ideal = judged(
    both(printed_number(SPEED_UP), printed_number(IDEAL_SPEED_UP)),
    lambda found, values: found[0] >= NEARLY * found[1],
)


WHOLE_TOOK = r"^the whole took ([\d.]+) s$"

topic = Topic(
    level=2,
    demos=(
        Demo(
            slug="map-squares",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(largest_share),
            headline=Headline(
                {"largest": largest_share, "all": given(lambda values: len(numbers(values)))}
            ),
            parameters=(
                bound("start", 0),
                bound("end", 100),
                process_count(4),
                start_method,
            ),
            questions=(
                Question(
                    "order",
                    (
                        Option("numbers", in_order_of_numbers),
                        Option("done", unless(in_order_of_numbers), never=True),
                    ),
                    see="process-pool/unordered",
                ),
            ),
            claims=(
                Claim("every-square", printed_once_each(POOL, lambda values: [squares(values)])),
                Claim("shares-add-up", add_up_to(SQUARED, lambda values: len(numbers(values)))),
                all_workers,
                all_ended,
            ),
            observations=(Claim("every-worker-had-some", everybody_had_one(SQUARED)),),
        ),
        Demo(
            slug="unordered",
            ideal=Ideal(unordered_seconds),
            outcome=DemoOutcome(order_of(ARRIVED)),
            headline=out_of_turn(ARRIVED),
            parameters=(task_count(8, minimum=1, maximum=20), process_count(2), start_method),
            questions=(
                Question(
                    "first",
                    (
                        Option(
                            "first", first_came_first, Misconception.START_ORDER, when={"tasks": 1}
                        ),
                        Option("short", unless(first_came_first)),
                    ),
                    see="executors/as-completed",
                ),
            ),
            claims=(
                Claim("every-result-once", printed_once_each(ARRIVED, tasks)),
                Claim("result-after-task", printed_after(ARRIVED, DONE)),
                Claim("results-by-completion", arrived_as_done, margin=lambda values: TOO_CLOSE),
                all_workers,
                all_ended,
                Claim(
                    "took-equal-parts",
                    took_at_least(lambda values: no_quicker_than(lengths(values), workers(values))),
                ),
                Claim("took-ideal", where(forked, took_about(unordered_seconds))),
            ),
            observations=(Claim("results-in-order", printed_ascending(ARRIVED)),),
        ),
        Demo(
            slug="chunksize",
            ideal=Ideal(chunked_seconds),
            outcome=DemoOutcome(printed_number(r"^the whole took ([\d.]+) s$")),
            headline=Headline(
                {
                    "idle": more(given(workers), printed_number(BUSY)),
                    "busy": printed_number(BUSY),
                    "all": given(workers),
                    "took": rounded(printed_number(WHOLE_TOOK)),
                }
            ),
            beside=(
                Pair(
                    name="small-chunks-or-one",
                    other="process-pool/chunksize",
                    values={"tasks": 32, "chunksize": 1, "processes": 2},
                    other_values={"tasks": 32, "chunksize": 32, "processes": 2},
                ),
            ),
            parameters=(
                task_count(32, minimum=8, maximum=100),
                chunksize,
                process_count(2),
                start_method,
            ),
            questions=(
                Question(
                    "busy",
                    (
                        Option("all", all_busy),
                        Option("not-all", unless(all_busy), when={"chunksize": 100}),
                    ),
                ),
            ),
            claims=(
                Claim("shares-add-up", add_up_to(SHARE, lambda values: len(tasks(values)))),
                Claim(
                    "workers-by-chunks",
                    at_most(BUSY, lambda values: min(workers(values), len(chunk_lengths(values)))),
                ),
                all_workers,
                all_ended,
                Claim(
                    "took-chunks",
                    took_at_least(
                        lambda values: no_quicker_than(chunk_lengths(values), workers(values))
                    ),
                ),
                Claim("took-ideal", where(forked, took_about(chunked_seconds))),
            ),
            observations=(Claim("every-worker-had-some", everybody_had_one(SHARE)),),
        ),
        Demo(
            slug="pool-or-serial",
            needs=Needs(cores=2),
            ideal=Ideal(lambda values: serial_seconds(values) * (1 + 1 / workers(values))),
            outcome=DemoOutcome(printed_number(SPEED_UP)),
            headline=sped_up(SPEED_UP, printed_number(IDEAL_SPEED_UP)),
            parameters=(amount, process_count(2), start_method),
            questions=(
                Question(
                    "speed-up",
                    (
                        Option("slower", faster(0, 1), when={"work": 1, "start_method": "spawn"}),
                        Option("less", unless(faster(0, 1), as_ideal)),
                        Option("ideal", as_ideal, rare=True),
                    ),
                    varies=True,
                ),
            ),
            claims=(
                Claim("same-sum", printed_alike(SUM)),
                Claim(
                    "sums-right",
                    printed_sequence(SUM, lambda values: [sum_of_all_squares(values)] * 2),
                ),
                all_workers,
                all_ended,
            ),
            observations=(
                Claim("pool-quicker", below(POOL_TOOK, SERIAL_TOOK)),
                Claim("speed-up", at_most(SPEED_UP, IDEAL_SPEED_UP)),
            ),
        ),
        Demo(
            slug="a-task-that-raises",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(lines_that_fit(RESULT)),
            headline=Headline(
                {
                    "came": lines_that_fit(RESULT),
                    "by_map": lines_that_fit(MAP_GAVE),
                    "all": given(lambda values: len(RAISING)),
                }
            ),
            parameters=(bad, process_count(2), start_method),
            questions=(
                Question(
                    "results",
                    (
                        Option("good", printed(MAP_GAVE), never=True),
                        Option("none", never_printed(MAP_GAVE)),
                    ),
                ),
            ),
            claims=(
                Claim("map-raised", printed(MAP_RAISED)),
                Claim("map-gave-nothing", never_printed(MAP_GAVE)),
                Claim("cause-names-the-task", printed(IN_WORKER)),
                Claim("error-reported-once", printed(REPORTED)),
                Claim("other-results-came", printed_once_each(RESULT, good_tasks)),
                Claim(
                    "one-had-none", printed_once_each(NO_RESULT, lambda values: [bad_task(values)])
                ),
                all_workers,
                all_ended,
            ),
        ),
    ),
)
