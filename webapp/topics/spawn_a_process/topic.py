"""Topic 8: what a process is, how it is started, and what it does not share."""

from webapp.lessons.claims import Check, Claim, judged, where
from webapp.lessons.common import (
    a_pid_each,
    every_child_ended,
    forked,
    one_parent,
    start_method,
)
from webapp.lessons.common.headlines import one_by_one, out_of_turn
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Measure, more
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    never_printed,
    printed,
    printed_alike,
    printed_exactly_when,
    printed_once_each,
    printed_word,
)
from webapp.lessons.measures.printed.numbers import (
    below,
    equals,
    least,
    printed_ascending,
    printed_number,
)
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_in_pairs
from webapp.lessons.measures.timing import took_about, took_nearest
from webapp.lessons.measures.workers import (
    lived_at_once,
    lived_together,
    most_alive,
    ran_processes,
    started_workers,
)
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

CALLING = r"^calling myFunc from process n°: (\d+)$"
OUTPUT = r"^output from myFunc is :(\d+)$"
BEGINS = r"^process \d+ begins$"
ENDS = r"^process \d+ ends$"
TIMED = r"^(fork|spawn|forkserver): .* took ([\d.]+) ms$"
CHILD = r"^child \d+: items = \['from the child'\]$"
PARENT = r"^parent \d+: items = \[\]$"

WORK = r"^child: at work$"
CODE = r"^parent: the child's exit code is (\d+)$"
BOOTSTRAPPING = r"^ +An attempt has been made to start a new process before the$"

# Not by forkserver: whether its server imports the file differs from version to version.
spawned_or_forked = Choice(name="start_method", default="spawn", options=("spawn", "fork"))

last_number = Integer(name="num", default=4, minimum=0, maximum=8)

processes_each = Integer(name="num", default=3, minimum=1, maximum=8)

work_seconds = Float(name="work_seconds", default=0.2, minimum=0, maximum=1)


def children(values: Values) -> int:
    return int(values["num"]) + 1


def works_in_a_row(values: Values) -> float:
    return children(values) * float(values["work_seconds"])


def children_by_all_methods(values: Values) -> int:
    return 3 * int(values["num"])


def squares(values: Values) -> int:
    return sum(number * number for number in range(1, int(values["num"]) + 1))


distinct_pids = a_pid_each(children)


def one_work(values: Values) -> float:
    return float(values["work_seconds"])


def quickest(start_method: str) -> Check:
    return judged(least(TIMED), lambda found, values: found == start_method)


def took_by(start_method: str) -> Measure[int | float]:
    """Measure the milliseconds that children took with a start method."""
    return printed_number(rf"^{start_method}: .* took ([\d.]+) ms$")


