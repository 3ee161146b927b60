"""Recording a program with `movazi record`, beside VizTracer and plain Python.

Each program is run by each of them in turn, ROUNDS times. The time is that of the whole command.
The memory is that of its largest process. VizTracer writes the file that it writes if it is not
told otherwise; Movazi writes a page.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
COMPARED = {
    "a queue of 5,000 items, four threads and a lock": PROGRAMS / "queue_items.py",
    "800,000 calls in four threads that compute": PROGRAMS / "many_calls.py",
}
WAYS: dict[str, tuple[str, ...]] = {
    "Python": (),
    "Movazi": ("-m", "webapp", "record", "--quiet", "-o", "run.html"),
    "VizTracer": ("-m", "viztracer", "--quiet", "-o", "result.json"),
}
MEASURE = """
import os, subprocess, sys, time
begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(time.perf_counter() - begun, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""Runs a command from a small interpreter: a process counts the memory of the one it was forked
from as its own.
"""

ROUNDS = 5
ROOT = Path(__file__).parent.parent
MB = 1_000_000


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds, and the bytes of memory and of what was written."""

    seconds: float
    memory: int
    written: int


def main() -> int:
    """Print a table of the medians; return the exit code."""
    print("| program | recorded by | seconds | MB of memory | MB written |")
    print("|---|---|--:|--:|--:|")
    for name, program in COMPARED.items():
        costs = [{way: _run(way, program) for way in WAYS} for _ in range(ROUNDS)]
        for way in WAYS:
            own = [cost[way] for cost in costs]
            seconds = statistics.median(cost.seconds for cost in own)
            memory = statistics.median(cost.memory for cost in own) / MB
            written = statistics.median(cost.written for cost in own) / MB
            print(f"| {name} | {way} | {seconds:.2f} | {memory:.0f} | {written:.2f} |", flush=True)
    return 0


def _run(way: str, program: Path) -> Cost:
    with tempfile.TemporaryDirectory(prefix="movazi-bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", MEASURE, sys.executable, *WAYS[way], str(program)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds, kilobytes, code = done.stdout.split()
        if code != "0":
            raise RuntimeError(f"{way} ended with exit code {code}")
        written = sum(path.stat().st_size for path in Path(folder).iterdir())
        return Cost(float(seconds), int(kilobytes) * 1024, written)
