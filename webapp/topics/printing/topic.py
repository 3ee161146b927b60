"""Topic 26: what becomes of the lines that many threads print to one stream."""

from __future__ import annotations

import re
from dataclasses import replace

from webapp.engine.recording import Recording
from webapp.engine.transcript import Line
from webapp.lessons.claims import Claim, judged, unless
from webapp.lessons.common import every_thread_ended
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Share, out_of
from webapp.lessons.measures.printed.lines import every_line_from
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

MESSAGE = r"(thread-\d+): line (\d+)"

threads = Integer(name="threads", default=4, minimum=2, maximum=8)

lines = Integer(name="lines", default=200, minimum=10, maximum=2000)

buffering = Choice(name="buffering", default="none", options=("none", "line"))

how = Choice(name="how", default="print", options=("print", "write"))


def line_total(values: Values) -> int:
    return int(values["threads"]) * int(values["lines"])


def names(values: Values) -> list[str]:
    return [f"thread-{number}" for number in range(1, int(values["threads"]) + 1)]


def numbers(values: Values) -> range:
    return range(1, int(values["lines"]) + 1)


def messages_of_all(values: Values) -> list[tuple[str, int]]:
    return [(name, number) for name in names(values) for number in numbers(values)]


def is_whole(line: Line) -> bool:
    return re.fullmatch(MESSAGE, line.text) is not None


def lines_in_all(recording: Recording, values: Values) -> int:
    """Count the lines, the empty ones included: as many as there were newlines."""
    return len(recording.lines)


def spoilt_lines(recording: Recording, values: Values) -> int:
    """Count the lines that are not one message: two glued together, or none."""
    return sum(not is_whole(line) for line in recording.lines)


def whole_lines_of_all(recording: Recording, values: Values) -> Share:
    """Measure how many of the lines are one message."""
    lines = len(recording.lines)
    return Share(lines - spoilt_lines(recording, values), lines)


def messages(recording: Recording, values: Values) -> list[tuple[str, int]]:
    """Measure all messages in the order in which they came, wherever the lines end."""
    text = "\n".join(line.text for line in recording.lines)
    return [(found[1], int(found[2])) for found in re.finditer(MESSAGE, text)]


def rightly_named(recording: Recording, values: Values) -> int:
    """Count the lines whose name is that of the thread that printed them."""
    return sum(line.text.startswith(f"{line.worker}: ") for line in recording.lines)


def in_order_of_each(recording: Recording, values: Values) -> Share:
    """Measure how many threads' messages came in the order in which they were made."""
    came = messages(recording, values)
    orderly = sum(
        [number for name, number in came if name == thread] == [*numbers(values)]
        for thread in names(values)
    )
    return Share(orderly, len(names(values)))


every_message_once = Claim(
    "every-message-once",
    judged(
        messages,
        lambda found, values: sorted(found) == messages_of_all(values),
        lambda found: str(len(found)),
    ),
)
a_newline_each = Claim(
    "a-newline-each",
    judged(out_of(lines_in_all, line_total), lambda share, values: share.complete),
)
no_line_spoilt = Claim(
    "no-line-spoilt", judged(whole_lines_of_all, lambda share, values: share.complete)
)
each_in_order = Claim(
    "each-in-order", judged(in_order_of_each, lambda share, values: share.complete)
)
nothing_lost = (every_message_once, a_newline_each)
whole = Option("whole", no_line_spoilt.check)
torn = Option("torn", unless(no_line_spoilt.check))


def lines_question(whole: Option, torn: Option) -> Question:
    return Question("lines", (whole, torn), see="printing/one-write-a-line")


whole_lines = lines_question(whole, replace(torn, never=True))
by_the_writer = every_line_from("writer")
no_time = Ideal(lambda values: 0)


spoilt = Headline({"spoilt": spoilt_lines, "all": lines_in_all}, "spoilt")

topic = Topic(
    demos=(
        Demo(
            slug="print-is-two-writes",
            ideal=no_time,
            outcome=DemoOutcome(spoilt_lines, name="spoilt-lines"),
            headline=spoilt,
            beside=(Pair(name="two-writes-or-one", other="printing/one-write-a-line"),),
            parameters=(threads, lines, buffering),
            questions=(
                lines_question(
                    replace(
                        whole, misconception=Misconception.ATOMIC_PRINT, when={"buffering": "line"}
                    ),
                    replace(torn, when={"lines": 2000}),
                ),
            ),
            trap=True,
            next="one-write-a-line",
            claims=(*nothing_lost, each_in_order, every_thread_ended),
            observations=(no_line_spoilt,),
        ),
        Demo(
            slug="one-write-a-line",
            ideal=no_time,
            outcome=DemoOutcome(spoilt_lines, name="spoilt-lines"),
            headline=spoilt,
            parameters=(threads, lines, how),
            questions=(whole_lines,),
            claims=(no_line_spoilt, *nothing_lost, each_in_order, every_thread_ended),
        ),
        Demo(
            slug="log-instead",
            ideal=no_time,
            outcome=DemoOutcome(spoilt_lines, name="spoilt-lines"),
            headline=spoilt,
            parameters=(threads, lines),
            questions=(whole_lines,),
            claims=(
                no_line_spoilt,
                *nothing_lost,
                Claim(
                    "named-by-its-thread",
                    judged(out_of(rightly_named, line_total), lambda share, values: share.complete),
                ),
                every_thread_ended,
            ),
        ),
        Demo(
            slug="a-writer-thread",
            ideal=no_time,
            outcome=DemoOutcome(spoilt_lines, name="spoilt-lines"),
            headline=spoilt,
            parameters=(threads, lines),
            questions=(
                Question(
                    "who",
                    (
                        Option("each", unless(by_the_writer), never=True),
                        Option("writer", by_the_writer),
                    ),
                ),
            ),
            claims=(
                no_line_spoilt,
                *nothing_lost,
                Claim("only-the-writer", by_the_writer),
                each_in_order,
                every_thread_ended,
            ),
        ),
    )
)
