"""A class of 1 to 400 students that press Run at the same moment, on one machine.

`make bench ARGS=class` prints a table: how long the answers took, how many failed, how many had
lines of another run, how long a page took meanwhile, and how much memory was used. Then the same
students press Run on a plain Flask route (`programs/naive.py`).
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.stream import served
from bench.students import Answer, Exercise, press_at_once
from webapp.engine import tree

STUDENTS = (1, 20, 100, 200, 400)
PAGE = "/en/threads/lock/lost-update"
PAGE_PAUSE = 0.05
"""Seconds between two requests for a page, as by a visitor who only reads."""

SETTLE = 3
"""Seconds of rest between two measurements."""

SLEEP = Exercise(
    "sleep-inside-run",
    "/en/threads/thread-subclass/sleep-inside-run",
    {"thread_count": 10, "sleep_seconds": 1},
    {
        r"---> Thread#\d+ running, belonging to process ID (?P<pid>\d+)": 10,
        r"---> Thread#\d+ over": 10,
        r"End": 1,
        r"--- [\d.]+ seconds ---": 1,
    },
)
RACE = Exercise(
    "race",
    "/en/threads/barrier/race",
    {"racers": 3, "slowest_seconds": 1},
    {
        r"START RACE!!!!": 1,
        r"\w+ reached the barrier at: .*": 3,
        r"\w+ left the barrier at: .*": 3,
        r"Race over!": 1,
    },
)
SPAWN = Exercise(
    "spawn-a-process",
    "/en/processes/spawn-a-process/start-all-then-join",
    {"num": 4, "start_method": "fork"},
    {
        **{rf"calling myFunc from process n°: {number}": 1 for number in range(5)},
        r"output from myFunc is :\d+": 10,
    },
)
NAIVE = Exercise("a plain route", "/run", SLEEP.form, SLEEP.lines)

EXERCISES: Mapping[str, Sequence[Exercise]] = {
    SLEEP.name: [SLEEP],
    RACE.name: [RACE],
    SPAWN.name: [SPAWN],
    "a mix": [SLEEP, RACE, SPAWN],
}


@dataclass(frozen=True)
class Measured:
    """The results when the whole class has pressed Run once.

    Times are seconds. `memory` is the largest fall of the machine's available memory, in bytes;
    `growth` is how many bytes more the server holds afterwards.
    """

    name: str
    answers: Sequence[Answer]
    pages: Sequence[float]
    memory: int
    growth: int

    def row(self) -> str:
        """Return the line of the table."""
        took = [answer.took for answer in self.answers]
        faults = [answer for answer in self.answers if answer.fault()]
        busy = sum(answer.status == 503 for answer in self.answers)
        good = [answer for answer in self.answers if not answer.fault()]
        cells = (
            self.name,
            len(self.answers),
            f"{percentile([answer.first_line for answer in self.answers], 95):.2f}",
            f"{percentile(took, 50):.2f}",
            f"**{percentile(took, 95):.2f}**",
            f"{max(took):.2f}",
            len(faults) - busy,
            busy,
            sum(answer.was_queued for answer in self.answers),
            sum(answer.is_mixed_up() for answer in good),
            f"{percentile(self.pages, 95) * 1e3:.0f}",
            f"{self.memory / 2**20:.0f}",
            f"{self.growth / 2**20:.0f}",
        )
        return f"| {' | '.join(map(str, cells))} |"


HEAD = """\
| demo | students | first line | p50 | p95 | max | errors | busy | queued | mixed up \
| a page, ms | MB at most | MB afterwards |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def main(numbers: Sequence[int] = STUDENTS) -> int:
    """Measure classes of these sizes; return 1 if an answer of the site was wrong."""
    raise_limit_of_descriptors()
    print(HEAD)
    p95s: dict[str, list[float]] = {}
    wrong = False
    with served() as port:
        press_at_once(port, [SLEEP])  # warm up: the first request loads modules
        for name, exercises in EXERCISES.items():
            for number in numbers:
                measured = measure(port, name, exercises, number, PAGE)
                print(measured.row(), flush=True)
                p95s.setdefault(name, []).append(
                    percentile([answer.took for answer in measured.answers], 95)
                )
                wrong = wrong or any(one.fault() or one.is_mixed_up() for one in measured.answers)
    with served("bench.programs.naive:app") as port:
        for number in numbers:
            print(measure(port, NAIVE.name, [NAIVE], number, "/").row(), flush=True)
    print(f"\n{draw(numbers, p95s)}")
    return int(wrong)


def measure(
    port: int, name: str, exercises: Sequence[Exercise], number: int, page: str
) -> Measured:
    """Let a class press Run, while a visitor requests pages."""
    time.sleep(SETTLE)
    chosen = list(islice(cycle(exercises), number))
    before = memory_of_server()
    with requesting_pages(port, page) as pages, sampling_memory() as free:
        answers = press_at_once(port, chosen)
    time.sleep(SETTLE)
    return Measured(name, answers, pages, free[0] - min(free), memory_of_server() - before)


@contextmanager
def requesting_pages(port: int, page: str) -> Iterator[list[float]]:
    """Request a page repeatedly in another process.

    The list holds the seconds of each request once the block has ended.
    """
    ours, theirs = multiprocessing.Pipe()
    visitor = multiprocessing.Process(target=_request_pages, args=(port, page, theirs))
    visitor.start()
    ours.recv()
    took: list[float] = []
    try:
        yield took
    finally:
        ours.send(None)
        took += ours.recv()
        visitor.join()


def _request_pages(port: int, page: str, end: Connection[Any, Any]) -> None:
    took: list[float] = []
    end.send(None)
    while not took or not end.poll(PAGE_PAUSE):
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", page, headers={"Accept-Encoding": "gzip"})
        connection.getresponse().read()
        connection.close()
        took.append(time.perf_counter() - began)
    end.send(took)


@contextmanager
def sampling_memory() -> Iterator[list[int]]:
    """Sample the machine's available memory in bytes, every 50 ms."""
    stop, samples = threading.Event(), [available()]

    def sample() -> None:
        while not stop.wait(0.05):
            samples.append(available())

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield samples
    finally:
        stop.set()
        sampler.join()


def memory_of_server() -> int:
    """Return the bytes of all processes of the server (PSS: shared pages count in part)."""
    total = 0
    for pid in tree.descendants(os.getpid()):
        size = tree.read(pid, "smaps_rollup").partition("Pss:")[2].split()[:1]
        total += sum(map(int, size)) * 1024
    return total


def available() -> int:
    """Return the bytes of this machine's memory that are available."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    raise OSError("there is no MemAvailable in /proc/meminfo")


def percentile(values: Sequence[float], which: int) -> float:
    """Return a percentile: `which` percent of the values do not exceed it."""
    return quantiles(values, n=100, method="inclusive")[which - 1] if len(values) > 1 else values[0]


def draw(numbers: Sequence[int], p95s: Mapping[str, Sequence[float]]) -> str:
    """Draw the p95 by the number of students as bars of text."""
    longest = max(max(times) for times in p95s.values())
    rows = []
    for name, times in p95s.items():
        rows.append(f"{name}, p95 in seconds")
        for number, took in zip(numbers, times, strict=True):
            rows.append(f"{number:>6} {'█' * max(1, round(50 * took / longest))} {took:.2f}")
    return "\n".join(rows)


def raise_limit_of_descriptors() -> None:
    """Allow a connection for each student."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
