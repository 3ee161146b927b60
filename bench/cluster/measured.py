"""A server and two workers with Redis and PostgreSQL, compared with one server alone.

`make bench ARGS=cluster` prints the tables of docs/scaling.md: what the way through Redis costs,
and what one run costs each part. Everything runs on this machine, the students too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from bench.classroom import HEAD, SLEEP, measure, percentile, raise_limit_of_descriptors
from bench.cluster.costs import usage, usage_alone
from bench.cluster.started import Cluster, cluster
from bench.stream import first_line_streamed, press, served
from bench.table import Row
from webapp.cluster.registry import KEPT
from webapp.cluster.runner import ClusterRunner
from webapp.engine.program import Program
from webapp.lessons.folders import TOPICS

TIMES = 60
CLIENTS, SECONDS = 16, 15
"""Visitors who press Run again as soon as they have an answer; for how many seconds."""

STUDENTS = (20, 100, 200, 400)
MANY = (200, 1_000, 10_000, 100_000)
PRESS_EVERY = 60
"""Seconds between two runs of a student in the model: time to read and think."""

COSTED = 200
"""Students that press Run at once to measure what a run costs."""

FORM = {"thread_count": 5}
PAGE = "/en/threads/lock/lost-update"
DEMO = Program(TOPICS / "thread_subclass/demos/sleep_inside_run.py")
COSTED_PARTS = {
    "web": "a server",
    "workers": "a worker itself",
    "runs": "the run's own processes",
    "redis": "Redis",
    "postgres": "PostgreSQL",
}


@dataclass(frozen=True)
class RunCost:
    """What one run costs: CPU seconds by part, bytes held by Redis and stored by PostgreSQL."""

    cpu: Mapping[str, float]
    held: float
    stored: float


def main() -> int:
    """Measure everything; return 1 if an answer was wrong."""
    raise_limit_of_descriptors()
    limits = {"MOVAZI_RATE_LIMIT": "1000000"}  # all visitors have one address
    with cluster(**limits) as own, served(**limits) as alone:
        _print_first_lines(own.port, alone)
        _print_throughput(own, alone)
    print(f"\n{HEAD}")
    wrong = False
    with served() as alone:
        wrong |= _print_class("one server", alone)
    with cluster() as own:
        wrong |= _print_class("two workers", own.port)
    print()
    with cluster() as own, served() as alone:
        cost = _print_costs(own, alone)
        _print_following(own)
    _print_model(cost)
    return int(wrong)


def _print_first_lines(own: int, alone: int) -> None:
    for port in (own, alone):
        first_line_streamed(port)
    pairs = [(first_line_streamed(own), first_line_streamed(alone)) for _ in range(TIMES)]
    ours, others = zip(*pairs, strict=True)
    print("| what | two workers | compared with | | ratio |")
    print("|---|--:|---|--:|--:|")
    print(Row("first line in the stream, median", ours, "one server", others, "ms"))
    late = [[percentile(times, 95)] for times in (ours, others)]
    print(Row("first line in the stream, p95", late[0], "one server", late[1], "ms"), flush=True)


def _print_throughput(own: Cluster, alone: int) -> None:
    ours, others = ([runs_a_second(port)] for port in (own.port, alone))
    name = f"runs a second, {CLIENTS} visitors"
    # More is better, so the ratio is inverted.
    print(
        f"| {name} | {ours[0]:.0f} | one server | {others[0]:.0f} | {ours[0] / others[0]:.1f} × |"
    )


def runs_a_second(port: int) -> float:
    """Let CLIENTS visitors press Run for SECONDS; return the finished runs per second."""
    done: list[int] = []
    until = time.monotonic() + SECONDS

    def visit() -> None:
        while time.monotonic() < until:
            press(port, FORM)
            done.append(1)

    visitors = [threading.Thread(target=visit) for _ in range(CLIENTS)]
    began = time.monotonic()
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return len(done) / (time.monotonic() - began)


def _print_class(name: str, port: int) -> bool:
    wrong = False
    press(port, FORM)
    for number in STUDENTS:
        measured = measure(port, name, [SLEEP], number, PAGE)
        print(measured.row(), flush=True)
        wrong |= any(answer.fault() or answer.is_mixed_up() for answer in measured.answers)
    return wrong


def _print_costs(own: Cluster, alone: int) -> RunCost:
    """Print what one run of ten threads that sleep a second costs, when COSTED run at once.

    Two unmeasured rounds come first: they open connections and load modules.
    """
    for _ in range(2):
        measure(own.port, "", [SLEEP], COSTED, PAGE)
        measure(alone, "", [SLEEP], COSTED, PAGE)
    before, before_alone = usage(own), usage_alone(alone)
    measure(own.port, "", [SLEEP], COSTED, PAGE)
    measure(alone, "", [SLEEP], COSTED, PAGE)
    after, after_alone = usage(own), usage_alone(alone)
    runs = after.count - before.count

    def per_run(name: str) -> float:
        return float(getattr(after, name) - getattr(before, name)) / runs

    pairs = zip(before_alone, after_alone, strict=True)
    beside = dict(zip(("web", "runs"), ((now - then) / COSTED for then, now in pairs), strict=True))
    cpu = {name: per_run(name) for name in COSTED_PARTS}
    print("| one run of ten threads uses | two workers | one server |")
    print("|---|--:|--:|")
    for name, label in COSTED_PARTS.items():
        other = f"{beside[name] * 1000:.1f}" if name in beside else "–"
        print(f"| {label}, CPU ms | {cpu[name] * 1000:.1f} | {other} |")
    print(f"| Redis, commands | {per_run('commands'):.0f} | – |")
    print(f"| Redis, kB in and out | {per_run('traffic') / 1000:.1f} | – |")
    held, stored = per_run("memory"), per_run("stored")
    print(f"| Redis, kB for ten minutes | {held / 1000:.1f} | – |")
    print(f"| PostgreSQL, kB for good | {stored / 1000:.1f} | – |", flush=True)
    return RunCost(cpu=cpu, held=held, stored=stored)


def _print_model(cost: RunCost) -> None:
    """Print a model: what one run costs, multiplied by the number of runs, and nothing else."""
    cpu = cost.cpu
    print(f"\n| students, a run every {PRESS_EVERY} s each | {' | '.join(map(_written, MANY))} |")
    print(f"|---|{'--:|' * len(MANY)}")
    rows: dict[str, Callable[[float], float]] = {
        "runs a second": lambda rate: rate,
        "cores of servers": lambda rate: rate * cpu["web"],
        "cores of workers": lambda rate: rate * (cpu["workers"] + cpu["runs"]),
        "cores of Redis, which has one": lambda rate: rate * cpu["redis"],
        "cores of PostgreSQL": lambda rate: rate * cpu["postgres"],
        "GB of Redis": lambda rate: rate * KEPT * cost.held / 1e9,
        "GB an hour of PostgreSQL": lambda rate: rate * 3600 * cost.stored / 1e9,
    }
    for name, row in rows.items():
        figures = (row(students / PRESS_EVERY) for students in MANY)
        print(f"| {name} | {' | '.join(map(_written, figures))} |")
    full = PRESS_EVERY / cpu["redis"]
    print(f"\nThe core of one Redis is full at {full:,.0f} students.")


def _written(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2g}"


def _print_following(own: Cluster) -> None:
    """Print what following a run costs a server: CPU time of all threads of this process."""
    runner = ClusterRunner(own.redis.url(), TOPICS)
    costs: list[float] = []
    for _ in range(20):
        run = runner.start(DEMO)
        before, events = time.process_time(), 0
        for batch in runner.follow(run):
            events += len(batch)
        costs.append((time.process_time() - before) * 1000 / events * 10)
    runner.close()
    print(f"| a server, to follow ten events, CPU ms | {median(costs):.2f} | – |")
