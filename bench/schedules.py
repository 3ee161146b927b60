"""What a schedule costs, and how soon a search finds the one that breaks a demo.

A schedule is a fork and a run that is stopped before each step. It is what a long search takes more
than a short one, for each schedule more; what a search takes before its first schedule is told by
itself. It is compared, in turn, with forks whose children end at once: of a process that has loaded
the same, and of one that has loaded next to nothing, which is the least that a schedule could take.
All of it is processor time, so that it depends less on what else the machine does; a second of it
is a second of an idle core. The time to the first lost update, and to the link of the smallest run,
is measured from the press on the real server over loopback, as in `stream`.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from bench.stream import ROOT, served
from bench.table import Row
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.findings import Found, label_of, search
from webapp.engine.limits import Limits
from webapp.engine.program import Program
from webapp.engine.schedules import Search
from webapp.lessons.folders import TOPICS
from webapp.lessons.values import Value
from webapp.pages.addresses import SEARCH

TIMES = 5
FEW, MANY = 5, 250
"""Schedules of a short search, and of a long one."""

LOST = TOPICS / "lock/demos/lost_update.py"
TWO_BY_TWO: dict[str, Value] = {"thread_count": 2, "increments": 2, "window": "none"}
THREE: dict[str, Value] = {"thread_count": 3, "increments": 1, "window": "none"}
CROSSED: dict[str, Value] = {"between": "nothing"}
FORKS = ROOT / "bench/programs/empty_forks.py"

A_SECOND = 400.0
"""Schedules."""

SOON, SEEN = 0.2, 1.0
"""Seconds from the press: until a schedule breaks the demo, and until its run has a link."""


def measure() -> list[Row]:
    """Search, fork and press."""
    runner = EmbeddedRunner(Limits(soft_deadline=None, unfollowed=None, cpu=None))
    try:
        tries, starts, forks, small = [], [], [], []
        for _ in range(TIMES):
            few, many = _milliseconds(runner, FEW), _milliseconds(runner, MANY)
            tries.append((many - few) / (MANY - FEW))
            starts.append(few - FEW * tries[-1])
            forks.append(_empty_fork("warm"))
            small.append(_empty_fork())
        reduced = [_number(runner, reduce=True)]
        every = [_number(runner, reduce=False)]
    finally:
        runner.close()
    a_second = [1000 / each for each in tries]
    return [
        Row("a schedule of 2 × 2 increments", tries, "an empty fork", forks, "ms"),
        Row("the same", tries, "an empty fork of a small process", small, "ms"),
        Row("the start of a search", starts, "a schedule", tries, "ms"),
        Row("schedules a second of a core", a_second, "to reach", [A_SECOND], ""),
        Row("schedules of 3 threads, 1 switch", reduced, "without reduction", every, "runs"),
        *_pressed(),
    ]


def _milliseconds(runner: EmbeddedRunner, number: int) -> float:
    """Return the processor time that a search of so many schedules takes, in all its processes."""
    found = Found(label_of)
    limits = Search(9, number=number, seconds=120)
    recording = search(runner, Program(LOST, TWO_BY_TWO, directed=limits), found)
    assert found.end is not None and found.end.number == number
    return 1000 * recording.cpu


def _number(runner: EmbeddedRunner, *, reduce: bool) -> float:
    found = Found(label_of)
    limits = Search(1, number=5000, seconds=120, reduce=reduce)
    search(runner, Program(LOST, THREE, directed=limits), found)
    assert found.end is not None and found.end.why == "all"
    return float(found.end.number)


def _empty_fork(*arguments: str) -> float:
    command = [sys.executable, str(FORKS), *arguments]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _pressed() -> list[Row]:
    rows = []
    with served() as port:
        for name, address, values, mark in (
            ("a lost update", "/en/threads/lock/lost-update", TWO_BY_TWO, b"switches: 1<"),
            ("a deadlock", "/en/beyond/deadlock/opposite-order", CROSSED, b">Deadlocked<"),
        ):
            _press(port, address, values, mark)  # warm up
            times = [_press(port, address, values, mark) for _ in range(TIMES)]
            found, linked = zip(*times, strict=True)
            rows.append(Row(f"{name}: press to found", found, "to reach", [SOON], "s"))
            rows.append(Row(f"{name}: press to link", linked, "to reach", [SEEN], "s"))
    return rows


def _press(
    port: int, address: str, values: Mapping[str, Value], mark: bytes
) -> tuple[float, float]:
    """Return the seconds from the press to `mark` in the stream, and to the link of a run."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "HX-Request": "true",
        "Accept": "text/html, text/event-stream",
    }
    connection.request("POST", address + SEARCH, urlencode(values), headers)
    answer = connection.getresponse()
    found, text = 0.0, b""
    while piece := answer.read1(1 << 16):
        text += piece
        if not found and mark in text:
            found = time.perf_counter() - began
    linked = time.perf_counter() - began
    connection.close()
    assert found and b"/en/runs/" in text, f"{address}: nothing was found"
    return found, linked
