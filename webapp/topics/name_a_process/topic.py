"""Topic 9: the name of a process, where it is known, and the pid, which identifies it."""

import re
from itertools import pairwise

from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Claim, judged, where
from webapp.lessons.common import every_child_ended, forked, start_method
from webapp.lessons.measures import Share, derived
from webapp.lessons.measures.printed.lines import printed, printed_once_each, printed_word
from webapp.lessons.measures.printed.order import (
    order_of,
    printed_after,
    printed_in_order,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.workers import exited_with, had_one_parent, ran_processes
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Topic
from webapp.lessons.values import Values

STARTING = r"^Starting process name = (.+)$"
EXITING = r"^Exiting process name = (.+)$"
LEVEL = r"^level (\d+): "
NUMBERS = r"^level \d+: \w*Process-([\d:]+), "
FAMILY = re.compile(r"^level \d+: .*process ID (\d+), parent (\w+), system's parent (\d+)$")
CHILD_BEFORE = r"^child: I am called old name$"
CHILD_AFTER = r"^child: now I am called new name$"
PARENT_BEFORE = r"^parent, before: the child is called old name$"
PARENT_AFTER = r"^parent, after: the child is called old name$"

stay_seconds = Float(name="stay_seconds", default=0.5, minimum=0, maximum=3)

depth = Integer(name="depth", default=2, minimum=1, maximum=3)


def names(values: Values) -> list[str]:
    return ["myFunc process", "Process-2"]


def generations(values: Values) -> int:
    return int(values["depth"])


def numbers(values: Values) -> list[str]:
    return [":".join("1" * level) for level in range(1, generations(values) + 1)]


def one_stay(values: Values) -> float:
    return float(values["stay_seconds"])


def a_server_forks(values: Values) -> bool:
    return bool(values["start_method"] == "forkserver")


def family(recording: Recording) -> list[tuple[str, str, str]]:
    """Return the pid, parent and `os.getppid()` that each generation printed, oldest first."""
    found = (FAMILY.search(line.text) for line in recording.lines)
    return [(one[1], one[2], one[3]) for one in found if one]


def parents_above(recording: Recording, values: Values) -> Share:
    """Count the processes whose printed parent is the pid that the generation before printed."""
    right = sum(parent == pid for (pid, _, _), (_, parent, _) in pairwise(family(recording)))
    return Share(right, generations(values))


def children_of_both(recording: Recording, values: Values) -> Share:
    """Count the children whose parent is also `os.getppid()`."""
    children = family(recording)[1:]
    return Share(sum(parent == system for _, parent, system in children), len(children))


same_parents = derived(children_of_both, lambda same: same.part)

each_parent_is_the_pid_above = judged(parents_above, lambda right, values: right.complete)

# With forkserver, `os.getppid()` of a child is the fork server.
the_system_agrees_unless_a_server_forks = judged(
    children_of_both,
    lambda same, values: (
        same.whole > 0 and same.part == (0 if a_server_forks(values) else same.whole)
    ),
)


def second_is_called(name: str) -> Check:
    return printed_once_each(STARTING, lambda values: ["myFunc process", name])


def children_of_main(recording: Recording, values: Values) -> bool | None:
    found = family(recording)
    return all(parent == found[0][0] for _, parent, _ in found[1:]) if found else None


topic = Topic(
    picture="pids-and-parents",
    demos=(
        Demo(
            slug="named-and-default",
            ideal=Ideal(one_stay),
            outcome=DemoOutcome(order_of(STARTING)),
            parameters=(stay_seconds, start_method),
            questions=(
                Question(
                    "name",
                    (
                        Option("first", second_is_called("Process-1"), never=True),
                        Option("second", second_is_called("Process-2")),
                    ),
                ),
            ),
            claims=(
                Claim("started-once", printed_once_each(STARTING, names)),
                Claim("exited-once", printed_once_each(EXITING, names)),
                Claim("exit-after-start", printed_after(EXITING, STARTING)),
                Claim("two-more-pids", ran_processes(lambda values: 3)),
                Claim("one-parent", had_one_parent()),
                every_child_ended,
                Claim("exit-codes-0", exited_with(lambda values: [0, 0])),
                Claim(
                    "took-one-stay",
                    # The other start methods also start interpreters, which takes time.
                    where(forked, took_about(one_stay)),
                ),
            ),
            observations=(
                Claim("started-in-order", printed_sequence(STARTING, names)),
                Claim("both-before-exit", printed_in_order(STARTING, EXITING)),
            ),
        ),
        Demo(
            slug="pids-and-parents",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(same_parents),
            parameters=(depth, start_method),
            questions=(
                Question(
                    "parents",
                    (
                        Option(
                            "main",
                            judged(
                                children_of_main, lambda so, values: so and generations(values) > 1
                            ),
                            never=True,
                        ),
                        Option("above", each_parent_is_the_pid_above),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "a-line-each",
                    printed_once_each(LEVEL, lambda values: range(generations(values) + 1)),
                ),
                Claim("parent-above", each_parent_is_the_pid_above),
                Claim("system-agrees", the_system_agrees_unless_a_server_forks),
                Claim("names-numbered", printed_sequence(NUMBERS, numbers)),
                Claim(
                    "processes-of-generations",
                    ran_processes(lambda values: generations(values) + 1),
                ),
                every_child_ended,
            ),
        ),
        Demo(
            slug="renamed-inside",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(printed_word(r"^parent, after: the child is called (.+)$")),
            parameters=(start_method,),
            questions=(
                Question(
                    "name",
                    (
                        Option(
                            "new",
                            printed(r"^parent, after: the child is called new name$"),
                            Misconception.SHARED_GLOBALS,
                            never=True,
                        ),
                        Option("old", printed(PARENT_AFTER)),
                    ),
                    see="spawn-a-process/globals-are-not-shared",
                ),
            ),
            claims=(
                Claim("new-name-in-child", printed_in_order(CHILD_BEFORE, CHILD_AFTER)),
                Claim("old-name-in-parent", printed(PARENT_AFTER)),
                Claim(
                    "parent-looked-twice",
                    printed_in_order(PARENT_BEFORE, CHILD_BEFORE, CHILD_AFTER, PARENT_AFTER),
                ),
                Claim("two-processes", ran_processes(lambda values: 2)),
                every_child_ended,
            ),
        ),
    ),
)
