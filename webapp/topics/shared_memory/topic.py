"""Topic 22: memory that several processes see at once, and who frees it."""

from collections.abc import Callable

from webapp.lessons.claims import Check, Claim, unless
from webapp.lessons.common import a_pid_each, every_child_ended, start_method
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import more
from webapp.lessons.measures.printed.lines import (
    never_printed,
    printed,
    printed_alike,
    printed_once_each,
    shared_out,
)
from webapp.lessons.measures.printed.numbers import at_least, at_most, below, equals, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_in_order
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Topic
from webapp.lessons.values import Values

BEFORE = r"^before: (\[.*\])$"
AFTER = r"^after: (\[.*\])$"
FILLED = r"^filled: (\d+)$"
SHARE = r"^(writer-\d+): filled (\d+) cells$"
WROTE = r"^writer-(\d+): wrote \d+ bytes from \d+$"
RIGHT = r"^parent: (\d+) of \d+ bytes are right$"
GONE = r"^parent: the block is gone$"
CHECKSUM = r"checksum (\d+)"
COPY_TOOK = r"^copy: .* took ([\d.]+) ms$"
SHARED_TOOK = r"^share: .* took ([\d.]+) ms$"
COPY_ALLOCATED = r"^copy: the child allocated ([\d.]+) MB$"
SHARED_ALLOCATED = r"^share: the child allocated ([\d.]+) MB$"
SAYS = r"^parent: the block says: (.+)$"
CLOSED = r"^parent: closed the block, and ends$"
LEAKED = r"appear to be (\d+) leaked shared_memory objects"
# As in the program.
CELLS = 12
# Seconds that the engine leaves the resource tracker, once the main process has ended.
TIME_TO_COMPLAIN = 1.5

processes = Integer(name="processes", default=2, minimum=1, maximum=4)

kilobytes = Integer(name="kilobytes", default=64, minimum=1, maximum=4096)

megabytes = Integer(name="megabytes", default=16, minimum=1, maximum=64)


def writers(values: Values) -> int:
    return int(values["processes"])


def size(values: Values) -> int:
    return int(values["kilobytes"]) * 1024


def whole(values: Values) -> int:
    return int(values["megabytes"])


def after(cells: Callable[[int], int]) -> Check:
    return printed_once_each(AFTER, lambda values: [[cells(n) for n in range(CELLS)]])


child_allocated = at_least(SHARED_ALLOCATED, whole)

topic = Topic(
    level=3,
    picture="copy-or-share",
    demos=(
        Demo(
            slug="value-and-array",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(shared_out(SHARE)),
            headline=Headline({"filled": printed_number(FILLED)}),
            parameters=(processes, start_method),
            questions=(
                Question(
                    "cells",
                    (
                        Option("zeros", after(lambda n: 0), never=True),
                        Option("squares", after(lambda n: n * n)),
                    ),
                ),
            ),
            claims=(
                Claim("empty-before", printed_once_each(BEFORE, lambda values: [[0] * CELLS])),
                Claim(
                    "every-cell-right",
                    printed_once_each(AFTER, lambda values: [[n * n for n in range(CELLS)]]),
                ),
                Claim("all-counted", equals(FILLED, lambda values: CELLS)),
                Claim("a-share-each", printed(SHARE, writers)),
                a_pid_each(writers),
                every_child_ended,
            ),
        ),
        Demo(
            slug="shared-memory-block",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(WROTE)),
            parameters=(processes, kilobytes, start_method),
            questions=(
                Question(
                    "gone",
                    (
                        Option("yes", never_printed(GONE), never=True),
                        Option("no", printed(GONE)),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "a-part-each",
                    printed_once_each(WROTE, lambda values: range(1, writers(values) + 1)),
                ),
                Claim("every-byte-right", equals(RIGHT, size)),
                Claim("nothing-left", printed_in_order(RIGHT, GONE)),
                a_pid_each(writers),
                every_child_ended,
            ),
        ),
        Demo(
            slug="copy-or-share",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(printed_number(COPY_TOOK)),
            headline=Headline(
                {
                    "spared": more(
                        printed_number(COPY_ALLOCATED), printed_number(SHARED_ALLOCATED)
                    ),
                    "copy": printed_number(COPY_ALLOCATED),
                    "share": printed_number(SHARED_ALLOCATED),
                }
            ),
            parameters=(megabytes, start_method),
            questions=(
                Question(
                    "memory",
                    (
                        Option("whole", child_allocated, never=True),
                        Option("none", unless(child_allocated)),
                    ),
                ),
            ),
            claims=(
                Claim("same-checksum", printed_alike(CHECKSUM)),
                Claim("three-checksums", printed(CHECKSUM, lambda values: 3)),
                Claim("copy-allocated", at_least(COPY_ALLOCATED, whole)),
                Claim("sharing-did-not", at_most(SHARED_ALLOCATED, lambda values: 0.5)),
                a_pid_each(lambda values: 2),
                every_child_ended,
            ),
            observations=(Claim("sharing-quicker", below(SHARED_TOOK, COPY_TOOK)),),
        ),
        Demo(
            slug="never-unlinked",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(printed_number(LEAKED)),
            headline=Headline({"left": printed_number(LEAKED)}),
            parameters=(start_method,),
            questions=(
                Question(
                    "frees",
                    (
                        Option("nobody", never_printed(LEAKED), never=True),
                        Option("tracker", printed(LEAKED)),
                    ),
                    see="shared-memory/shared-memory-block",
                ),
            ),
            trap=True,
            next="shared-memory-block",
            claims=(
                Claim("text-came", printed_in_order(SAYS, CLOSED)),
                Claim(
                    "one-leaked",
                    equals(LEAKED, lambda values: 1),
                    margin=lambda values: TIME_TO_COMPLAIN,
                ),
                Claim("complained-once", printed(LEAKED), margin=lambda values: TIME_TO_COMPLAIN),
                a_pid_each(lambda values: 1),
                every_child_ended,
            ),
        ),
    ),
)
