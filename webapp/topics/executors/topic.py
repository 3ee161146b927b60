"""Topic 23: executors and futures: pools of threads and of processes with the same methods."""

from webapp.engine.machines import Needs
from webapp.lessons.claims import Claim, judged, unless, where
from webapp.lessons.common import every_child_ended, every_thread_ended, forked, start_method
from webapp.lessons.common.headlines import out_of_turn, together
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Measure, derived, given, more, rounded
from webapp.lessons.measures.printed import words
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    never_printed,
    printed,
    printed_alike,
    printed_exactly_when,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import below, least, printed_number
from webapp.lessons.measures.printed.order import (
    begun_at_once,
    order_of,
    printed_after,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about, took_at_least, took_nearest
from webapp.lessons.measures.workers import ran_in_one_process, worker_count
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.primes import primes_in
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

BEGINS = r"^task (\d+) begins$"
DONE = r"^task (\d+) is done$"
RESULT = r"^result of task (\d+): "
SQUARE = r"^result: (\d+)$"
IN_PROCESS = r"^task (\d+) in process \d+$"
PID = r"^task \d+ in process (\d+)$"
ARRIVED = r"^result of task (\d+) arrived$"
HEARD = r"ZeroDivisionError"
BY_MAP = r"^map: result of task (\d+)$"
BY_SUBMIT = r"^submit: result of task (\d+)$"
MAP_RAISED = r"^map: ValueError, task (\d+) is broken$"
SUBMIT_RAISED = r"^submit: ValueError, task (\d+) is broken$"
RESULTS = r"^(?:threads|processes): results (\[.*\]), took"
THREADS_TOOK = r"^threads: .* took ([\d.]+) s$"
PROCESSES_TOOK = r"^processes: .* took ([\d.]+) s$"

# As in the demos; times are seconds.
SQUARING = 0.1
STEP = 0.15
WAITING = 0.1
FIRST, NUMBERS = 1_000_000, 24_000
# What one number took to be tested for being prime, where this was written.
SECONDS_A_NUMBER = 2.5e-6

seconds = Float(name="seconds", default=0.2, minimum=0, maximum=1)

ask = Choice(name="ask", default="no", options=("yes", "no"))

kind = Choice(name="kind", default="cpu", options=("cpu", "io"))


def task_count(default: int, maximum: int, minimum: int = 1) -> Integer:
    return Integer(name="tasks", default=default, minimum=minimum, maximum=maximum)


def pool_size(default: int, maximum: int) -> Integer:
    return Integer(name="workers", default=default, minimum=1, maximum=maximum)


def count(values: Values) -> int:
    return int(values["tasks"])


def workers(values: Values) -> int:
    return int(values["workers"])


def tasks(values: Values) -> range:
    return range(1, count(values) + 1)


def rounds(values: Values) -> int:
    """Return how many tasks one after another some worker has, at least."""
    return -(-count(values) // workers(values))


def thread_pool_seconds(values: Values) -> float:
    return rounds(values) * float(values["seconds"])


def process_pool_seconds(values: Values) -> float:
    return rounds(values) * SQUARING


def longest_task(values: Values) -> float:
    return count(values) * STEP


def asked(values: Values) -> bool:
    return str(values["ask"]) == "yes"


def broken(values: Values) -> int:
    return (count(values) + 1) // 2


def before_the_broken(values: Values) -> range:
    return range(1, broken(values))


def all_but_the_broken(values: Values) -> list[int]:
    return [task for task in tasks(values) if task != broken(values)]


def waits(values: Values) -> bool:
    return str(values["kind"]) == "io"


def both_ways_seconds(values: Values) -> float:
    if waits(values):
        return 2 * rounds(values) * WAITING
    # Threads that compute take turns, processes do not.
    one_task = NUMBERS * SECONDS_A_NUMBER
    return (count(values) + rounds(values)) * one_task


def right_results(values: Values) -> list[list[int]]:
    starts = [FIRST + NUMBERS * task for task in range(count(values))]
    counts = [primes_in(start, start + NUMBERS) for start in starts]
    return [list(range(count(values))) if waits(values) else counts] * 2


# How many processes had tasks.
processes_used: Measure[int] = derived(words(PID), lambda pids: len(set(pids)))

no_more_processes = judged(processes_used, lambda used, values: 0 < used <= workers(values))

no_more_threads = judged(worker_count(), lambda used, values: 0 < used <= workers(values))


def one_task(values: Values) -> float:
    return float(values["seconds"])


def all_tasks(values: Values) -> float:
    return count(values) * one_task(values)


a_process_each = judged(processes_used, lambda used, values: used == count(values))
as_submitted = printed_sequence(ARRIVED, tasks)
before_only = printed_sequence(BY_MAP, before_the_broken)
all_good = printed_sequence(BY_MAP, all_but_the_broken)
processes_won = below(PROCESSES_TOOK, THREADS_TOOK)


def squaring_in_a_row(values: Values) -> float:
    return count(values) * SQUARING


topic = Topic(
    level=2,
    picture="as-completed",
    demos=(
        Demo(
            slug="thread-pool",
            ideal=Ideal(thread_pool_seconds),
            outcome=DemoOutcome(order_of(DONE)),
            headline=together(all_tasks),
            parameters=(task_count(8, 20), pool_size(3, 5), seconds),
            beside=(
                Pair(
                    name="one-worker-or-four",
                    other="executors/thread-pool",
                    values={"workers": 1},
                    other_values={"workers": 4},
                ),
            ),
            questions=(
                Question(
                    "time",
                    (
                        Option(
                            "one",
                            took_nearest(one_task, thread_pool_seconds, all_tasks),
                            when={"tasks": 1},
                        ),
                        Option("rounds", took_nearest(thread_pool_seconds, one_task, all_tasks)),
                        Option(
                            "all",
                            took_nearest(all_tasks, one_task, thread_pool_seconds),
                            Misconception.SLEEP_HOLDS_GIL,
                            when={"workers": 1},
                        ),
                    ),
                    see="the-gil/sleep-releases-it",
                ),
            ),
            claims=(
                Claim("within-workers", begun_at_once(BEGINS, DONE, workers)),
                Claim("no-more-threads", no_more_threads),
                Claim("results-as-submitted", printed_sequence(RESULT, tasks)),
                Claim("every-task-once", printed_once_each(DONE, tasks)),
                Claim("one-process", ran_in_one_process()),
                every_thread_ended,
                Claim("took-rounds", took_about(thread_pool_seconds)),
            ),
        ),
        Demo(
            slug="process-pool",
            ideal=Ideal(process_pool_seconds),
            outcome=DemoOutcome(processes_used),
            headline=together(squaring_in_a_row),
            parameters=(task_count(6, 20), pool_size(2, 4), start_method),
            questions=(
                Question(
                    "processes",
                    (
                        Option("each", a_process_each, when={"tasks": 1}),
                        Option("workers", unless(a_process_each)),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "squares-in-order",
                    printed_sequence(SQUARE, lambda values: [n * n for n in tasks(values)]),
                ),
                Claim("every-task-once", printed_once_each(IN_PROCESS, tasks)),
                Claim("no-more-processes", no_more_processes),
                every_child_ended,
                Claim("took-rounds-at-least", took_at_least(process_pool_seconds)),
                Claim("took-ideal", where(forked, took_about(process_pool_seconds))),
            ),
        ),
        Demo(
            slug="as-completed",
            ideal=Ideal(longest_task),
            outcome=DemoOutcome(order_of(ARRIVED)),
            headline=out_of_turn(ARRIVED),
            parameters=(task_count(5, 10, minimum=2),),
            questions=(
                Question(
                    "order",
                    (
                        Option("submitted", as_submitted, Misconception.START_ORDER, never=True),
                        Option("done", unless(as_submitted)),
                    ),
                ),
            ),
            claims=(
                Claim("every-result-once", printed_once_each(ARRIVED, tasks)),
                Claim("result-after-task", printed_after(ARRIVED, DONE)),
                Claim(
                    "last-first",
                    printed_sequence(ARRIVED, lambda values: reversed(tasks(values))),
                    margin=lambda values: STEP,
                ),
                every_thread_ended,
                Claim("took-the-longest", took_about(longest_task)),
            ),
        ),
        Demo(
            slug="an-exception-nobody-asks-for",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(lines_that_fit(HEARD)),
            headline=Headline(
                {"unheard": derived(lines_that_fit(HEARD), lambda heard: int(heard == 0))}
            ),
            parameters=(ask,),
            questions=(
                Question(
                    "heard",
                    (
                        Option(
                            "told",
                            unless(never_printed(HEARD)),
                            Misconception.JOIN_RAISES,
                            when={"ask": "yes"},
                        ),
                        Option("silent", never_printed(HEARD)),
                    ),
                    see="executors/map-or-submit",
                ),
            ),
            trap=True,
            beside=(
                Pair(
                    name="asked-or-not",
                    other="executors/an-exception-nobody-asks-for",
                    values={"ask": "no"},
                    other_values={"ask": "yes"},
                ),
            ),
            claims=(
                Claim("heard-when-asked", printed_exactly_when(HEARD, asked)),
                Claim("began", printed("^task: begins$")),
                Claim("never-done", never_printed("^task: is done$")),
                Claim("main-went-on", printed("^main: all is well$")),
                every_thread_ended,
            ),
        ),
        Demo(
            slug="map-or-submit",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(lines_that_fit(BY_MAP)),
            headline=Headline(
                {
                    "more": more(lines_that_fit(BY_SUBMIT), lines_that_fit(BY_MAP)),
                    "by_map": lines_that_fit(BY_MAP),
                    "by_submit": lines_that_fit(BY_SUBMIT),
                    "all": given(count),
                }
            ),
            parameters=(task_count(4, 10),),
            questions=(
                Question(
                    "by-map",
                    (
                        Option("good", all_good, when={"tasks": 1}),
                        Option("before", before_only),
                    ),
                ),
            ),
            claims=(
                Claim("map-stops", printed_sequence(BY_MAP, before_the_broken)),
                Claim("map-raised", printed_sequence(MAP_RAISED, lambda v: [broken(v)])),
                Claim("submit-goes-on", printed_sequence(BY_SUBMIT, all_but_the_broken)),
                Claim("submit-raised", printed_sequence(SUBMIT_RAISED, lambda v: [broken(v)])),
                every_thread_ended,
            ),
        ),
        Demo(
            slug="cpu-or-io",
            needs=Needs(cores=2),
            ideal=Ideal(both_ways_seconds),
            outcome=DemoOutcome(
                least(r"^(threads|processes): .* took ([\d.]+) s$"),
                answers=("threads", "processes"),
            ),
            headline=Headline(
                {
                    "gain": more(printed_number(THREADS_TOOK), printed_number(PROCESSES_TOOK)),
                    "threads": rounded(printed_number(THREADS_TOOK)),
                    "processes": rounded(printed_number(PROCESSES_TOOK)),
                }
            ),
            parameters=(kind, pool_size(2, 4), task_count(4, 8)),
            beside=(
                Pair(
                    name="computing-or-waiting",
                    other="executors/cpu-or-io",
                    values={"kind": "cpu"},
                    other_values={"kind": "io"},
                ),
            ),
            questions=(
                Question(
                    "quicker",
                    (
                        Option(
                            "threads",
                            unless(processes_won),
                            Misconception.THREADS_SPEED_UP,
                            when={"kind": "io"},
                        ),
                        Option("processes", processes_won),
                    ),
                    see="the-gil/one-job-five-ways",
                ),
            ),
            claims=(
                Claim("same-results", printed_alike(RESULTS)),
                Claim("results-right", printed_sequence(RESULTS, right_results)),
                Claim("all-ended", every_thread_ended.check),
            ),
            observations=(Claim("processes-quicker", below(PROCESSES_TOOK, THREADS_TOOK)),),
        ),
    ),
)
