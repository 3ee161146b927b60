"""Memory of one more concurrent run, compared with a fresh interpreter for the same file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from bench.table import Row
from webapp.engine import tree
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program

TEN_THREADS = Path(__file__).parent / "programs" / "ten_threads.py"
RUNS = 20


def measure() -> list[Row]:
    """Sum the proportional set size (PSS) of each run's processes while RUNS runs go on."""
    runner = EmbeddedRunner()
    try:
        runs = [runner.start(Program(TEN_THREADS)) for _ in range(RUNS)]
        for run in runs:
            _wait_for_ten_lines(runner, run)
        # The launcher's first children are the runs' supervisors; the last is a spare one.
        supervisors = tree.children(runner.launcher_pid)[:RUNS]
        own = [_pss([pid, *tree.descendants(pid)]) for pid in supervisors]
    finally:
        runner.close()
    return [
        Row("one more run of ten threads (PSS)", own, "`python ten_threads.py`", _plain(), "MB")
    ]


def _wait_for_ten_lines(runner: EmbeddedRunner, run: str) -> None:
    lines = 0
    for batch in runner.follow(run):
        lines += sum(event.kind == "printed" for event in batch)
        if lines >= 10:
            return


def _plain() -> list[float]:
    programs = [
        subprocess.Popen([sys.executable, "-u", TEN_THREADS], stdout=subprocess.PIPE)
        for _ in range(RUNS)
    ]
    try:
        for program in programs:
            assert program.stdout is not None
            for _ in range(10):
                program.stdout.readline()
        return [_pss([program.pid]) for program in programs]
    finally:
        for program in programs:
            program.kill()
            program.communicate()


def _pss(pids: list[int]) -> float:
    """Return the PSS in megabytes: each shared page counts in part."""
    kilobytes = 0
    for pid in pids:
        found = re.search(r"^Pss:\s+(\d+)", tree.read(pid, "smaps_rollup"), re.M)
        kilobytes += int(found.group(1)) if found else 0
    return kilobytes / 1024
