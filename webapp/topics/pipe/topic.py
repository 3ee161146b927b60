"""Topic 21: messages between two processes, and how a reader learns that no more will come."""

from webapp.engine.recording import Recording
from webapp.lessons.claims import (
    Claim,
    Measured,
    judged,
    of_any,
    unless,
    where,
    without_figure,
)
from webapp.lessons.common import a_pid_each, every_child_ended, forked, start_method
from webapp.lessons.headlines import Headline
from webapp.lessons.measures.printed.lines import lines_that_fit, never_printed, printed_once_each
from webapp.lessons.measures.printed.order import (
    lines_before_the_last,
    printed_after,
    printed_in_order,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import waited_in_a_cycle
from webapp.lessons.measures.workers import ended_as, ending, seen_to_end_as
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

RECEIVED = r"^child: received (\d+)$"
SENT = r"^parent: sent (\d+), got \d+$"
ANSWER = r"^parent: sent \d+, got (\d+)$"
RESULT = r"^parent: got (\d+)$"
FIRST_DONE = r"^squares: done$"
NO_MORE_SQUARES = r"^squares-again: no more squares$"
NO_MORE_RESULTS = r"^parent: no more results$"
WAITS = r"^(child|parent): waits for a greeting$"
GREETED = r"^(child|parent): got hello"
END = r"^child: the pipe has ended$"
OVER = r"^parent: the child is over$"
# As in the programs: seconds of work on a number, and how many messages forgot_to_close sends.
WORK = 0.02
MESSAGES = 3

WAIT_FOR_EACH_OTHER = waited_in_a_cycle(
    ("MainThread", "child", "child"), ("child", "reader", "MainThread")
)

messages = Integer(name="messages", default=5, minimum=1, maximum=20)

count = Integer(name="count", default=10, minimum=0, maximum=20)

closes = Choice(name="closes", default="no", options=("no", "yes"))


def questions(values: Values) -> range:
    return range(1, int(values["messages"]) + 1)


def numbers(values: Values) -> range:
    return range(int(values["count"]))


def pipelined(values: Values) -> float:
    """Both work at once, so that only the last number is worked on by the second alone."""
    total = int(values["count"])
    return (total + 1) * WORK if total else 0


def closed(values: Values) -> bool:
    return str(values["closes"]) == "yes"


def end_seen_or_waited_for(recording: Recording, values: Values) -> Measured:
    """Closed, the child sees the end; left open, parent and child wait for each other.

    Nothing is said of what the child prints once the engine has ended the parent: its end is
    closed then.
    """
    check = printed_in_order(RECEIVED, END, OVER) if closed(values) else WAIT_FOR_EACH_OTHER
    return check(recording, values)


finished = ended_as(lambda values: "finished")
in_order = printed_sequence(RECEIVED, questions)
came_meanwhile = judged(lines_before_the_last(RESULT, FIRST_DONE), lambda lines, values: lines > 0)

topic = Topic(
    level=3,
    picture="two-pipes-in-a-row",
    demos=(
        Demo(
            slug="send-and-receive",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(lines_that_fit(ANSWER)),
            parameters=(messages, start_method),
            questions=(
                Question(
                    "order",
                    (
                        Option("sent", in_order),
                        Option("any", unless(in_order), never=True),
                    ),
                ),
            ),
            claims=(
                Claim("questions-in-order", printed_sequence(RECEIVED, questions)),
                Claim(
                    "answers-in-order",
                    printed_sequence(
                        ANSWER, lambda values: [number * number for number in questions(values)]
                    ),
                ),
                Claim("answer-after-question", printed_after(SENT, RECEIVED)),
                a_pid_each(lambda values: 1),
                every_child_ended,
            ),
        ),
        Demo(
            slug="two-pipes-in-a-row",
            ideal=Ideal(pipelined),
            outcome=DemoOutcome(lines_before_the_last(RESULT, FIRST_DONE)),
            headline=Headline(
                {"early": lines_before_the_last(RESULT, FIRST_DONE), "all": lines_that_fit(RESULT)}
            ),
            parameters=(count, start_method),
            questions=(
                Question(
                    "meanwhile",
                    (
                        Option("after", unless(came_meanwhile), when={"count": 0}),
                        Option("meanwhile", came_meanwhile),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "results-in-order",
                    printed_sequence(RESULT, lambda values: [n**4 for n in numbers(values)]),
                ),
                Claim(
                    "end-passed-down",
                    printed_in_order(FIRST_DONE, NO_MORE_SQUARES, NO_MORE_RESULTS),
                ),
                a_pid_each(lambda values: 2),
                every_child_ended,
                Claim("took-pipelined", where(forked, took_about(pipelined))),
            ),
        ),
        Demo(
            slug="both-ends-wait",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            beside=(
                Pair(
                    name="nobody-sends-or-one-does",
                    other="pipe/send-and-receive",
                    other_values={"messages": 1},
                ),
            ),
            parameters=(start_method,),
            questions=(
                Question(
                    "end",
                    (
                        Option("ends", finished, never=True),
                        Option("hangs", unless(finished)),
                    ),
                    see="pipe/send-and-receive",
                ),
            ),
            trap=True,
            claims=(
                of_any("deadlocked", without_figure(seen_to_end_as(lambda values: "deadlocked"))),
                of_any(
                    "each-waits-for-the-other",
                    waited_in_a_cycle(
                        ("MainThread", "ours", "child"), ("child", "theirs", "MainThread")
                    ),
                ),
                of_any("both-waited", printed_once_each(WAITS, lambda values: ("child", "parent"))),
                of_any("nobody-got-a-greeting", never_printed(GREETED)),
            ),
        ),
        Demo(
            slug="forgot-to-close",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            beside=(
                Pair(
                    name="left-open-or-closed",
                    other="pipe/forgot-to-close",
                    values={"closes": "no"},
                    other_values={"closes": "yes"},
                ),
            ),
            parameters=(closes, start_method),
            questions=(
                Question(
                    "end",
                    (
                        Option("ends", finished, when={"closes": "yes"}),
                        Option("hangs", unless(finished)),
                    ),
                ),
            ),
            trap=True,
            claims=(
                of_any(
                    "ends-if-closed",
                    without_figure(
                        seen_to_end_as(
                            lambda values: "finished" if closed(values) else "deadlocked"
                        )
                    ),
                ),
                of_any("end-seen-or-waited-for", end_seen_or_waited_for),
                of_any(
                    "every-message",
                    printed_sequence(RECEIVED, lambda values: range(1, MESSAGES + 1)),
                ),
            ),
        ),
    ),
)
