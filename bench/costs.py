"""What one run takes of a core, and where: the server, the launcher, the run's own processes.

`make bench ARGS=costs` presses Run again and again, one run after the other, and reads what the
kernel has counted of each process (`/proc/PID/stat`). Beside it: a bare fork of a warm interpreter
that runs the same file (`programs/bare_forks.py`).
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
"""Times a bare fork that these may take for ten threads."""


@dataclass(frozen=True)
class Taken:
    """Seconds of a core that one run takes, by part, and page faults of its own processes."""

    server: float
    launcher: float
    run: float
    faults: float


def main() -> int:
    """Print what a run takes; 1 where it takes more than it may."""
    failed = False
    with served() as port:
        for name, threads in CASES.items():
            form = {"thread_count": threads, "sleep_seconds": 0}
            press_often(port, form, WARM_UP)
            pairs = [(bare(FILE, form), _measured(port, form)) for _ in range(TIMES)]
            failed |= _print(name, pairs, GOALS if threads > 1 else {})
    return int(failed)


def press_often(port: int, form: Mapping[str, object], times: int) -> None:
    """Press Run so many times, one run after the other. Raises RuntimeError."""
    for _ in range(times):
        press(port, form, ADDRESS)


def _measured(port: int, form: Mapping[str, object]) -> Taken:
    before = taken_so_far()
    press_often(port, form, RUNS)
    after = taken_so_far()
    return Taken(*((now - then) / RUNS for then, now in zip(before, after, strict=True)))


def bare(file: Path, form: Mapping[str, object]) -> tuple[float, float]:
    """Seconds of a core and page faults of one bare fork."""
    command = [sys.executable, "-m", "bench.programs.bare_forks", str(file)]
    command += [json.dumps(form), str(RUNS)]
    told = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    return told["cpu"], told["faults"]


def taken_so_far() -> tuple[float, float, float, float]:
    """What servers, launcher and runs have taken, and the faults of the runs."""
    [first] = tree.children(os.getpid())
    servers = [first, *tree.children(first)]
    [launcher] = tree.children(servers[-1])
    below = [Used.of(pid) for pid in tree.descendants(launcher)]
    ended = Used.of(launcher)
    return (
        sum(Used.of(pid).own for pid in servers),
        ended.own,
        ended.reaped + sum(one.own + one.reaped for one in below),
        ended.faults_reaped + sum(one.faults + one.faults_reaped for one in below),
    )


@dataclass(frozen=True)
class Used:
    """Seconds of a core and page faults, of a process and of the children it has waited for."""

    own: float
    reaped: float
    faults: int
    faults_reaped: int

    @classmethod
    def of(cls, pid: int) -> Used:
        """Read them: see proc_pid_stat(5). Of a process that has ended there is nothing."""
        fields = [*map(int, tree.read(pid, "stat").rpartition(")")[2].split()[1:15])] or [0] * 14
        return cls(sum(fields[10:12]) / TICKS, sum(fields[12:14]) / TICKS, fields[6], fields[7])


def _print(
    name: str, pairs: list[tuple[tuple[float, float], Taken]], goals: Mapping[str, float]
) -> bool:
    """Print the table of a case; say whether a ratio is above its goal."""
    bare = [pair[0][0] for pair in pairs]
    taken = [pair[1] for pair in pairs]
    rows = {
        "the server": [one.server for one in taken],
        "the launcher": [one.launcher for one in taken],
        "the server and the launcher": [one.server + one.launcher for one in taken],
        "the run's own processes": [one.run for one in taken],
        "together": [one.server + one.launcher + one.run for one in taken],
        "a bare fork": bare,
    }
    print(f"| {name}: ms of a core a run | min | median | max | a bare fork = 1 | may be |")
    print("|---|--:|--:|--:|--:|--:|")
    failed = False
    for what, seconds in rows.items():
        figures = (min(seconds), median(seconds), max(seconds))
        ratio = median(one / other for one, other in zip(seconds, bare, strict=True))
        goal = goals.get(what)
        failed |= goal is not None and ratio > goal
        cells = [what, *(f"{1e3 * one:.1f}" for one in figures), f"{ratio:.2f} ×"]
        print(f"| {' | '.join(cells)} | {f'{goal} ×' if goal else '–'} |")
    own = median(one.faults for one in taken)
    print(f"\nPage faults: {own:.0f} of a run, {median(pair[0][1] for pair in pairs):.0f} bare.\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
