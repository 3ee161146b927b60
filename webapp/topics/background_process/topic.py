"""Topic 10: a background process, and what happens to it when its parent ends."""

from dataclasses import replace

from webapp.lessons.claims import Claim, unless, where
from webapp.lessons.common import forked, start_method
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import derived
from webapp.lessons.measures.printed.lines import lines_that_fit, missing, never_printed, printed
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_sequence
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.workers import (
    every_worker_ended,
    exit_codes,
    exited_with,
    had_one_parent,
    ran_processes,
)
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

NUMBER = r"^---> (\d+)$"
EDGE = r"^((?:Starting|Exiting) \w+)$"
FOREGROUND_NUMBER = r"^NO_background_process ---> (\d+)$"
BACKGROUND_NUMBER = r"^background_process ---> \d+$"
EXIT = r"^Exiting (\w+)$"
AT_WORK = r"^daemon: at work$"
LEAVES = r"^parent: leaves$"
DONE = r"^daemon: done$"
# daemon_or_not.py prints five numbers, with a pause after each (seconds).
FOREGROUND_SECONDS = 5 * 0.2
BACKGROUND_SECONDS = 5 * 0.4
# A daemon ends within so many seconds of its parent's last line, even on a busy machine.
SURELY_CUT = 0.5

start = Integer(name="start", default=4, minimum=0, maximum=100)

pause_seconds = Float(name="pause_seconds", default=0.2, minimum=0, maximum=1)

daemon = Choice(name="daemon", default="yes", options=("yes", "no"))

child_seconds = Float(name="child_seconds", default=1.0, minimum=0, maximum=3)


def foreground_numbers(values: Values) -> list[int]:
    return [int(values["start"]) + step for step in range(5)]


def all_numbers(values: Values) -> list[int]:
    foreground = foreground_numbers(values)
    return [*foreground, *(number % 5 for number in foreground), *foreground]


def all_edges(values: Values) -> list[str]:
    names = ("NO_background_process", "background_process", "NO_background_process")
    return [f"{step} {name}" for name in names for step in ("Starting", "Exiting")]


def pauses_in_a_row(values: Values) -> float:
    return 15 * float(values["pause_seconds"])


def is_daemon(values: Values) -> bool:
    return bool(values["daemon"] == "yes")


def lead_of_foreground(values: Values) -> float:
    return BACKGROUND_SECONDS - FOREGROUND_SECONDS


def exits(values: Values) -> list[str]:
    return ["NO_background_process", *([] if is_daemon(values) else ["background_process"])]


def until_the_last(values: Values) -> float:
    return FOREGROUND_SECONDS if is_daemon(values) else BACKGROUND_SECONDS


def work_of_daemon(values: Values) -> float:
    return float(values["child_seconds"])


def long_enough(values: Values) -> bool:
    return work_of_daemon(values) >= SURELY_CUT


two_processes = Claim("two-processes", ran_processes(lambda values: 2))

BACKGROUND_EXITS = r"^Exiting background_process$"

topic = Topic(
    demos=(
        Demo(
            slug="before-beside-after",
            ideal=Ideal(pauses_in_a_row),
            outcome=DemoOutcome(order_of(r"^Starting (\w+)$")),
            parameters=(start, pause_seconds, start_method),
            as_in_report={"pause_seconds": 1.0},
            questions=(
                Question(
                    "blocks",
                    (
                        Option("mixed", unless(printed_sequence(EDGE, all_edges)), never=True),
                        Option("blocks", printed_sequence(EDGE, all_edges)),
                    ),
                ),
            ),
            claims=(
                Claim("blocks-in-order", printed_sequence(EDGE, all_edges)),
                Claim("numbers-in-order", printed_sequence(NUMBER, all_numbers)),
                two_processes,
                Claim("one-parent", had_one_parent()),
                Claim("waited-for", every_worker_ended()),
                Claim("exit-code-0", exited_with(lambda values: [0])),
                Claim("took-pauses", took_at_least(pauses_in_a_row)),
            ),
        ),
        Demo(
            slug="daemon-or-not",
            ideal=Ideal(until_the_last),
            outcome=DemoOutcome(lines_that_fit(BACKGROUND_NUMBER)),
            headline=Headline(
                {
                    "cut": missing(BACKGROUND_NUMBER, lambda values: 5),
                    "done": lines_that_fit(BACKGROUND_NUMBER),
                }
            ),
            beside=(
                Pair(
                    name="daemon-or-not",
                    other="background-process/daemon-or-not",
                    values={"daemon": "yes"},
                    other_values={"daemon": "no"},
                ),
            ),
            parameters=(daemon, start_method),
            questions=(
                Question(
                    "exits",
                    (
                        Option("yes", printed(BACKGROUND_EXITS), when={"daemon": "no"}),
                        Option("no", never_printed(BACKGROUND_EXITS)),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "foreground-counted",
                    printed_sequence(FOREGROUND_NUMBER, lambda values: range(5, 10)),
                ),
                Claim("exiting-line", printed_sequence(EXIT, exits), margin=lead_of_foreground),
                Claim(
                    "exit-code",
                    exited_with(lambda values: [-15 if is_daemon(values) else 0]),
                    margin=lead_of_foreground,
                ),
                replace(two_processes, margin=lead_of_foreground),
                Claim("took-until-the-last-one", took_at_least(until_the_last)),
            ),
            observations=(
                Claim("background-counted", printed(BACKGROUND_NUMBER, lambda values: 5)),
            ),
        ),
        Demo(
            slug="the-parent-leaves-first",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(exit_codes()),
            headline=Headline({"unfinished": missing(DONE), "code": derived(exit_codes(), int)}),
            parameters=(child_seconds, start_method),
            questions=(
                Question(
                    "done",
                    (
                        Option("yes", printed(DONE), when={"child_seconds": 0.0}),
                        Option("no", never_printed(DONE)),
                    ),
                ),
            ),
            claims=(
                Claim("at-work-before", printed_in_order(AT_WORK, LEAVES)),
                Claim("never-done", where(long_enough, never_printed(DONE)), margin=work_of_daemon),
                Claim(
                    "ended-by-sigterm",
                    where(long_enough, exited_with(lambda values: [-15])),
                    margin=work_of_daemon,
                ),
                two_processes,
            ),
            observations=(Claim("took-no-time", where(forked, took_about(lambda values: 0))),),
        ),
    )
)
