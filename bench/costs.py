"""CPU time of one run by part: the server, the launcher, the run's own processes.

`make bench ARGS=costs` presses Run repeatedly, one run after the other, and reads the kernel's
counters of each process (`/proc/PID/stat`). It compares them with a bare fork of a warm
interpreter that runs the same file (`programs/bare_forks.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.stream import ROOT, press, served
from webapp.engine import tree
from webapp.lessons.folders import TOPICS

TICKS = os.sysconf("SC_CLK_TCK")
RUNS = 300
TIMES = 3
WARM_UP = 30

ADDRESS = "/en/threads/thread-subclass/sleep-inside-run"
FILE = TOPICS / "thread_subclass/demos/sleep_inside_run.py"
CASES = {"ten threads": 10, "one thread": 1}
GOALS = {
    "the server and the launcher": 1.0,
    "the run's own processes": 1.8,
    "together": 2.8,
}
"""How many times the CPU time of a bare fork each part may use with ten threads."""


@dataclass(frozen=True)
class RunCost:
    """CPU seconds of one run by part, and page faults of its own processes."""

    server: float
    launcher: float
    run: float
    faults: float


def main() -> int:
    """Print what a run costs; return 1 if a ratio is above its goal."""
    failed = False
    with served() as port:
        for name, threads in CASES.items():
            form = {"thread_count": threads, "sleep_seconds": 0}
            press_often(port, form, WARM_UP)
            pairs = [(bare(FILE, form), _measured(port, form)) for _ in range(TIMES)]
            failed |= _print(name, pairs, GOALS if threads > 1 else {})
    return int(failed)


def press_often(port: int, form: Mapping[str, object], times: int) -> None:
    """Press Run `times` times, one run after the other. Raises RuntimeError if a run fails."""
    for _ in range(times):
        press(port, form, ADDRESS)


def _measured(port: int, form: Mapping[str, object]) -> RunCost:
    before = usage_so_far()
    press_often(port, form, RUNS)
    after = usage_so_far()
    return RunCost(*((now - then) / RUNS for then, now in zip(before, after, strict=True)))


def bare(file: Path, form: Mapping[str, object]) -> tuple[float, float]:
    """Return the CPU seconds and page faults of one bare fork."""
    command = [sys.executable, "-m", "bench.programs.bare_forks", str(file)]
    command += [json.dumps(form), str(RUNS)]
    used = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    return used["cpu"], used["faults"]


def usage_so_far() -> tuple[float, float, float, float]:
    """Return the CPU seconds of servers, launcher and runs, and the page faults of the runs."""
    [master] = tree.children(os.getpid())
    servers = [master, *tree.children(master)]
    [launcher] = tree.children(servers[-1])
    running = [ProcessUsage.of(pid) for pid in tree.descendants(launcher)]
    own = ProcessUsage.of(launcher)
    return (
        sum(ProcessUsage.of(pid).own for pid in servers),
        own.own,
        own.reaped + sum(one.own + one.reaped for one in running),
        own.faults_reaped + sum(one.faults + one.faults_reaped for one in running),
    )


@dataclass(frozen=True)
class ProcessUsage:
    """CPU seconds and page faults of a process, and of the children it has waited for."""

    own: float
    reaped: float
    faults: int
    faults_reaped: int

    @classmethod
    def of(cls, pid: int) -> ProcessUsage:
        """Read them: see proc_pid_stat(5). They are 0 if the process has ended."""
        fields = [*map(int, tree.read(pid, "stat").rpartition(")")[2].split()[1:15])] or [0] * 14
        return cls(sum(fields[10:12]) / TICKS, sum(fields[12:14]) / TICKS, fields[6], fields[7])


def _print(
    name: str, pairs: list[tuple[tuple[float, float], RunCost]], goals: Mapping[str, float]
) -> bool:
    """Print the table of a case; return whether a ratio is above its goal."""
    bare = [pair[0][0] for pair in pairs]
    costs = [pair[1] for pair in pairs]
    rows = {
        "the server": [one.server for one in costs],
        "the launcher": [one.launcher for one in costs],
        "the server and the launcher": [one.server + one.launcher for one in costs],
        "the run's own processes": [one.run for one in costs],
        "together": [one.server + one.launcher + one.run for one in costs],
        "a bare fork": bare,
    }
    print(f"| {name}: CPU ms per run | min | median | max | a bare fork = 1 | limit |")
    print("|---|--:|--:|--:|--:|--:|")
    failed = False
    for part, seconds in rows.items():
        figures = (min(seconds), median(seconds), max(seconds))
        ratio = median(one / other for one, other in zip(seconds, bare, strict=True))
        goal = goals.get(part)
        failed |= goal is not None and ratio > goal
        cells = [part, *(f"{1e3 * one:.1f}" for one in figures), f"{ratio:.2f} ×"]
        print(f"| {' | '.join(cells)} | {f'{goal} ×' if goal else '–'} |")
    faults = median(one.faults for one in costs)
    bare_faults = median(pair[0][1] for pair in pairs)
    print(f"\nPage faults: {faults:.0f} of a run, {bare_faults:.0f} of a bare fork.\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
