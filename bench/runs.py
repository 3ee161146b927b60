"""Overhead of a run beyond the program's own time, compared with a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
import time

from bench.table import Row
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
from webapp.engine.runner import Runner
from webapp.lessons.folders import TOPICS

DEMO = TOPICS / "define_a_thread/demos/start_all_then_join.py"
TIMES = 100
PAUSE = 0.05
"""Seconds between two runs, as between two visitors: the engine prepares the next slot."""


def measure() -> list[Row]:
    """Run the same program by the engine and by `python FILE` in turn."""
    runner = EmbeddedRunner()
    try:
        pairs = [_pair(runner) for _ in range(TIMES)]
    finally:
        runner.close()
    own, fresh = zip(*pairs, strict=True)
    return [Row("overhead of a run", own, "`python DEMO.py`", fresh, "ms")]


def _pair(runner: Runner) -> tuple[float, float]:
    """Return the milliseconds beyond the demo's own time: of the engine, of an interpreter."""
    time.sleep(PAUSE)
    began = time.perf_counter()
    run = runner.start(Program(DEMO))
    for batch in runner.follow(run):
        if batch:
            took, last = time.perf_counter() - began, batch[-1].time / 1e6
    began = time.perf_counter()
    subprocess.run([sys.executable, DEMO], stdout=subprocess.DEVNULL, check=True)
    fresh = time.perf_counter() - began
    return (took - last) * 1e3, (fresh - last) * 1e3
