"""Thousands of runs, several at once: nothing may grow.

`python -m bench.soak [COUNT]` prints a table; its exit code is 1 if something has grown.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from bench.__main__ import machine
from bench.counting import count, resident, shared_memory
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.engine.program import Program
from webapp.lessons.folders import TOPICS

COUNT = 10_000
AT_ONCE = 8
WARM_UP = 500
"""Runs before the first count: then the server keeps as many records as its limit allows."""

ALLOWED = 10.0
"""MB by which memory may grow between two counts: the allocator's own variation."""

QUIET = 1.0
"""Seconds before a count: a joined thread takes a moment to disappear from /proc."""

PROGRAMS = Path(__file__).parent / "programs"
THREADS = Program(TOPICS / "define_a_thread/demos/start_all_then_join.py")
MIX = (
    *[THREADS] * 44,
    *[Program(PROGRAMS / "shares.py", {"method": "fork"})] * 4,
    Program(PROGRAMS / "shares.py", {"method": "spawn"}),
    Program(PROGRAMS / "shares.py", {"method": "fork", "stays": True}),
)
"""One in fifty runs is cancelled when it prints "ready", and ignores SIGTERM."""


def main(arguments: list[str]) -> int:
    """Carry out the runs; return 1 if something has grown."""
    total = int(arguments[0]) if arguments else COUNT
    runner = EmbeddedRunner(Limits(grace=0.2, finished=WARM_UP // 2))
    try:
        _carry_out(runner, WARM_UP)
        before = _count(runner)
        began = time.monotonic()
        ended = _carry_out(runner, total)
        took = time.monotonic() - began
        after = _count(runner)
    finally:
        runner.close()
    print(f"{machine()}\n")
    print(f"{total} runs, {AT_ONCE} at once, in {took:.0f} s: {_written(ended)}\n")
    print("| what | before | after |")
    print("|---|--:|--:|")
    for name, value in before.items():
        print(f"| {name} | {value:g} | {after[name]:g} |")
    return 1 if any(_has_grown(name, before[name], after[name]) for name in before) else 0


def _carry_out(runner: EmbeddedRunner, total: int) -> Counter[str]:
    """Carry out `total` runs in AT_ONCE threads; return how many had each outcome."""
    ended: Counter[str] = Counter()
    lock = threading.Lock()
    programs = itertools.islice(itertools.cycle(MIX), total)

    def take() -> Program | None:
        with lock:
            return next(programs, None)

    def work() -> None:
        for program in iter(take, None):
            outcome = _outcome(runner, program)
            with lock:
                ended[outcome] += 1

    workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return ended


def _outcome(runner: EmbeddedRunner, program: Program) -> str:
    run = runner.start(program)
    for batch in runner.follow(run):
        if any(event.text == "ready\n" for event in batch):
            runner.cancel(run)
    recording = runner.recording(run)
    assert recording is not None
    return recording.outcome


def _count(runner: EmbeddedRunner) -> dict[str, float]:
    """Count when only the next run's supervisor and main process are left."""
    time.sleep(QUIET)
    while count(runner).processes != 2:
        time.sleep(QUIET)
    found: dict[str, float] = {
        name.replace("_", " "): value for name, value in asdict(count(runner)).items()
    }
    found["files in /dev/shm"] = shared_memory()
    found["files in the temporary folder"] = len([*runner.folder.parent.iterdir()])
    found["memory of the server, MB"] = round(resident(os.getpid()), 1)
    found["memory of the launcher, MB"] = round(resident(runner.launcher_pid), 1)
    return found


def _has_grown(name: str, before: float, after: float) -> bool:
    return after > before + (ALLOWED if "MB" in name else 0)


def _written(ended: Counter[str]) -> str:
    return ", ".join(f"{times} {outcome}" for outcome, times in ended.most_common())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
