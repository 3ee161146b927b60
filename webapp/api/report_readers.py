"""Readers of the course report's routes: each makes an answer's list from a record."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable
from itertools import chain

from webapp.engine.recording import Recording
from webapp.engine.transcript import Line

Reader = Callable[[Recording], list[object]]


def lines(recording: Recording) -> list[object]:
    """Return the printed lines."""
    return [line.text for line in _printed(recording)]


def lines_like(pattern: str) -> Reader:
    """Return a reader of the lines that match. A demo prints more than the report's program did."""

    def read(recording: Recording) -> list[object]:
        return [line.text for line in _printed(recording) if re.search(pattern, line.text)]

    return read


def messages(recording: Recording) -> list[object]:
    """Return each line as `{"message": …}`."""
    return [{"message": line} for line in lines(recording)]


def end_as_one(recording: Recording) -> list[object]:
    """Return the lines with the last two, `End` and the seconds, as one entry."""
    *before, end, took = (line.text for line in _printed(recording))
    return [*before, f"{end}\n{took}"]


def calls_by_number(recording: Recording) -> list[object]:
    """Return the lines grouped by process, in order of the processes' numbers."""
    by_process: dict[int, list[str]] = defaultdict(list)
    for line in _printed(recording):
        by_process[line.pid].append(line.text)
    ordered = sorted(by_process.values(), key=lambda of_one: int(of_one[0].rpartition(" ")[2]))
    return list(chain.from_iterable(ordered))


def named_first(recording: Recording) -> list[object]:
    """Return both start lines, the named process's first, then the exit lines as printed."""
    starts = ["Starting process name = myFunc process", "Starting process name = Process-2"]
    return _arranged(recording, lambda text: starts.index(text) if text in starts else 2)


def second_first(recording: Recording) -> list[object]:
    """Return the lines in the report's order, p2 p1 p3 p4. Their time stamps show the true one."""
    order = ["p2", "p1", "p3", "p4"]
    return _arranged(recording, lambda text: order.index(text.split()[1]))


def pool_results(recording: Recording) -> list[object]:
    """Return the list in the line `Pool: […]`."""
    (found,) = lines_like(r"^Pool: ")(recording)
    return list(ast.literal_eval(str(found).removeprefix("Pool: ")))


def _printed(recording: Recording) -> list[Line]:
    return [line for line in recording.lines if line.stream == "stdout"]


def _arranged(recording: Recording, key: Callable[[str], int]) -> list[object]:
    texts = sorted((line.text for line in _printed(recording)), key=key)
    return [*texts]
