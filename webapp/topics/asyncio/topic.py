"""Topic 24: asyncio: many tasks that take turns in one thread."""

from collections.abc import Callable

from webapp.engine.events import Kind
from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, judged, unless, where
from webapp.lessons.common.headlines import lost_updates, together
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Share, both, given, more, watched
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    missing,
    never_printed,
    printed,
    printed_exactly_when,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import at_most, below, equals, printed_number
from webapp.lessons.measures.printed.order import (
    begun_at_once,
    most_begun,
    order_of,
    printed_in_order,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about, took_at_least, took_nearest
from webapp.lessons.measures.waiting import slept_together
from webapp.lessons.measures.workers import (
    ran_in_one_thread,
    started_tasks,
    started_workers,
    worker_count,
)
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

SLEPT = r"^(\d+) tasks have slept"
THREADS = r"^threads that ran them: (.+)$"
TOGETHER = r"^all together: ([\d.]+) s$"
ASKS = r"^fetch (\d+): asks$"
ANSWER = r"^fetch (\d+): has its answer$"
BEGINS = r"^task (\d+): begins$"
DONE = r"^task (\d+): is done$"
WORK = r"^task \d+: "
BEAT = r"^heart: beats$"
SAVED = r"^saved: "
SAVES = r"^main: saves$"
CLOSES = r"^main: closes the editor$"
NEVER_AWAITED = r"RuntimeWarning: coroutine 'save' was never awaited"
FINAL = r"^final: (\d+)$"
EXPECTED = r"^expected: (\d+)$"
SLOW_BEGINS = r"^slow: begins$"
CANCELLED = r"^slow: is cancelled$"
CLEANS_UP = r"^slow: cleans up$"
TIME_IS_UP = r"^main: the time is up$"
TASKS_WOKE = r"^tasks: (\d+) woke"
THREADS_WOKE = r"^threads: (\d+) woke"
TASKS_TOOK = r"^tasks: .* ([\d.]+) s"
THREADS_TOOK = r"^threads: .* ([\d.]+) s"
TASKS_MEMORY = r"^tasks: .* (\d+) kB"
THREADS_MEMORY = r"^threads: .* (\d+) kB"

# As in the demos; times are seconds.
FETCHING = 0.2
BLOCKING = 0.2
BEATING = 0.05
SLEEPING = 0.5

seconds_asleep = Float(name="seconds", default=0.5, minimum=0, maximum=2)

seconds_allowed = Float(name="seconds", default=0.5, minimum=0.1, maximum=2)

how = Choice(name="how", default="gather", options=("await", "gather", "taskgroup"))

awaited = Choice(name="awaited", default="no", options=("no", "yes"))

lock = Choice(name="lock", default="no", options=("no", "yes"))

increments = Integer(name="increments", default=20, minimum=1, maximum=100)

# A run on the site may have 200 threads.
sleeper_count = Integer(name="count", default=100, minimum=10, maximum=150)


def task_count(default: int, maximum: int, minimum: int = 1) -> Integer:
    return Integer(name="tasks", default=default, minimum=minimum, maximum=maximum)


def tasks(values: Values) -> int:
    return int(values["tasks"])


def numbers(values: Values) -> range:
    return range(1, tasks(values) + 1)


def asleep(values: Values) -> float:
    return float(values["seconds"])


def really_sleeps(values: Values) -> bool:
    return asleep(values) > 0


def in_turn(values: Values) -> bool:
    return str(values["how"]) == "await"


def fetches_at_once(values: Values) -> int:
    return 1 if in_turn(values) else tasks(values)


def fetching(values: Values) -> float:
    return FETCHING * tasks(values) / fetches_at_once(values)


def one_after_the_other(values: Values) -> float:
    return BLOCKING * tasks(values)


def is_awaited(values: Values) -> bool:
    return str(values["awaited"]) == "yes"


def is_forgotten(values: Values) -> bool:
    return not is_awaited(values)


def guarded(values: Values) -> bool:
    return str(values["lock"]) == "yes"


def sleepers(values: Values) -> int:
    return int(values["count"])


def beats_meanwhile(recording: Recording, values: Values) -> int:
    """How often the heart beat after the first work had begun, and before the last was done."""
    texts = [line.text for line in recording.lines]
    works = [at for at, text in enumerate(texts) if text.startswith("task ")]
    return sum(text == "heart: beats" for text in texts[works[0] : works[-1]]) if works else 0


def works_off_the_loop(recording: Recording, values: Values) -> Share:
    """How many lines of the works came from threads other than that of the event loop."""
    main = recording.receipt.pid
    lines = [line for line in recording.lines if line.text.startswith("task ")]
    return Share(sum(line.tid != main for line in lines), len(lines))


@watched
def cancelled_tasks(recording: Recording, values: Values) -> str:
    """Return the names of the tasks that were ended by their cancellation."""
    events = (event for event in recording.events if event.kind is Kind.CANCELLED)
    return ", ".join(event.worker for event in events)


def all_in_turn(values: Values) -> float:
    return tasks(values) * asleep(values)


def fetches_in_turn(values: Values) -> float:
    return tasks(values) * FETCHING


def one_fetch(values: Values) -> float:
    return FETCHING


heart_stood_still = judged(beats_meanwhile, lambda beats, values: beats == 0)
all_counted = equals(FINAL, EXPECTED)
tasks_are_smaller = below(TASKS_MEMORY, THREADS_MEMORY)


def all_increments(values: Values) -> int:
    return tasks(values) * int(values["increments"])


def heart(working: Callable[[Values], float]) -> Headline:
    """Tell how many of the heart's beats did not come while tasks were `working`, in seconds."""

    def due(values: Values) -> int:
        return round(working(values) / BEATING)

    numbers = {"missed": missing(BEAT, due), "beats": lines_that_fit(BEAT), "due": given(due)}
    return Headline(numbers, "heart")


topic = Topic(
    level=3,
    picture="in-turn-or-together",
    demos=(
        Demo(
            slug="sleepers",
            ideal=Ideal(asleep),
            outcome=DemoOutcome(printed_number(TOGETHER)),
            headline=together(all_in_turn),
            parameters=(task_count(100, 1000), seconds_asleep),
            beside=(
                Pair(
                    name="few-or-many",
                    other="asyncio/sleepers",
                    values={"tasks": 5},
                    other_values={"tasks": 1000},
                ),
            ),
            questions=(
                Question(
                    "time",
                    (
                        Option("one", took_nearest(asleep, all_in_turn)),
                        Option(
                            "all",
                            took_nearest(all_in_turn, asleep),
                            Misconception.SLEEP_HOLDS_GIL,
                            when={"tasks": 1},
                        ),
                    ),
                    see="asyncio/blocking-call",
                ),
            ),
            claims=(
                Claim("all-slept", equals(SLEPT, tasks)),
                Claim("one-thread", ran_in_one_thread()),
                Claim("a-task-each", started_tasks(lambda values: tasks(values) + 1)),
                Claim("slept-at-once", where(really_sleeps, slept_together(tasks))),
                Claim("took-one-sleep", took_about(asleep)),
            ),
        ),
        Demo(
            slug="in-turn-or-together",
            ideal=Ideal(fetching),
            outcome=DemoOutcome(order_of(ANSWER)),
            headline=together(fetches_in_turn),
            parameters=(task_count(4, 10), how),
            beside=(
                Pair(
                    name="in-turn-or-at-once",
                    other="asyncio/in-turn-or-together",
                    values={"how": "await"},
                    other_values={"how": "gather"},
                ),
            ),
            questions=(
                Question(
                    "time",
                    (
                        Option("one", took_nearest(one_fetch, fetches_in_turn)),
                        Option(
                            "all", took_nearest(fetches_in_turn, one_fetch), when={"how": "await"}
                        ),
                    ),
                ),
            ),
            claims=(
                Claim("every-answer-once", printed_once_each(ANSWER, numbers)),
                Claim(
                    "asked-at-once",
                    judged(
                        most_begun(ASKS, ANSWER),
                        lambda most, values: most == fetches_at_once(values),
                    ),
                ),
                Claim(
                    "no-task-by-await",
                    started_tasks(lambda v: 1 if in_turn(v) else 1 + tasks(v)),
                ),
                Claim("one-thread", ran_in_one_thread()),
                Claim("took-sum-or-longest", took_about(fetching)),
            ),
        ),
        Demo(
            slug="blocking-call",
            ideal=Ideal(lambda values: BLOCKING),
            outcome=DemoOutcome(lines_that_fit(BEAT)),
            headline=heart(one_after_the_other),
            parameters=(task_count(4, 10, minimum=2),),
            questions=(
                Question(
                    "heart",
                    (
                        Option("beats", unless(heart_stood_still), never=True),
                        Option("stands", heart_stood_still),
                    ),
                    see="asyncio/to-thread",
                ),
            ),
            trap=True,
            beside=(
                Pair(
                    name="in-the-loop-or-in-threads",
                    other="asyncio/to-thread",
                    values={"tasks": 4},
                    other_values={"tasks": 4},
                ),
            ),
            claims=(
                Claim("one-at-a-time", begun_at_once(BEGINS, DONE, lambda values: 1)),
                Claim("in-order", printed_sequence(DONE, numbers)),
                Claim("no-beat", judged(beats_meanwhile, lambda beats, values: beats == 0)),
                Claim("one-thread", ran_in_one_thread()),
                Claim("took-sum", took_about(one_after_the_other)),
            ),
        ),
        Demo(
            slug="to-thread",
            ideal=Ideal(lambda values: BLOCKING),
            outcome=DemoOutcome(lines_that_fit(BEAT)),
            headline=heart(lambda values: BLOCKING),
            # A machine with one processor has five threads in this pool.
            parameters=(task_count(4, 5, minimum=2),),
            questions=(
                Question(
                    "heart",
                    (
                        Option("beats", unless(heart_stood_still)),
                        Option(
                            "stands", heart_stood_still, Misconception.SLEEP_HOLDS_GIL, never=True
                        ),
                    ),
                ),
            ),
            claims=(
                Claim("every-task-once", printed_once_each(DONE, numbers)),
                Claim(
                    "by-threads",
                    judged(works_off_the_loop, lambda share, values: share.complete),
                ),
                Claim(
                    "no-more-threads",
                    judged(worker_count(), lambda used, values: 0 < used <= tasks(values)),
                ),
                Claim(
                    "beats-meanwhile",
                    judged(beats_meanwhile, lambda beats, values: beats > 0),
                    margin=lambda values: BEATING,
                ),
                Claim("took-one", took_about(lambda values: BLOCKING)),
            ),
        ),
        Demo(
            slug="forgot-await",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(lines_that_fit(SAVED)),
            headline=Headline({"unsaved": missing(SAVED)}),
            parameters=(awaited,),
            questions=(
                Question(
                    "saved",
                    (
                        Option("yes", printed(SAVED), when={"awaited": "yes"}),
                        Option("no", never_printed(SAVED)),
                    ),
                ),
            ),
            trap=True,
            beside=(
                Pair(
                    name="forgotten-or-awaited",
                    other="asyncio/forgot-await",
                    values={"awaited": "no"},
                    other_values={"awaited": "yes"},
                ),
            ),
            claims=(
                Claim("saved-if-awaited", printed_exactly_when(SAVED, is_awaited)),
                Claim("warned-if-not", printed_exactly_when(NEVER_AWAITED, is_forgotten)),
                Claim("went-on", printed_in_order(SAVES, CLOSES)),
                Claim("one-task", started_tasks(lambda values: 1)),
            ),
        ),
        Demo(
            slug="race-between-awaits",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(printed_number(FINAL)),
            headline=lost_updates(
                more(printed_number(EXPECTED), printed_number(FINAL)), all_increments
            ),
            parameters=(task_count(4, 10, minimum=2), increments, lock),
            questions=(
                Question(
                    "final",
                    (
                        Option("all", all_counted, Misconception.INCREMENT, when={"lock": "yes"}),
                        Option("fewer", unless(all_counted)),
                    ),
                ),
            ),
            trap=True,
            beside=(
                Pair(
                    name="without-or-with-a-lock",
                    other="asyncio/race-between-awaits",
                    values={"lock": "no"},
                    other_values={"lock": "yes"},
                ),
            ),
            claims=(
                Claim("no-more-than-expected", at_most(FINAL, EXPECTED)),
                Claim(
                    "lost-without-the-lock",
                    judged(
                        both(printed_number(FINAL), printed_number(EXPECTED)),
                        lambda totals, values: (totals[0] == totals[1]) == guarded(values),
                        lambda totals: f"{totals[0]} / {totals[1]}",
                    ),
                ),
                Claim("one-thread", ran_in_one_thread()),
            ),
        ),
        Demo(
            slug="cancel-and-timeout",
            ideal=Ideal(asleep),
            outcome=DemoOutcome(order_of(r"^slow: (.*)$")),
            parameters=(seconds_allowed,),
            questions=(
                Question(
                    "cleans-up",
                    (
                        Option("yes", printed(CLEANS_UP)),
                        Option("no", never_printed(CLEANS_UP), never=True),
                    ),
                    see="kill-a-process/finally-did-not-run",
                ),
            ),
            claims=(
                Claim(
                    "in-this-order",
                    printed_in_order(SLOW_BEGINS, CANCELLED, CLEANS_UP, TIME_IS_UP),
                ),
                Claim("cleaned-up", printed(CLEANS_UP)),
                Claim("never-done", never_printed(r"^slow: is done$")),
                Claim(
                    "slow-was-cancelled",
                    judged(cancelled_tasks, lambda names, values: names == "Task-2 (slow)"),
                ),
                Claim("one-thread", ran_in_one_thread()),
                Claim("took-timeout", took_about(asleep)),
            ),
        ),
        Demo(
            slug="threads-or-tasks",
            ideal=Ideal(lambda values: 2 * SLEEPING),
            outcome=DemoOutcome(printed_number(THREADS_MEMORY)),
            headline=Headline(
                {
                    "more": more(printed_number(THREADS_MEMORY), printed_number(TASKS_MEMORY)),
                    "threads": printed_number(THREADS_MEMORY),
                    "tasks": printed_number(TASKS_MEMORY),
                    "count": given(sleepers),
                }
            ),
            parameters=(sleeper_count,),
            questions=(
                Question(
                    "memory",
                    (
                        Option("threads", tasks_are_smaller),
                        Option("tasks", unless(tasks_are_smaller), never=True),
                    ),
                ),
            ),
            claims=(
                Claim("all-tasks-woke", equals(TASKS_WOKE, sleepers)),
                Claim("all-threads-woke", equals(THREADS_WOKE, sleepers)),
                Claim("a-task-each", started_tasks(lambda values: sleepers(values) + 1)),
                Claim("a-thread-each", started_workers(sleepers)),
                Claim("took-both", took_at_least(lambda values: 2 * SLEEPING)),
            ),
            observations=(
                Claim("tasks-quicker", below(TASKS_TOOK, THREADS_TOOK)),
                Claim("tasks-smaller", below(TASKS_MEMORY, THREADS_MEMORY)),
            ),
        ),
    ),
)