topic = Topic(
    demos=(
        Demo(
            slug="start-all-then-join",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(CALLING)),
            headline=out_of_turn(CALLING),
            beside=(
                Pair(
                    name="fork-or-spawn",
                    other="spawn-a-process/start-all-then-join",
                    values={"num": 4, "start_method": "fork"},
                    other_values={"num": 4, "start_method": "spawn"},
                ),
            ),
            parameters=(last_number, start_method),
            questions=(
                Question(
                    "processes",
                    (
                        Option("one", ran_processes(lambda values: 1), never=True),
                        Option("each", ran_processes(lambda values: children(values) + 1)),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "every-call-once",
                    printed_once_each(CALLING, lambda values: range(children(values))),
                ),
                Claim(
                    "output-lines",
                    # Process i prints all j < i.
                    printed_once_each(
                        OUTPUT,
                        lambda values: [j for i in range(children(values)) for j in range(i)],
                    ),
                ),
                distinct_pids,
                one_parent,
                every_child_ended,
            ),
            observations=(
                Claim("calls-in-order", printed_ascending(CALLING)),
                Claim("lived-together", lived_together()),
            ),
        ),
        Demo(
            slug="join-inside-the-loop",
            ideal=Ideal(works_in_a_row),
            outcome=DemoOutcome(most_alive()),
            headline=one_by_one(one_work),
            beside=(
                Pair(
                    name="join-inside-or-after",
                    other="spawn-a-process/start-all-then-join",
                    values={"num": 4, "work_seconds": 0.0},
                    other_values={"num": 4},
                ),
            ),
            parameters=(last_number, work_seconds, start_method),
            questions=(
                Question(
                    "time",
                    (
                        Option("one", took_nearest(one_work, works_in_a_row), when={"num": 0}),
                        Option("all", took_nearest(works_in_a_row, one_work)),
                    ),
                    see="spawn-a-process/start-all-then-join",
                ),
            ),
            trap=True,
            claims=(
                Claim("one-at-a-time", lived_at_once(1)),
                Claim("ended-before-next", printed_in_pairs(BEGINS, ENDS)),
                distinct_pids,
                one_parent,
                every_child_ended,
                Claim(
                    "took-works",
                    # The other start methods also start interpreters, which takes time.
                    where(
                        lambda values: values["start_method"] == "fork", took_about(works_in_a_row)
                    ),
                ),
            ),
        ),
        Demo(
            slug="start-methods",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(least(TIMED)),
            headline=Headline(
                {
                    "slower": more(took_by("spawn"), took_by("fork")),
                    "fork": took_by("fork"),
                    "spawn": took_by("spawn"),
                }
            ),
            parameters=(processes_each,),
            questions=(
                Question(
                    "quickest",
                    (
                        Option("fork", quickest("fork")),
                        Option("spawn", quickest("spawn"), never=True),
                        Option("forkserver", quickest("forkserver"), never=True),
                    ),
                ),
            ),
            claims=(
                Claim("same-sum", printed_alike(r": sum (\d+), ")),
                Claim("sum-right", equals(r": sum (\d+), ", squares)),
                Claim("every-time-printed", printed(TIMED, lambda values: 3)),
                Claim("all-started", started_workers(children_by_all_methods)),
                every_child_ended,
            ),
            observations=(
                Claim(
                    "fork-quicker-than-spawn",
                    below(r"^fork: .* ([\d.]+) ms$", r"^spawn: .* ([\d.]+) ms$"),
                ),
                Claim(
                    "forkserver-quicker-than-spawn",
                    below(r"^forkserver: .* ([\d.]+) ms$", r"^spawn: .* ([\d.]+) ms$"),
                ),
            ),
        ),
        Demo(
            slug="globals-are-not-shared",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(printed_word(r"^parent \d+: items = (.+)$")),
            headline=Headline({"empty": lines_that_fit(PARENT)}),
            parameters=(start_method,),
            questions=(
                Question(
                    "items",
                    (
                        Option(
                            "entry",
                            printed(r"^parent \d+: items = \['from the child'\]$"),
                            Misconception.SHARED_GLOBALS,
                            never=True,
                        ),
                        Option("empty", printed(PARENT)),
                    ),
                    see="process-subclass/result-by-queue",
                ),
            ),
            trap=True,
            claims=(
                Claim("entry-in-child", printed(CHILD)),
                Claim("empty-in-parent", printed(PARENT)),
                Claim("parent-looked-last", printed_in_order(CHILD, PARENT)),
                Claim("two-processes", ran_processes(lambda values: 2)),
                one_parent,
                every_child_ended,
            ),
        ),
        Demo(
            slug="no-guard",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(printed_number(CODE)),
            headline=Headline({"code": printed_number(CODE), "worked": lines_that_fit(WORK)}),
            beside=(
                Pair(
                    name="spawned-or-forked",
                    other="spawn-a-process/no-guard",
                    values={"start_method": "spawn"},
                    other_values={"start_method": "fork"},
                ),
            ),
            parameters=(spawned_or_forked,),
            questions=(
                Question(
                    "works",
                    (
                        Option("yes", printed(WORK), when={"start_method": "fork"}),
                        Option("no", never_printed(WORK)),
                    ),
                ),
            ),
            trap=True,
            next="start-all-then-join",
            claims=(
                Claim("worked-by-fork-only", printed_exactly_when(WORK, forked)),
                Claim(
                    "error-by-spawn",
                    printed_exactly_when(BOOTSTRAPPING, lambda values: not forked(values)),
                ),
                Claim("exit-code", equals(CODE, lambda values: 0 if forked(values) else 1)),
                Claim("two-processes", ran_processes(lambda values: 2)),
            ),
        ),
    )
)
